"""How long a decision takes, from the usual one to the longest."""

from __future__ import annotations

import math

from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.figures.axes import name_width
from qmix_logistics_reports.figures.figure import Canvas, Figure, Scale
from qmix_logistics_reports.figures.look import Look, draw_mark, looks_of
from qmix_logistics_reports.numbers import tick_label
from qmix_logistics_reports.reading import ranking
from qmix_logistics_reports.shown import Number
from qmix_logistics_reports.tables import Tables

ROW, TOP, WIDTH, RIGHT = 28, 12, 900, 40
COLUMNS = ("p50_ms", "p95_ms", "p99_ms", "max_ms")
LEAST_MS = 1e-3
"""Nothing is drawn below a microsecond."""


def decision_latency(result: ExperimentResult) -> Figure:
    """
    Draw how long a joint decision takes under each policy, on a logarithmic axis.

    Parameters
    ----------
    result
        The experiment.
    """
    tables, looks = Tables(result), looks_of(result)
    rows = {policy: [tables.timing(policy, "decision", column) for column in COLUMNS] for policy in ranking(result)}
    known = [number.value for row in rows.values() for number in row if number.value > 0]
    low = math.floor(math.log10(max(min(known, default=1.0), LEAST_MS)))
    high = math.ceil(math.log10(max(known, default=1.0)) + 0.05)
    canvas, bottom = Canvas(WIDTH, ROW * len(rows) + TOP + 48), ROW * len(rows) + TOP
    left = name_width(list(rows))
    scale = Scale(low, max(high, low + 1), left, WIDTH - RIGHT)
    for power in range(low, max(high, low + 1) + 1):
        canvas.line(scale(power), 4, scale(power), bottom, "grid")
        canvas.text(scale(power), bottom + 16, f"{tick_label(10.0**power)} ms", "tick", "middle")
    canvas.text((left + WIDTH - RIGHT) / 2, bottom + 38, "computing time of a joint decision", "tick", "middle")
    for index, (policy, row) in enumerate(rows.items()):
        _draw_row(canvas, scale, policy, row, TOP + 12 + index * ROW, looks[policy])
    caption = (
        "The mark is the median, the thick bar reaches to the 95 % quantile, the thin one to the 99 % quantile, and "
        "the stroke is the longest decision of all test days. The axis is logarithmic. Clock readings of this machine, "
        f"{result.provenance['machine']}, which other work may have slowed down."
    )
    svg = canvas.render("Time of a decision", "A row for each policy, from the median to the longest decision.")
    columns = ("policy", "median ms", "95 % ms", "99 % ms", "longest ms")
    return Figure(svg, caption, columns, tuple((policy, *row) for policy, row in rows.items()))


def _draw_row(canvas: Canvas, scale: Scale, policy: str, row: list[Number], y: float, look: Look) -> None:
    canvas.text(scale.start - 12, y + 4, policy, look.text, "end")
    if not row[0].value > 0:
        return
    median, p95, p99, longest = (scale(math.log10(max(number.value, LEAST_MS))) for number in row)
    canvas.line(median, y, p99, y, f"thin {look.line}")
    canvas.line(median, y, p95, y, f"bar {look.line}")
    canvas.line(longest, y - 7, longest, y + 7, f"thin {look.line}")
    draw_mark(canvas, median, y, look, f"{policy}, median ms", row[0])
