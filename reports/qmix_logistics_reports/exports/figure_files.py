"""The figures of the report, each as a file that opens alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics.evaluation.run_folder import write_atomically
from qmix_logistics_reports.difference_figure import against_each, by_day
from qmix_logistics_reports.figure import Figure
from qmix_logistics_reports.interval_figure import cost_intervals
from qmix_logistics_reports.learning_figure import learning_curve
from qmix_logistics_reports.profile_figure import performance_profile
from qmix_logistics_reports.reading import subject_of
from qmix_logistics_reports.stacked_figure import cost_by_cause, vehicle_time

_VARIABLE = re.compile(r"(--[\w-]+)\s*:\s*([^;}]+)")
_FONT = "svg text { font-family: system-ui, sans-serif; }"


def figures_of(result: ExperimentResult) -> dict[str, Figure]:
    """
    Return all figures of the report by name.

    Parameters
    ----------
    result
        The experiment.
    """
    subject = subject_of(result)
    figures = {
        "costs": cost_intervals(result),
        "profile": performance_profile(result),
        "cost-by-cause": cost_by_cause(result),
        "vehicle-time": vehicle_time(result),
    }
    if subject:
        figures |= {"differences": against_each(result, subject), "differences-by-day": by_day(result, subject)}
    trained = [contender.name for contender in result.contenders if contender.has_training]
    return figures | {f"learning-{name}": learning_curve(result, name) for name in trained}


def write_figures(result: ExperimentResult, folder: Path) -> None:
    """
    Write each figure as SVG.

    Parameters
    ----------
    result
        The experiment.
    folder
        Where to; it exists.
    """
    style = _style()
    for name, figure in figures_of(result).items():
        write_atomically(folder / f"{name}.svg", standalone(figure, style))


def standalone(figure: Figure, style: str) -> str:
    """
    Return a figure with its style inside.

    Parameters
    ----------
    figure
        The figure.
    style
        Rules, without variables: many programs that draw SVG know none.
    """
    opening = figure.svg.index(">")
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', figure.svg).groups()  # type: ignore[union-attr]
    size = f'xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
    head = figure.svg[:opening].replace("<svg", f"<svg {size}", 1)
    return f"{head}><style>{style}</style>{figure.svg[opening + 1 :]}\n"


def _style() -> str:
    """Return the rules of the report's style sheet for drawings, with the light colours in place of variables."""
    text = files("qmix_logistics_reports").joinpath("templates", "report.css").read_text(encoding="utf-8")
    rules = list(_rules(text))
    colours = dict(_VARIABLE.findall(next(body for selector, body in rules if selector == ":root")))
    drawn = [f"{selector} {{{body}}}" for selector, body in rules if re.match(r"svg\b|\.part-", selector)]
    return _resolved("\n".join([*drawn, _FONT, "svg { background: var(--panel); }"]), colours)


def _resolved(style: str, colours: Mapping[str, str]) -> str:
    return re.sub(r"var\((--[\w-]+)\)", lambda match: colours[match[1]].strip(), style)


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
