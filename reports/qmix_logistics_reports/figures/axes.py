"""Axes, legends and labels that figures have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qmix_logistics_reports.figures.figure import Canvas, Scale
from qmix_logistics_reports.numbers import tick_label, ticks

LETTER = 7.4
"""Width of a letter in a label, in pixels, on average."""
BOLD_LETTER = 8.5
"""The same, of a bold one in a wide font."""


def draw_y_axis(
    canvas: Canvas,
    scale: Scale,
    left: float,
    right: float,
    number: int = 5,
    label: Callable[[float], str] = tick_label,
) -> None:
    """
    Draw horizontal lines at round numbers, and the numbers at their left.

    Parameters
    ----------
    canvas
        Where.
    scale
        The axis.
    left, right
        Where the lines begin and end.
    number
        About how many.
    label
        How numbers are written.
    """
    for tick in ticks(scale.low, scale.high, number):
        canvas.line(left, scale(tick), right, scale(tick), "grid")
        canvas.text(left - 8, scale(tick) + 4, label(tick), "tick", "end")


def draw_x_axis(
    canvas: Canvas,
    scale: Scale,
    top: float,
    bottom: float,
    number: int = 5,
    label: Callable[[float], str] = tick_label,
) -> None:
    """
    Draw vertical lines at round numbers, and the numbers below them.

    Parameters
    ----------
    canvas
        Where.
    scale
        The axis.
    top, bottom
        Where the lines begin and end.
    number
        About how many.
    label
        How numbers are written.
    """
    for tick in ticks(scale.low, scale.high, number):
        canvas.line(scale(tick), top, scale(tick), bottom, "grid")
        canvas.text(scale(tick), bottom + 16, label(tick), "tick", "middle")


def apart(heights: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """
    Return where labels go so that they do not overlap, each near where it belongs.

    Parameters
    ----------
    heights
        Where they belong.
    least
        Distance between two.
    low, high
        Bounds; where there are too many labels the upper one is passed.
    """
    order = sorted(range(len(heights)), key=heights.__getitem__)
    placed = [0.0] * len(heights)
    last = low - least
    for index in order:
        last = placed[index] = max(heights[index], last + least)
    limit = max(high, low + least * (len(heights) - 1))
    for index in reversed(order):
        placed[index] = limit = min(placed[index], limit)
        limit -= least
    return placed


def name_width(names: Sequence[str], least: float = 60.0) -> float:
    """
    Return the room that names need beside a figure.

    Parameters
    ----------
    names
        The names.
    least
        Of the room.
    """
    return max(least, BOLD_LETTER * max(map(len, names), default=0) + 20)
