from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qmix_logistics_reports.figures.figure import Canvas, Scale


def test_a_scale_maps_its_ends_and_is_linear_between() -> None:
    scale = Scale(10.0, 30.0, 100.0, 500.0)
    assert [scale(value) for value in (10.0, 15.0, 30.0, 40.0)] == [100.0, 200.0, 500.0, 700.0]
    assert Scale(0.0, 1.0, 220.0, 20.0)(0.25) == 170.0  # upwards, as a vertical axis is


def test_a_scale_without_range_does_not_fail() -> None:
    assert Scale(5.0, 5.0, 0.0, 100.0)(5.0) == 0.0


@given(st.floats(-1e3, 1e3), st.floats(0.1, 1e3), st.floats(-2, 3))
def test_a_scale_keeps_proportions(low: float, width: float, share: float) -> None:
    assert Scale(low, low + width, 0.0, 1.0)(low + share * width) == pytest.approx(share, abs=1e-9)


def test_a_drawing_is_well_formed_whatever_its_texts_say() -> None:
    canvas, text = Canvas(200.4, 100.0), "a<b & \"c\" 'd'"
    canvas.line(0, 1, 2, 3.14159, "grid")
    canvas.circle(1, 2, 3, "mean", text)
    canvas.rectangle(1, 2, -3, 4, "bar", text)
    canvas.path([(0, 0), (1, 2)], "curve")
    canvas.path([], "curve")
    canvas.text(1, 2, text, "tick", "middle")
    root = ET.fromstring(canvas.render(text, text))
    assert (root.get("viewBox"), root.get("aria-label")) == ("0 0 200 100", text)
    assert [child.tag for child in root] == ["title", "desc", "line", "circle", "rect", "polyline", "text"]
    assert [element.text for element in root.iter("title")] == [text] * 3
    rectangle, polyline = root.find("rect"), root.find("polyline")
    assert rectangle is not None
    assert polyline is not None
    assert (rectangle.get("width"), rectangle.get("height")) == ("0.0", "4.0")  # no negative widths
    assert polyline.get("points") == "0.0,0.0 1.0,2.0"
