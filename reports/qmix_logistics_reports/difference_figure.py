"""Differences between policies on the same days."""

from __future__ import annotations

import math

from qmix_logistics.evaluation.kpis import PRIMARY_KPI
from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.figure import Canvas, Figure, Scale
from qmix_logistics_reports.numbers import short, signed_pct, tick_label, ticks
from qmix_logistics_reports.reading import Difference, costs, difference_to_reference, differences, records

ROW, LEFT, WIDTH = 26, 190, 760


def against_each(result: ExperimentResult, policy: str) -> Figure:
    """
    Draw a policy's cost relative to every other policy's, with intervals.

    Parameters
    ----------
    result
        The experiment.
    policy
        The policy.
    """
    found = sorted((d for d in differences(result) if d.policy == policy), key=lambda d: -d.relative[0])
    bound = 1.08 * max([0.05, *(abs(value) for d in found for value in d.relative if math.isfinite(value))])
    canvas, bottom = Canvas(WIDTH, ROW * len(found) + 50), ROW * len(found) + 14
    scale, zone = Scale(-bound, bound, LEFT, WIDTH - 150), result.scenario.experiment.indifference_pct / 100
    canvas.rectangle(scale(-zone), 8, scale(zone) - scale(-zone), bottom - 8, "zone")
    for tick in ticks(-bound, bound, 6):
        canvas.line(scale(tick), 8, scale(tick), bottom, "grid")
        canvas.text(scale(tick), bottom + 16, signed_pct(tick, 0), "tick", "middle")
    canvas.line(scale(0), 8, scale(0), bottom, "axis")
    canvas.text(scale(-bound / 2), bottom + 34, f"← {policy} costs less", "tick", "middle")
    canvas.text(scale(bound / 2), bottom + 34, f"{policy} costs more →", "tick", "middle")
    for row, difference in enumerate(found):
        _draw_row(canvas, scale, difference, 22 + row * ROW)
    numbers = tuple(
        (d.reference, *(signed_pct(share) for share in d.relative), short(d.p_adjusted, 2), d.verdict) for d in found
    )
    caption = (
        f"Mean cost of {policy} on the same days, relative to each other policy, with intervals of the paired "
        f"difference. The grey zone is what you declared not to matter (± {100 * zone:g} %)."
    )
    svg = canvas.render(f"{policy} against each other policy", "A row for each other policy, with interval.")
    return Figure(svg, caption, ("against", "difference", "from", "to", "p (Holm)", "verdict"), numbers)


def by_day(result: ExperimentResult, policy: str) -> Figure:
    """
    Draw a policy's cost less the reference's, day by day.

    Parameters
    ----------
    result
        The experiment.
    policy
        The policy.
    """
    labels, theirs, mine = _days(result, policy)
    points = [[cost - other for cost in day] for day, other in zip(mine, theirs, strict=True)]
    values = [value for day in points for value in day]
    low, high = min(0.0, *values), max(0.0, *values)
    margin = 0.08 * (high - low or 1.0)
    canvas = Canvas(WIDTH, 260)
    y_scale, x_scale = Scale(low - margin, high + margin, 220, 16), Scale(-0.5, len(points) - 0.5, 60, WIDTH - 20)
    _draw_frame(canvas, result, policy, y_scale)
    for position, (label, day) in enumerate(zip(labels, points, strict=True)):
        for seed, value in enumerate(day, start=1):
            hint = f"{label}, training {seed}: {short(value)}"
            canvas.circle(x_scale(position), y_scale(value), 4, "mean learned faint", hint)
        if position % max(1, math.ceil(len(points) / 10)) == 0:
            canvas.text(x_scale(position), 238, label, "tick", "middle")
    canvas.text(WIDTH / 2, 256, f"cost of {policy} less cost of {result.reference}, by test day", "tick", "middle")
    rows = tuple(
        (label, short(other, 4), *(short(value) for value in day))
        for label, other, day in zip(labels, theirs, points, strict=True)
    )
    caption = (
        f"Each dot is one test day that both have played, one for each training. Below the line {policy} cost less. "
        "The band is the interval of the mean, the grey zone what you declared not to matter."
    )
    svg = canvas.render(f"{policy} less {result.reference}, by day", "A dot for each day and training.")
    seeds = [f"training {seed}" for seed in range(1, len(points[0]) + 1)]
    return Figure(svg, caption, ("day", f"cost of {result.reference}", *seeds), rows)


def _draw_row(canvas: Canvas, scale: Scale, difference: Difference, y: float) -> None:
    share, low, high = difference.relative
    canvas.text(LEFT - 12, y + 4, difference.reference, "label", "end")
    if math.isfinite(low):
        canvas.line(scale(low), y, scale(high), y, "bar learned-line")
    if math.isfinite(share):
        canvas.circle(scale(share), y, 5, "mean learned", signed_pct(share))
    canvas.text(WIDTH - 8, y + 4, f"{signed_pct(share)}, {difference.verdict}", "value", "end")


def _days(result: ExperimentResult, policy: str) -> tuple[list[str], list[float], list[list[float]]]:
    """Return the days' labels, the reference's cost of each, and the policy's cost of each under every training."""
    labels: dict[int, str] = {}
    mine: dict[int, list[float]] = {}
    for row in records(result.replications[["policy", "day", "day_label", PRIMARY_KPI]]):
        if row["policy"] == policy:
            labels[row["day"]] = row["day_label"]
            mine.setdefault(row["day"], []).append(row[PRIMARY_KPI])
    theirs = next(cost.days for cost in costs(result) if cost.policy == result.reference)
    return list(labels.values()), list(theirs), list(mine.values())


def _draw_frame(canvas: Canvas, result: ExperimentResult, policy: str, scale: Scale) -> None:
    difference = difference_to_reference(result, policy)
    assert difference is not None, "the subject is not the reference"
    zone = result.scenario.experiment.indifference_pct / 100 * difference.level
    canvas.rectangle(60, scale(zone), WIDTH - 80, scale(-zone) - scale(zone), "zone")
    if difference.has_interval:
        canvas.rectangle(60, scale(difference.high), WIDTH - 80, scale(difference.low) - scale(difference.high), "band")
    for tick in ticks(scale.low, scale.high, 5):
        canvas.line(60, scale(tick), WIDTH - 20, scale(tick), "grid")
        canvas.text(52, scale(tick) + 4, tick_label(tick), "tick", "end")
    canvas.line(60, scale(0), WIDTH - 20, scale(0), "axis")
    canvas.line(60, scale(difference.mean), WIDTH - 20, scale(difference.mean), "learned-line")
