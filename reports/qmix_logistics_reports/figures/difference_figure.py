"""Differences between policies on the same days."""

from __future__ import annotations

import math
from collections.abc import Sequence

from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.figures.axes import draw_x_axis, name_width
from qmix_logistics_reports.figures.figure import Canvas, Figure, Scale
from qmix_logistics_reports.figures.look import Look, draw_beyond, draw_mark, looks_of
from qmix_logistics_reports.numbers import signed_pct
from qmix_logistics_reports.reading import ranking
from qmix_logistics_reports.tables import Compared, Tables

ROW, TOP, WIDTH, RIGHT = 28, 10, 900, 176
LEAST_BOUND = 0.05
FARTHEST = 0.5
"""Share of the reference's cost at which the figure ends at most; an arrow says that an interval goes on."""


def against_reference(result: ExperimentResult) -> Figure:
    """
    Draw every other policy's cost relative to the reference's, with intervals.

    Parameters
    ----------
    result
        The experiment.
    """
    tables, reference = Tables(result), result.reference
    found = [(policy, tables.compared(policy, reference)) for policy in ranking(result)]
    caption = (
        f"Mean cost of each policy on the same days, relative to {reference}, with intervals of the paired difference. "
        f"{_about_zone(result)}"
    )
    title = f"Every policy against {reference}"
    return _forest(result, [(name, row) for name, row in found if row], title, "", caption)


def against_each(result: ExperimentResult, policy: str) -> Figure:
    """
    Draw a learned policy's cost relative to every other policy's, with intervals.

    Parameters
    ----------
    result
        The experiment.
    policy
        The policy.
    """
    tables = Tables(result)
    found = [(other, tables.compared(policy, other)) for other in ranking(result)]
    caption = (
        f"Mean cost of {policy} on the same days, relative to each other policy, with intervals of the paired "
        f"difference. {_about_zone(result)}"
    )
    rows = [(name, row) for name, row in found if row]
    return _forest(result, rows, f"{policy} against each other policy", policy, caption)


def _about_zone(result: ExperimentResult) -> str:
    zone = result.scenario.experiment.indifference_pct
    return f"The grey zone is what you declared not to matter (± {zone:g} %)."


def _forest(
    result: ExperimentResult, rows: Sequence[tuple[str, Compared]], title: str, who: str, caption: str
) -> Figure:
    """Draw a row for each comparison, under the name of the policy that changes from row to row."""
    looks, zone = looks_of(result), result.scenario.experiment.indifference_pct / 100
    shares = [row.share(column).value for _, row in rows for column in ("difference", "ci_low", "ci_high")]
    known = [share for share in shares if math.isfinite(share)]
    low = max(1.08 * min([-LEAST_BOUND, -1.5 * zone, *known]), -FARTHEST)
    high = min(1.08 * max([LEAST_BOUND, 1.5 * zone, *known]), FARTHEST)
    canvas, bottom = Canvas(WIDTH, ROW * len(rows) + TOP + 44), ROW * len(rows) + TOP
    left = name_width([name for name, _ in rows])
    scale = Scale(low, high, left, WIDTH - RIGHT)
    canvas.rectangle(scale(-zone), 4, scale(zone) - scale(-zone), bottom - 4, "zone")
    draw_x_axis(canvas, scale, 4, bottom, 6, lambda share: signed_pct(share, 0))
    canvas.line(scale(0), 4, scale(0), bottom, "axis")
    canvas.text(scale(0) - 12, bottom + 36, f"← {who} costs less".replace("  ", " "), "tick", "end")
    canvas.text(scale(0) + 12, bottom + 36, f"{who} costs more →".strip(), "tick")
    for index, (name, row) in enumerate(rows):
        _draw_row(canvas, scale, name, row, TOP + 12 + index * ROW, looks[name])
    cells = tuple(
        (
            name,
            *(row.share(column) for column in ("difference", "ci_low", "ci_high")),
            row.cell("p_adjusted", "short:2"),
            row.cell("improvement_pct", "short:3"),
            row.verdict,
        )
        for name, row in rows
    )
    svg = canvas.render(title, "A row for each comparison, with interval and verdict.")
    columns = ("policy", "difference", "from", "to", "p (Holm)", "better on % of days", "verdict")
    return Figure(svg, caption, columns, cells)


def _draw_row(canvas: Canvas, scale: Scale, name: str, row: Compared, y: float, look: Look) -> None:
    def at(share: float) -> float:
        return scale(max(scale.low, min(share, scale.high)))

    share, low, high = (row.share(column) for column in ("difference", "ci_low", "ci_high"))
    canvas.text(scale.start - 12, y + 4, name, look.text, "end")
    if row.has_interval and row.has_share:
        canvas.line(at(low.value), y, at(high.value), y, f"bar {look.line}")
        draw_beyond(canvas, scale, y, look, low.value, high.value)
    else:
        draw_beyond(canvas, scale, y, look, share.value, share.value)
    if scale.low <= share.value <= scale.high:
        draw_mark(canvas, at(share.value), y, look, name, share)
    canvas.text(WIDTH - 88, y + 4, share, "value", "end")
    canvas.text(WIDTH - 80, y + 4, row.verdict, f"value {row.verdict}-text")
