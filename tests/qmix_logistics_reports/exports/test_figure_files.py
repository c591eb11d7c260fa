from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from commands import call

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def figures(finished_run: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("figures") / "out"
    outcome = call("export", finished_run, "--format", "figures", "-o", out)
    assert (outcome.status, outcome.err) == (0, "")
    return {path.name: path.read_text(encoding="utf-8") for path in out.iterdir()}


def test_every_drawing_of_the_report_is_a_file(figures: dict[str, str], finished_run: Path) -> None:
    report = (finished_run / "report.html").read_text(encoding="utf-8")
    drawn = re.findall(r"<figure\b.*?<svg [^>]*><title>(.*?)</title>", report, re.DOTALL)
    titles = [ElementTree.fromstring(text).findtext(f"{SVG}title") for text in figures.values()]
    assert sorted(map(unescape, drawn)) == sorted(map(str, titles))
    assert "total-cost-of-each-policy.svg" in figures


def test_a_figure_opens_alone(figures: dict[str, str]) -> None:
    for name, text in figures.items():
        root = ElementTree.fromstring(text)
        assert root.tag == f"{SVG}svg", name
        style = root.find(f"{SVG}style")
        assert style is not None
        assert style.text is not None
        assert "var(" not in text
        assert "@media" not in text
        assert not re.search(r"href|url\(|@import", text)
        assert float(root.attrib["width"]) / float(root.attrib["height"]) == pytest.approx(
            float(root.attrib["viewBox"].split()[2]) / float(root.attrib["viewBox"].split()[3])
        )


def test_every_class_of_a_figure_has_its_colour(figures: dict[str, str]) -> None:
    """What is filled or stroked must be so by the style inside the file: the default is black."""
    for name, text in figures.items():
        root = ElementTree.fromstring(text)
        rules = re.findall(r"([^{}]+)\{([^{}]*)\}", root.find(f"{SVG}style").text)  # type: ignore[union-attr, arg-type]
        coloured = {word.lstrip(".") for selector, body in rules if re.search(r"fill|stroke:", body)
                    for word in re.findall(r"\.[\w-]+", selector)}  # fmt: skip
        for shape in root.iter():
            if shape.tag in (f"{SVG}circle", f"{SVG}rect", f"{SVG}line", f"{SVG}polyline"):
                assert coloured & set(shape.attrib["class"].split()), (name, shape.attrib)
