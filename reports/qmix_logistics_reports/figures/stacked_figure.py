"""Shares of a whole, a bar for each policy."""

from __future__ import annotations

from collections.abc import Sequence

from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.figures.axes import LETTER, draw_x_axis, name_width
from qmix_logistics_reports.figures.figure import Canvas, Figure, Scale
from qmix_logistics_reports.figures.look import looks_of
from qmix_logistics_reports.reading import ranking
from qmix_logistics_reports.tables import Tables

ROW, WIDTH, RIGHT = 28, 900, 20
ROOM_FOR_NUMBER = 34
"""Width from which on a part holds its number."""

COSTS = (
    ("waiting_cost", "waiting"),
    ("lateness_cost", "lateness"),
    ("travel_cost", "travel"),
    ("energy_cost", "energy"),
    ("penalty_cost", "penalties"),
)
STATES = (
    ("time_idle_pct", "idle"),
    ("time_empty_travel_pct", "empty travel"),
    ("time_loaded_travel_pct", "loaded travel"),
    ("time_handling_pct", "handling"),
    ("time_queueing_pct", "queueing"),
    ("time_blocked_pct", "blocked"),
    ("time_charging_pct", "charging"),
    ("time_broken_pct", "broken"),
)


def cost_by_cause(result: ExperimentResult) -> Figure:
    """
    Draw where each policy's cost comes from.

    Parameters
    ----------
    result
        The experiment.
    """
    caption = "Mean cost of a day by cause: which part a policy saves, and what it pays for that."
    return _stack(result, COSTS, "Cost by cause", "cost of a day", caption)


def vehicle_time(result: ExperimentResult) -> Figure:
    """
    Draw what the vehicles do all day.

    Parameters
    ----------
    result
        The experiment.
    """
    caption = "Every second of every vehicle is in exactly one state. Idle and empty travel are what is left to gain."
    return _stack(result, STATES, "What the vehicles do", "% of vehicle time", caption)


def _stack(result: ExperimentResult, parts: Sequence[tuple[str, str]], title: str, axis: str, caption: str) -> Figure:
    tables, order, looks = Tables(result), ranking(result), looks_of(result)
    bars = {policy: [tables.kpi(policy, name) for name, _ in parts] for policy in order}
    shown = [index for index in range(len(parts)) if any(bar[index].value > 0 for bar in bars.values())]
    longest = max(sum(max(bar[index].value, 0.0) for index in shown) for bar in bars.values())
    left, lines = name_width(order), _legend_lines([parts[index][1] for index in shown])
    top = 20.0 * max((line for _, line in lines), default=0) + 36
    canvas, bottom = Canvas(WIDTH, ROW * len(bars) + top + 42), ROW * len(bars) + top
    scale = Scale(0.0, 1.02 * longest, left, WIDTH - RIGHT)
    for index, (x, line) in zip(shown, lines, strict=True):
        canvas.rectangle(x, 8 + 20 * line, 12, 12, f"part part-{index}")
        canvas.text(x + 17, 18 + 20 * line, parts[index][1], "tick")
    draw_x_axis(canvas, scale, top - 4, bottom)
    canvas.text((left + WIDTH) / 2, bottom + 34, axis, "tick", "middle")
    for row, (policy, bar) in enumerate(bars.items()):
        y, at = top + row * ROW, 0.0
        canvas.text(left - 12, y + 15, policy, looks[policy].text, "end")
        for index in shown:
            amount = max(bar[index].value, 0.0)
            x, width = scale(at), scale(at + amount) - scale(at)
            canvas.shape(_box(x, y, width, 20), f"part part-{index}", f"{policy}, {parts[index][1]}", bar[index])
            if width > ROOM_FOR_NUMBER:
                canvas.text(x + width / 2, y + 14, bar[index], f"on-part on-part-{index}", "middle")
            at += amount
    labels = [parts[index][1] for index in shown]
    rows = tuple((policy, *(bar[index] for index in shown)) for policy, bar in bars.items())
    svg = canvas.render(title, f"A bar for each policy, divided into {', '.join(labels)}.")
    return Figure(svg, caption, ("policy", *labels), rows)


def _box(x: float, y: float, width: float, height: float) -> str:
    return f"M{x:.1f} {y:.1f}h{width:.1f}v{height:.1f}h{-width:.1f}Z"


def _legend_lines(labels: Sequence[str]) -> list[tuple[float, int]]:
    """Return where each label of a legend goes: how far right, and on which line."""
    places: list[tuple[float, int]] = []
    x, line = 12.0, 0
    for label in labels:
        width = 34 + LETTER * len(label)
        if x + width > WIDTH:
            x, line = 12.0, line + 1
        places.append((x, line))
        x += width
    return places
