"""Learning curves: what a policy costs without exploration, and with it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.figures.axes import draw_y_axis
from qmix_logistics_reports.figures.figure import Canvas, Figure, Scale
from qmix_logistics_reports.figures.look import Look, looks_of
from qmix_logistics_reports.numbers import short, tick_label, ticks
from qmix_logistics_reports.reading import records
from qmix_logistics_reports.shown import Number

WIDTH, HEIGHT, LEFT = 900, 290, 60
CLIP = 3.0
"""Costs above this multiple of the lowest are drawn at the upper edge: first attempts may cost any amount."""


def learning_curve(result: ExperimentResult, policy: str) -> Figure:
    """
    Draw the learning curves of all trainings of a policy.

    Parameters
    ----------
    result
        The experiment.
    policy
        The policy.
    """
    numbered = result.training.assign(number=range(1, len(result.training) + 1))
    points = records(numbered[numbered["policy"] == policy])
    greedy = [point for point in points if math.isfinite(point["greedy_cost"])]
    known = [*(point["exploring_cost"] for point in points), *(point["greedy_cost"] for point in greedy)]
    low, high = min(known), min(max(known), CLIP * min(known))
    margin = 0.08 * (high - low or 1.0)
    x_scale = Scale(0, max(point["days"] for point in points), LEFT, WIDTH - 20)
    y_scale = Scale(low - margin, high + margin, HEIGHT - 44, 44)
    canvas, look = Canvas(WIDTH, HEIGHT), looks_of(result)[policy]

    def at(days: float, cost: float) -> tuple[float, float]:
        return x_scale(days), y_scale(min(cost, y_scale.high))

    _draw_frame(canvas, x_scale, y_scale, look)
    seeds, num_unchanged = sorted({point["training_seed"] for point in points}), 0
    faint = " faint" if len(seeds) > 1 else ""
    for seed in seeds:
        own, played = ([point for point in some if point["training_seed"] == seed] for some in (points, greedy))
        _draw_line(canvas, [at(p["days"], p["exploring_cost"]) for p in own], f"thin dashed {look.line}", look)
        _draw_line(canvas, [at(p["days"], p["greedy_cost"]) for p in played], f"solid {look.line}{faint}", look)
        kept = [at(p["days"], p["greedy_cost"]) for p in played if p["is_best"]][-1:]
        for x, y in kept:
            canvas.circle(x, y, 6, f"ring {look.line}")
        num_unchanged += not kept
    if len(seeds) > 1:
        canvas.path([at(*mean) for mean in _means(greedy, len(seeds))], f"curve solid {look.line}")
    svg = canvas.render(f"Learning curve of {policy}", "Cost against days trained on, greedy and exploring.")
    edge = y_scale.high if max(known) > high else None
    columns = ("training", "days", "guided", "cost exploring", "cost greedy", "kept")
    return Figure(svg, _caption(len(seeds), num_unchanged, edge), columns, tuple(map(_row, points)))


def _draw_line(canvas: Canvas, points: Sequence[tuple[float, float]], kind: str, look: Look) -> None:
    canvas.path(points, f"curve {kind}")
    for x, y in points:
        canvas.circle(x, y, 2.2, look.fill)


def _caption(num_seeds: int, num_unchanged: int, edge: float | None) -> str:
    each = ", a pair of thin lines for each training; the thick line is their mean" if num_seeds > 1 else ""
    text = (
        f"Mean cost by days trained on{each}. If the greedy line leaves the exploring one upwards, the policy needs "
        "its random choices; then look at the alerts. Test days play no part here."
    )
    if num_unchanged:
        where = f"In {num_unchanged} of {num_seeds} trainings nothing" if num_seeds > 1 else "Nothing"
        text += f" {where} was better than to do as advised, which was kept."
    if edge is not None:
        text += f" Costs above {short(edge)} lie on the upper edge."
    return text


def _row(point: Mapping[str, Any]) -> tuple[str, ...]:
    source = f"training.csv#{point['number']}"
    return (
        str(point["training_seed"]),
        str(point["days"]),
        short(point["guided_share"], 2),
        Number(point["exploring_cost"], "short:4", f"{source}.exploring_cost"),
        Number(point["greedy_cost"], "short:4", f"{source}.greedy_cost"),
        "yes" if point["is_best"] else "no",
    )


def _means(points: Sequence[Mapping[str, Any]], num_seeds: int) -> list[tuple[int, float]]:
    """Return the mean cost over all trainings, where all were tried."""
    costs: dict[int, list[float]] = {}
    for point in points:
        costs.setdefault(point["days"], []).append(point["greedy_cost"])
    return [(days, sum(found) / num_seeds) for days, found in sorted(costs.items()) if len(found) == num_seeds]


def _draw_frame(canvas: Canvas, x_scale: Scale, y_scale: Scale, look: Look) -> None:
    draw_y_axis(canvas, y_scale, LEFT, WIDTH - 20)
    for tick in ticks(0, x_scale.high, 8):
        canvas.text(x_scale(tick), HEIGHT - 26, tick_label(tick), "tick", "middle")
    canvas.text(WIDTH / 2, HEIGHT - 6, "days trained on", "tick", "middle")
    canvas.text(LEFT - 40, 36, "mean cost of a day", "tick panel")
    canvas.path([(LEFT, 12), (LEFT + 26, 12)], f"curve solid {look.line}")
    canvas.text(LEFT + 33, 16, "validation days, without exploration (ring: the policy kept)", "tick")
    canvas.path([(470, 12), (496, 12)], f"curve thin dashed {look.line}")
    canvas.text(503, 16, "training days, with exploration", "tick")
