"""A policy against the reference, day by day."""

from __future__ import annotations

import math
from dataclasses import dataclass

from qmix_logistics.evaluation.kpis import PRIMARY_KPI
from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.figures.axes import draw_y_axis
from qmix_logistics_reports.figures.figure import Canvas, Figure, Scale
from qmix_logistics_reports.figures.look import Look, draw_mark, looks_of
from qmix_logistics_reports.shown import Number
from qmix_logistics_reports.tables import Compared, Tables

WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM = 900, 280, 60, 20, 46
MOST_LABELS = 8


@dataclass(frozen=True, slots=True)
class _Day:
    """A test day: what the reference cost, and what the policy cost under each training, and less the reference."""

    label: str
    theirs: Number
    mine: list[Number]
    less: list[Number]


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
    tables, reference, look = Tables(result), result.reference, looks_of(result)[policy]
    compared = tables.compared(policy, reference)
    assert compared is not None, "every policy is compared with the reference"
    days = _days(tables, policy, reference)
    canvas = Canvas(WIDTH, HEIGHT)
    zone = result.scenario.experiment.indifference_pct / 100 * abs(compared.level.value)
    y_scale, x_scale = _scales(days, zone)
    _draw_frame(canvas, compared, zone, y_scale, look)
    for position, day in enumerate(days):
        heights = [y_scale(number.value) for number in day.less]
        if len(heights) > 1:
            canvas.line(x_scale(position), min(heights), x_scale(position), max(heights), f"joined {look.line}")
        for seed, (number, y) in enumerate(zip(day.less, heights, strict=True), start=1):
            hint = day.label if len(day.less) == 1 else f"{day.label}, training {seed}"
            draw_mark(canvas, x_scale(position), y, look, hint, number, 4)
        if position % max(1, math.ceil(len(days) / MOST_LABELS)) == 0:
            canvas.text(x_scale(position), HEIGHT - BOTTOM + 18, day.label, "tick", "middle")
    canvas.text(WIDTH / 2, HEIGHT - 6, f"cost of {policy} less cost of {reference}, by test day", "tick", "middle")
    num_better = sum(1 for day in days if sum(number.value for number in day.less) < 0)
    caption = (
        f"Each mark is one test day that both have played{', one for each training' if len(days[0].less) > 1 else ''}; "
        f"below the line {policy} cost less, as on {num_better} of {len(days)} days. The line across is the mean and "
        "the band around it its interval; the grey zone is what you declared not to matter. A mean that hangs on one "
        "or two days is worth less than its interval says."
    )
    svg = canvas.render(f"{policy} less {reference}, by day", "A mark for each day and training.")
    names = ["less" if len(days[0].less) == 1 else f"less, training {n}" for n in range(1, len(days[0].less) + 1)]
    costs = [name.replace("less", f"cost of {policy}") for name in names]
    rows = tuple((day.label, day.theirs, *day.mine, *day.less) for day in days)
    return Figure(svg, caption, ("day", f"cost of {reference}", *costs, *names), rows)


def _days(tables: Tables, policy: str, reference: str) -> list[_Day]:
    """Return the days; of a reference that was trained several times, the mean over its trainings counts."""
    theirs: dict[int, list[Number]] = {}
    labels: dict[int, str] = {}
    for row, number in tables.days(reference, PRIMARY_KPI, "short:4"):
        labels[row["day"]] = str(row["day_label"])
        theirs.setdefault(row["day"], []).append(number)
    mine: dict[int, list[Number]] = {}
    for row, number in tables.days(policy, PRIMARY_KPI, "short:4"):
        mine.setdefault(row["day"], []).append(number)
    found = []
    for day, label in labels.items():
        other = _mean(theirs[day])
        less = [
            Number(number.value - other.value, "short:3", f"{number.source}-{other.source}") for number in mine[day]
        ]
        found.append(_Day(label, other, mine[day], less))
    return found


def _mean(numbers: list[Number]) -> Number:
    if len(numbers) == 1:
        return numbers[0]
    rows = "+".join(number.source.partition("#")[2].partition(".")[0] for number in numbers)
    return Number(
        sum(number.value for number in numbers) / len(numbers), "short:4", f"replications.csv#{rows}.{PRIMARY_KPI}"
    )


def _scales(days: list[_Day], zone: float) -> tuple[Scale, Scale]:
    values = [number.value for day in days for number in day.less]
    low, high = min(-zone, *values), max(zone, *values)
    margin = 0.08 * (high - low or 1.0)
    y_scale = Scale(low - margin, high + margin, HEIGHT - BOTTOM, 12)
    return y_scale, Scale(-0.5, len(days) - 0.5, LEFT, WIDTH - RIGHT)


def _draw_frame(canvas: Canvas, compared: Compared, zone: float, scale: Scale, look: Look) -> None:
    left, width = LEFT, WIDTH - LEFT - RIGHT

    def y(value: float) -> float:
        return scale(max(scale.low, min(value, scale.high)))

    mean, low, high = (compared.cell(column, "short:3") for column in ("difference", "ci_low", "ci_high"))
    canvas.rectangle(left, y(zone), width, y(-zone) - y(zone), "zone")
    if compared.has_interval:
        canvas.rectangle(left, y(high.value), width, y(low.value) - y(high.value), f"risk {look.fill}")
    draw_y_axis(canvas, scale, left, left + width)
    canvas.line(left, scale(0), left + width, scale(0), "axis")
    canvas.line(left, scale(mean.value), left + width, scale(mean.value), look.line)
