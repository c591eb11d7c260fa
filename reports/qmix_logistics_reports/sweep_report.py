"""A sweep as one HTML file: a figure for each KPI against the first axis, and the numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from qmix_logistics_reports.figures.figure import Canvas, Figure, Scale
from qmix_logistics_reports.figures.team_figure import COLOURS, STYLE
from qmix_logistics_reports.numbers import short, tick_label, ticks

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 320, 64, 20, 16, 44


def sweep_report(
    table: pd.DataFrame, keys: Sequence[str], kpis: Sequence[str], lines: Sequence[str], target: float | None
) -> str:
    """
    Return the report.

    Parameters
    ----------
    table
        One row for each point, policy and KPI.
    keys
        The axes, columns of the table; the first is drawn from left to right.
    kpis
        Which to draw.
    lines
        What came out, in words.
    target
        Value of the last KPI that is to be reached, if any.
    """
    environment = Environment(
        loader=PackageLoader("qmix_logistics_reports"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["drawing"] = lambda figure: Markup(figure.svg)
    figures = [(kpi, sweep_figure(table, keys, kpi, target if kpi == kpis[-1] else None)) for kpi in kpis]
    policies = table["policy"].unique().tolist()
    legend = [(policy, COLOURS[index % len(COLOURS)]) for index, policy in enumerate(policies)]
    return environment.get_template("sweep.html.j2").render(
        scenario=table["scenario"].iloc[0],
        keys=keys,
        figures=figures,
        lines=lines,
        legend=legend,
        num_colours=len(COLOURS),
        style=Markup(STYLE),
        num_days=int(table["num_days"].max()),
    )


def sweep_figure(table: pd.DataFrame, keys: Sequence[str], kpi: str, target: float | None) -> Figure:
    """
    Draw a KPI of every policy against the first axis, with its interval.

    Parameters
    ----------
    table, keys
        As for ``sweep_report``.
    kpi
        Which.
    target
        A line to draw, if any.
    """
    rows = table[table["kpi"] == kpi]
    values = rows[keys[0]].drop_duplicates().tolist()
    numbers = [_number(value) for value in values]
    is_numeric = all(math.isfinite(number) for number in numbers)
    xs = dict(zip(values, numbers if is_numeric else map(float, range(len(values))), strict=True))
    known = [v for v in (*rows["mean"], *rows["ci_low"], *rows["ci_high"]) if math.isfinite(v)] or [0.0]
    known += [target] if target is not None else []
    margin = 0.06 * (max(known) - min(known) or 1.0)
    x_scale = Scale(
        min(xs.values()), max(xs.values()) if len(xs) > 1 else min(xs.values()) + 1, LEFT + 12, WIDTH - RIGHT
    )
    y_scale = Scale(min(known) - margin, max(known) + margin, HEIGHT - BOTTOM, TOP)
    canvas = Canvas(WIDTH, HEIGHT)
    for tick in ticks(y_scale.low, y_scale.high):
        canvas.line(LEFT, y_scale(tick), WIDTH - RIGHT, y_scale(tick), "grid")
        canvas.text(LEFT - 8, y_scale(tick) + 4, tick_label(tick), "tick", "end")
    for value, x in xs.items():
        canvas.text(x_scale(x), HEIGHT - 26, str(value), "tick", "middle")
    canvas.text(WIDTH / 2, HEIGHT - 8, keys[0], "tick", "middle")
    if target is not None:
        canvas.line(LEFT, y_scale(target), WIDTH - RIGHT, y_scale(target), "target")
    for index, (_, group) in enumerate(rows.groupby("policy", sort=False)):
        for _, line in group.groupby(list(keys[1:]), sort=False) if len(keys) > 1 else [("", group)]:
            _draw(canvas, line, [xs[value] for value in line[keys[0]]], x_scale, y_scale, index % len(COLOURS))
    unit = rows["unit"].iloc[0]
    svg = canvas.render(f"{kpi} against {keys[0]}", f"{kpi} of every policy at each point, with its interval.")
    cells = tuple(
        (*(str(row[key]) for key in keys), str(row["policy"]), short(row["mean"], 4), short(row["ci_low"], 4),
         short(row["ci_high"], 4))
        for row in rows.to_dict("records")
    )  # fmt: skip
    caption = (
        f"{kpi}{f' in {unit}' if unit else ''}: mean over the test days, the same at every point; bands are intervals."
    )
    return Figure(svg, caption, (*keys, "policy", "mean", "low", "high"), cells)


def _draw(canvas: Canvas, line: pd.DataFrame, xs: Sequence[float], x_scale: Scale, y_scale: Scale, index: int) -> None:
    rows = list(zip(xs, line["mean"], line["ci_low"], line["ci_high"], strict=True))
    banded = [row for row in rows if math.isfinite(row[2])]
    upper = [(x_scale(x), y_scale(high)) for x, _, _, high in banded]
    lower = [(x_scale(x), y_scale(low)) for x, _, low, _ in reversed(banded)]
    canvas.path(upper + lower, f"band-{index}")
    canvas.path([(x_scale(x), y_scale(mean)) for x, mean, _, _ in rows if math.isfinite(mean)], f"line-{index}")
    for x, mean, _, _ in rows:
        if math.isfinite(mean):
            canvas.circle(x_scale(x), y_scale(mean), 3, f"dot-{index}", short(mean, 4))


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return math.nan
