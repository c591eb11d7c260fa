"""Means with intervals, and the band and dots of days: how sure a mean is, and what another day may bring."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from qmix_logistics.evaluation.kpis import PRIMARY_KPI
from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.figures.axes import draw_x_axis, name_width
from qmix_logistics_reports.figures.figure import Canvas, Figure, Scale
from qmix_logistics_reports.figures.look import Look, draw_beyond, draw_mark, looks_of
from qmix_logistics_reports.reading import ranking
from qmix_logistics_reports.shown import Number
from qmix_logistics_reports.tables import Tables

ROW, TOP, WIDTH, RIGHT = 34, 12, 900, 64
RISK = (0.05, 0.95)
"""Quantiles over days between which the band lies."""
FARTHEST, FARTHEST_MEANS = 0.995, 4.0
"""The figure ends at this quantile of all days, or at so many times the median policy's mean; arrows point beyond."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A policy's mean, interval, band and days."""

    policy: str
    mean: Number
    low: Number
    high: Number
    band: tuple[Number, Number]
    days: list[tuple[str, Number]]

    @property
    def has_interval(self) -> bool:
        return math.isfinite(self.low.value)


def cost_intervals(result: ExperimentResult) -> Figure:
    """
    Draw each policy's mean total cost with its interval, and the cost of its days.

    Parameters
    ----------
    result
        The experiment.
    """
    return interval_figure(result, PRIMARY_KPI, "total cost", "total cost of a day", "Lower is better.")


def interval_figure(
    result: ExperimentResult, kpi: str, name: str, axis: str, better: str, form: str = "short:4"
) -> Figure:
    """
    Draw each policy's mean in a KPI with its interval, and its days.

    Parameters
    ----------
    result
        The experiment.
    kpi
        Which.
    name, axis
        What it is called in titles and at the axis.
    better
        Which way is better, in a sentence.
    form
        How its numbers are written.
    """
    rows, looks = _rows(result, kpi, form), looks_of(result)
    days = [day.value for row in rows for _, day in row.days if math.isfinite(day.value)]
    high = 1.03 * float(np.quantile(days, FARTHEST)) if days else 1.0
    usual = FARTHEST_MEANS * float(np.median([row.mean.value for row in rows])) if rows else 1.0
    high = min(high, max(usual, 1e-9))
    low = min([0.0, *days])
    canvas, bottom = Canvas(WIDTH, ROW * len(rows) + TOP + 44), ROW * len(rows) + TOP
    left = name_width([row.policy for row in rows])
    scale = Scale(low, high, left, WIDTH - RIGHT)
    draw_x_axis(canvas, scale, 4, bottom)
    canvas.text((left + WIDTH - RIGHT) / 2, bottom + 36, axis, "tick", "middle")
    for index, row in enumerate(rows):
        _draw_row(canvas, scale, row, TOP + 12 + index * ROW, looks[row.policy])
    level = f"{result.scenario.experiment.confidence_pct:g} %"
    num_days = result.replications["day"].nunique()
    caption = (
        f"Marks are means over {num_days} test days; thick bars are their {level} "
        "intervals: how sure the mean is. Pale bands hold nine days in ten, from the 5 % to the 95 % quantile, and "
        f"each dot below is a day: what another day may bring. {better}"
        if num_days > 1
        else f"The one test day, which has no interval: another day may bring anything. {better}"
    )
    bounds = [bound.value for row in rows if row.has_interval for bound in (row.low, row.high)]
    if any(value < low or value > high for value in (*days, *bounds)):
        caption += " Arrows at an edge point to what lies beyond it."

    svg = canvas.render(
        f"{name[:1].upper()}{name[1:]} of each policy", f"A row for each policy: mean, {level} interval, days."
    )
    columns = ("policy", f"mean {name}", f"{level} from", "to", "5 % of days below", "5 % of days above")
    return Figure(svg, caption, columns, tuple((r.policy, r.mean, r.low, r.high, *r.band) for r in rows))


def _rows(result: ExperimentResult, kpi: str, form: str) -> list[_Row]:
    """Return the policies, the cheapest first; those without the KPI are left out."""
    tables, found = Tables(result), []
    for policy in ranking(result):
        mean, low, high = (tables.kpi(policy, kpi, column, form) for column in ("mean", "ci_low", "ci_high"))
        if not math.isfinite(mean.value):
            continue
        several = bool(result.replications.loc[result.replications["policy"] == policy, "training_seed"].max() > 1)
        days = [
            (f"{row['day_label']}, training {row['training_seed']}" if several else str(row["day_label"]), number)
            for row, number in tables.days(policy, kpi, form)
        ]
        band = (tables.quantile(policy, kpi, RISK[0], form), tables.quantile(policy, kpi, RISK[1], form))
        found.append(_Row(policy, mean, low, high, band, days))
    return found


def _draw_row(canvas: Canvas, scale: Scale, row: _Row, y: float, look: Look) -> None:
    def at(number: Number) -> float:
        return scale(max(scale.low, min(number.value, scale.high)))

    canvas.text(scale.start - 12, y + 4, row.policy, look.text, "end")
    canvas.rectangle(at(row.band[0]), y - 5, at(row.band[1]) - at(row.band[0]), 10, f"risk {look.fill}")
    for hint, day in row.days:
        if day.value > scale.high:
            canvas.shape(f"M{scale.end:.1f} {y + 9:.1f}l6 3l-6 3Z", f"day {look.fill}", hint, day)
        elif math.isfinite(day.value):
            canvas.circle(at(day), y + 12, 2.4, f"day {look.fill}", hint, day)
    if row.has_interval:
        canvas.line(at(row.low), y, at(row.high), y, f"bar {look.line}")
        draw_beyond(canvas, scale, y, look, row.low.value, row.high.value)
    if row.mean.value > scale.high:
        canvas.shape(f"M{scale.end:.1f} {y - 6:.1f}l9 6l-9 6Z", look.fill, row.policy, row.mean)
    else:
        draw_mark(canvas, at(row.mean), y, look, row.policy, row.mean)
    canvas.text(WIDTH - 6, y + 4, row.mean, "value", "end")
