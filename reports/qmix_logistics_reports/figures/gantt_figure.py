"""A day of each vehicle: what it did when."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
from jaxtyping import Float

from qmix_logistics_reports.clock import clock_label, clock_ticks
from qmix_logistics_reports.figures.axes import LETTER, name_width
from qmix_logistics_reports.figures.figure import Canvas, Figure, Scale
from qmix_logistics_reports.figures.stacked_figure import STATES
from qmix_logistics_reports.numbers import short

WIDTH, RIGHT, ROW, TALL = 900, 16, 20, 14
MOST_VEHICLES = 24
NUM_COLUMNS, FEW_COLUMNS = 640, 320
"""Stretches into which the day is divided; in each is drawn what took the longest. Large fleets get fewer."""
LARGE = 12
HEIGHTS = {
    "idle": (0.86, 1.0),
    "empty_travel": (0.55, 1.0),
    "loaded_travel": (0.2, 1.0),
    "handling": (0.0, 1.0),
    "queueing": (0.0, 0.4),
    "blocked": (0.0, 0.65),
    "charging": (0.3, 0.7),
    "broken": (0.42, 0.58),
}
"""Upper and lower edge of a state's bar, as shares of its row: no one needs to tell it by its colour."""
NAMES = [name.removeprefix("time_").removesuffix("_pct") for name, _ in STATES]


def gantt(segments: pd.DataFrame, policy: str, day_label: str, starts_s: float) -> Figure:
    """
    Draw what each vehicle did all day.

    Parameters
    ----------
    segments
        What the vehicles did: vehicle, state, start_s and end_s.
    policy
        Under which policy.
    day_label
        On which day.
    starts_s
        Time of the clock when the day begins.
    """
    vehicles = sorted(segments["vehicle"].unique())
    shown, until_s = vehicles[:MOST_VEHICLES], float(segments["end_s"].max())
    spent = _spent_s(segments, vehicles)
    states = [index for index in range(len(NAMES)) if spent[:, index].any()]
    left = name_width(shown, 40)
    legend = _legend(states, left)
    top = legend[-1][1] + 20
    canvas, bottom = Canvas(WIDTH, top + ROW * len(shown) + 44), top + ROW * len(shown)
    for index, (x, y) in zip(states, legend, strict=True):
        upper, lower = HEIGHTS[NAMES[index]]
        canvas.rectangle(x, y - 11 + 14 * upper, 16, 14 * (lower - upper), f"gantt part-{index}")
        canvas.text(x + 22, y, STATES[index][1], "tick")
    scale = Scale(0, until_s, left, WIDTH - RIGHT)
    for tick in clock_ticks(until_s, starts_s):
        canvas.line(scale(tick), top, scale(tick), bottom, "grid")
        canvas.text(scale(tick), bottom + 16, clock_label(tick, starts_s, until_s), "tick", "middle")
    axis = "time of the day" if starts_s else "time since the day began"
    canvas.text((left + WIDTH - RIGHT) / 2, bottom + 36, axis, "tick", "middle")
    number = FEW_COLUMNS if len(shown) > LARGE else NUM_COLUMNS
    for row, vehicle in enumerate(shown):
        canvas.text(left - 10, top + row * ROW + 13, vehicle, "tick", "end")
        own = segments[segments["vehicle"] == vehicle]
        _draw_row(canvas, _runs(own, until_s, number), scale, top + row * ROW + 2)
    left_out = f" The first {len(shown)} of {len(vehicles)} vehicles are drawn." if len(vehicles) > len(shown) else ""
    caption = (
        f"{policy} on day {day_label}: what each vehicle did when, by colour and height. Of each "
        f"{short(until_s / number, 2)} s, what took the longest is drawn.{left_out}"
    )
    svg = canvas.render(f"Vehicles under {policy}", "A row for each vehicle, a bar for each stretch in one state.")
    columns = ("vehicle", *(f"{STATES[index][1]} %" for index in states))
    shares = 100 * spent / spent.sum(axis=1, keepdims=True)
    rows = tuple(
        (vehicle, *(short(float(shares[number, index])) for index in states)) for number, vehicle in enumerate(vehicles)
    )
    return Figure(svg, caption, columns, rows)


def _spent_s(segments: pd.DataFrame, vehicles: list[str]) -> Float[np.ndarray, "vehicle state"]:
    time_s = segments["end_s"] - segments["start_s"]
    sums = time_s.groupby([segments["vehicle"], segments["state"]]).sum().unstack()
    return sums.reindex(index=vehicles, columns=NAMES).fillna(0.0).to_numpy(float)


def _runs(segments: pd.DataFrame, until_s: float, number: int) -> list[tuple[int, float, float]]:
    """Return stretches of a vehicle's day with the state that takes most of each, neighbours of one state joined."""
    edges_s = np.linspace(0.0, until_s, number + 1)
    spent = np.zeros((len(NAMES), number))
    for index, name in enumerate(NAMES):
        own = segments[segments["state"] == name]
        spent[index] = _covered_s(own["start_s"].to_numpy(float), own["end_s"].to_numpy(float), edges_s)
    states = spent.argmax(axis=0)
    is_empty = spent.max(axis=0) <= 0
    starts = [0, *(np.flatnonzero((np.diff(states) != 0) | (np.diff(is_empty) != 0)) + 1).tolist(), number]
    return [
        (int(states[start]), float(edges_s[start]), float(edges_s[end]))
        for start, end in itertools.pairwise(starts)
        if not is_empty[start]
    ]


def _covered_s(
    starts_s: Float[np.ndarray, " segment"], ends_s: Float[np.ndarray, " segment"], edges_s: Float[np.ndarray, " edge"]
) -> Float[np.ndarray, " stretch"]:
    """Return how much of each stretch disjoint segments cover: the difference of what they cover up to its ends."""
    if not len(starts_s):
        return np.zeros(len(edges_s) - 1)
    order = np.argsort(starts_s)
    starts_s, ends_s = starts_s[order], ends_s[order]
    before = np.concatenate([[0.0], np.cumsum(ends_s - starts_s)])
    index = np.searchsorted(starts_s, edges_s, "right")
    last = np.maximum(index - 1, 0)
    open_s = np.where(index > 0, np.clip(edges_s - starts_s[last], 0.0, ends_s[last] - starts_s[last]), 0.0)
    return np.diff(np.where(index > 0, before[last], 0.0) + open_s)


def _draw_row(canvas: Canvas, runs: list[tuple[int, float, float]], scale: Scale, y: float) -> None:
    outlines: dict[int, list[str]] = {}
    for index, start_s, end_s in runs:
        upper, lower = HEIGHTS[NAMES[index]]
        x, width = scale(start_s), scale(end_s) - scale(start_s)
        box = f"M{x:.1f} {y + TALL * upper:.1f}h{width:.1f}v{TALL * (lower - upper):.1f}h{-width:.1f}Z"
        outlines.setdefault(index, []).append(box)
    for index, boxes in sorted(outlines.items()):
        canvas.shape("".join(boxes), f"gantt part-{index}")


def _legend(states: list[int], left: float) -> list[tuple[float, float]]:
    places: list[tuple[float, float]] = []
    x, y = left, 18.0
    for index in states:
        width = 42 + LETTER * len(STATES[index][1])
        if x + width > WIDTH and x > left:
            x, y = left, y + 20
        places.append((x, y))
        x += width
    return places
