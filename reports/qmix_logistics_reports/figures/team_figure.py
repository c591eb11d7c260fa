"""Learning curves of teams, as a file of its own."""

from __future__ import annotations

import math

import pandas as pd

from qmix_logistics.evaluation.team_curves import TeamCurves
from qmix_logistics_reports.figures.figure import Canvas, Scale
from qmix_logistics_reports.numbers import tick_label, ticks

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 360, 64, 20, 56, 44
COLOURS = ("#1f6fb2", "#c2571a", "#2e8540", "#7a3fa0", "#a01f4f", "#4a6572", "#8a6d00", "#00756f")
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 4", "1 2", "12 4", "6 2 2 2")
STYLE = (
    "svg{background:#fff;font:12px system-ui,sans-serif}text{fill:#333}.grid{stroke:#ddd}.title{font-weight:600}"
    + "".join(
        f".line-{index}{{fill:none;stroke:{colour};stroke-width:2;stroke-dasharray:{dash or 'none'}}}"
        f".band-{index}{{fill:{colour};fill-opacity:.15;stroke:none}}"
        for index, (colour, dash) in enumerate(zip(COLOURS, DASHES, strict=True))
    )
)


def team_figure(curves: TeamCurves, environment: str) -> str:
    """
    Draw the interquartile mean of every algorithm with its interval over trainings; one training has no interval.

    Parameters
    ----------
    curves
        What was learned.
    environment
        Its name.
    """
    summary = curves.summary
    x_scale = Scale(0, float(summary["steps"].max()), LEFT, WIDTH - RIGHT)
    low, high = float(summary["iqm"].min()), float(summary["iqm"].max())
    margin = 0.08 * (high - low or 1.0)
    y_scale = Scale(low - margin, high + margin, HEIGHT - BOTTOM, TOP)
    canvas = Canvas(WIDTH, HEIGHT)
    _frame(canvas, x_scale, y_scale, environment, int(summary["num_seeds"].max()))
    for index, (algorithm, group) in enumerate(summary.groupby("algorithm", sort=False)):
        _draw(canvas, group, x_scale, y_scale, index % len(COLOURS))
        x = LEFT + 110 * index
        canvas.path([(x, 40), (x + 28, 40)], f"line-{index % len(COLOURS)}")
        canvas.text(x + 34, 44, str(algorithm))
    description = "Return without exploration against steps of the environment; bands are 95 % intervals."
    svg = canvas.render(f"Learning curves on {environment}", description)
    opening = svg.index(">") + 1
    head = svg[:opening].replace("<svg ", f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" ')
    return f"{head}<style>{STYLE}</style>{svg[opening:]}\n"


def _draw(canvas: Canvas, group: pd.DataFrame, x_scale: Scale, y_scale: Scale, index: int) -> None:
    def at(steps: float, value: float) -> tuple[float, float]:
        return x_scale(steps), y_scale(min(max(value, y_scale.low), y_scale.high))

    rows = group[["steps", "iqm", "ci_low", "ci_high"]].itertuples(index=False, name=None)
    points = [row for row in rows if math.isfinite(row[1])]
    banded = [row for row in points if math.isfinite(row[2])]
    upper = [at(steps, high) for steps, _, _, high in banded]
    lower = [at(steps, low) for steps, _, low, _ in reversed(banded)]
    canvas.path(upper + lower, f"band-{index}")
    canvas.path([at(steps, mean) for steps, mean, _, _ in points], f"line-{index}")


def _frame(canvas: Canvas, x_scale: Scale, y_scale: Scale, environment: str, num_seeds: int) -> None:
    for tick in ticks(y_scale.low, y_scale.high):
        canvas.line(LEFT, y_scale(tick), WIDTH - RIGHT, y_scale(tick), "grid")
        canvas.text(LEFT - 8, y_scale(tick) + 4, tick_label(tick), "tick", "end")
    for tick in ticks(0, x_scale.high, 6):
        canvas.text(x_scale(tick), HEIGHT - 26, tick_label(tick), "tick", "middle")
    canvas.text(WIDTH / 2, HEIGHT - 8, "steps of the environment", "tick", "middle")
    what = "interquartile mean and 95 % interval" if num_seeds > 1 else "return"
    canvas.text(
        LEFT, 20, f"{environment}: {what} of {num_seeds} training{'s' * (num_seeds > 1)}, no exploration", "title"
    )
