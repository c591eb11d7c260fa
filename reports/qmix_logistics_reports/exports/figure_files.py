"""
The figures of the report, each as a file that opens alone.

They are taken from the rendered page, drawing and style alike: what the report shows is what is exported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics.evaluation.run_folder import write_atomically
from qmix_logistics_reports.html_report import render_report

_FIGURE = re.compile(r"<figure\b.*?</figure>", re.DOTALL)
_DRAWING = re.compile(r'<svg\b([^>]*\bviewBox="0 0 ([\d.]+) ([\d.]+)"[^>]*)>(<title>(.*?)</title>.*?)</svg>', re.DOTALL)
_CLASSES = re.compile(r'class="([^"]*)"')
_VARIABLE = re.compile(r"(--[\w-]+)\s*:\s*([^;}]+)")
_BACKGROUND = "svg { background: var(--panel, #ffffff); font-family: system-ui, sans-serif; }"


def write_figures(result: ExperimentResult, folder: Path) -> None:
    """
    Write each figure as SVG, named after its title.

    Parameters
    ----------
    result
        The experiment.
    folder
        Where to; it exists.
    """
    for name, svg in figures_of(render_report(result)).items():
        write_atomically(folder / f"{name}.svg", svg)


def figures_of(page: str) -> dict[str, str]:
    """
    Return the drawings of a report by name, each with its size and its style inside.

    Parameters
    ----------
    page
        The report as HTML.
    """
    rules = [rule for sheet in re.findall(r"<style>(.*?)</style>", page, re.DOTALL) for rule in _rules(sheet)]
    colours = dict(_VARIABLE.findall(" ".join(body for selector, body in rules if selector == ":root")))
    found: dict[str, str] = {}
    for figure in _FIGURE.findall(page):
        if match := _DRAWING.search(figure):
            about, width, height, inside, title = match.groups()
            size = f'xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
            style = _resolved("\n".join([*_rules_for(inside, rules), _BACKGROUND]), colours)
            found[_free_name(title, found)] = f"<svg {size}{about}><style>{style}</style>{inside}</svg>\n"
    return found


def _free_name(title: str, taken: dict[str, str]) -> str:
    name = re.sub(r"[^\w.+-]+", "-", unescape(title).lower()).strip("-")
    return next(each for each in (name, *(f"{name}-{number}" for number in range(2, 1000))) if each not in taken)


def _rules_for(drawing: str, rules: list[tuple[str, str]]) -> Iterator[str]:
    """Yield the rules for drawings in general, and those for the classes that a drawing has."""
    classes = {word for words in _CLASSES.findall(drawing) for word in words.split()}
    for selector, body in rules:
        named = set(re.findall(r"\.([\w-]+)", selector))
        if named <= classes and (named or re.match(r"svg\b", selector)) and ":" not in selector:
            yield f"{selector} {{{body}}}"


def _resolved(style: str, colours: dict[str, str]) -> str:
    """Put light colours in the place of variables: many programs that draw SVG know none."""
    return re.sub(
        r"var\((--[\w-]+)(?:,\s*([^)]*))?\)",
        lambda match: colours.get(match[1], match[2] or "currentColor").strip(),
        style,
    )


def _rules(text: str) -> Iterator[tuple[str, str]]:
    """Yield selector and body of the rules of a style sheet that stand in no media query."""
    depth, start, selector = 0, 0, ""
    for match in re.finditer(r"[{}]", text):
        if match[0] == "{":
            if depth == 0:
                selector, start = text[start : match.start()].strip(), match.end()
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                if not selector.startswith("@"):
                    yield selector, text[start : match.start()]
                start = match.end()
