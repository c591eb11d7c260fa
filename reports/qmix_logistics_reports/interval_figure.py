"""Means with intervals, a dot for every day: what a policy costs, and what it may cost on another day."""

from __future__ import annotations

import math

import numpy as np

from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.figure import Canvas, Figure, Scale
from qmix_logistics_reports.numbers import short, tick_label, ticks
from qmix_logistics_reports.reading import Cost, costs

ROW, LEFT, WIDTH = 26, 190, 760


def cost_intervals(result: ExperimentResult) -> Figure:
    """
    Draw each policy's mean total cost with its interval, and every day's cost.

    Parameters
    ----------
    result
        The experiment.
    """
    found = costs(result)
    high = 1.03 * float(np.quantile([day for cost in found for day in cost.days], 0.995))
    canvas, bottom = Canvas(WIDTH, ROW * len(found) + 50), ROW * len(found) + 14
    low = min([0.0, *(cost.low for cost in found if math.isfinite(cost.low))])
    scale = Scale(low, high, LEFT, WIDTH - 60)
    for tick in ticks(low, high):
        canvas.line(scale(tick), 8, scale(tick), bottom, "grid")
        canvas.text(scale(tick), bottom + 16, tick_label(tick), "tick", "middle")
    canvas.text((LEFT + WIDTH - 60) / 2, bottom + 34, "total cost of a day", "tick", "middle")
    kinds = {c.name: "learned" if c.is_learned else "other" for c in result.contenders} | {
        result.reference: "reference"
    }
    for row, cost in enumerate(found):
        _draw_row(canvas, scale, cost, 22 + row * ROW, kinds[cost.policy])
    level = f"{result.scenario.experiment.confidence_pct:g} %"
    caption = (
        f"Large dots are means over {len(found[0].days)} test days, bars their {level} intervals: how sure the mean "
        "is. Small dots are single days: how much a day may differ. Lower is better."
    )
    rows = tuple((c.policy, short(c.mean, 4), short(c.low, 4), short(c.high, 4)) for c in found)
    svg = canvas.render("Total cost of each policy", "A row for each policy, cheapest first, with interval and days.")
    return Figure(svg, caption, ("policy", "mean cost", f"{level} from", "to"), rows)


def _draw_row(canvas: Canvas, scale: Scale, cost: Cost, y: float, kind: str) -> None:
    canvas.text(LEFT - 12, y + 4, cost.policy, f"label {kind}-text", "end")
    for day, value in enumerate(cost.days):
        canvas.circle(scale(min(value, scale.high)), y, 2.6, f"day {kind}", f"day {day}: {short(value)}")
    if math.isfinite(cost.low):
        canvas.line(scale(cost.low), y, scale(min(cost.high, scale.high)), y, f"bar {kind}-line")
    canvas.circle(scale(min(cost.mean, scale.high)), y, 5, f"mean {kind}", short(cost.mean))
    canvas.text(WIDTH - 8, y + 4, short(cost.mean), "value", "end")
