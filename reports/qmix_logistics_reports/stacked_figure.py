"""Shares of a whole, a bar for each policy."""

from __future__ import annotations

from collections.abc import Sequence

from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.figure import Canvas, Figure, Scale
from qmix_logistics_reports.numbers import short, tick_label, ticks
from qmix_logistics_reports.reading import costs, kpi_means

ROW, LEFT, WIDTH = 26, 190, 760

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
    means, order = kpi_means(result), [cost.policy for cost in costs(result)]
    bars = {policy: [max(means[policy, name], 0.0) for name, _ in parts] for policy in order}
    shown = [index for index in range(len(parts)) if any(bar[index] > 0 for bar in bars.values())]
    canvas, bottom = Canvas(WIDTH, ROW * len(bars) + 76), ROW * len(bars) + 40
    scale = Scale(0.0, 1.02 * max(sum(bar) for bar in bars.values()), LEFT, WIDTH - 20)
    for tick in ticks(0.0, scale.high):
        canvas.line(scale(tick), 34, scale(tick), bottom, "grid")
        canvas.text(scale(tick), bottom + 16, tick_label(tick), "tick", "middle")
    canvas.text((LEFT + WIDTH) / 2, bottom + 33, axis, "tick", "middle")
    x = float(LEFT)
    for index in shown:
        canvas.rectangle(x, 8, 12, 12, f"part part-{index}")
        canvas.text(x + 17, 18, parts[index][1], "tick")
        x += 30 + 6.6 * len(parts[index][1])
    for row, (policy, bar) in enumerate(bars.items()):
        y, at = 38 + row * ROW, 0.0
        canvas.text(LEFT - 12, y + 14, policy, "label", "end")
        for index in shown:
            hint, width = f"{policy}, {parts[index][1]}: {short(bar[index])}", scale(at + bar[index]) - scale(at)
            canvas.rectangle(scale(at), y, width, 18, f"part part-{index}", hint)
            at += bar[index]
    labels = [parts[index][1] for index in shown]
    rows = tuple((policy, *(short(bar[index]) for index in shown)) for policy, bar in bars.items())
    svg = canvas.render(title, f"A bar for each policy, divided into {', '.join(labels)}.")
    return Figure(svg, caption, ("policy", *labels), rows)
