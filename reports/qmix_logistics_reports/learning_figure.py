"""Learning curves: what a policy costs without exploration, and with it."""

from __future__ import annotations

import math

from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.axes import draw_y_axis
from qmix_logistics_reports.figure import Canvas, Figure, Scale
from qmix_logistics_reports.look import Look, looks_of
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
    exploring = [point["exploring_cost"] for point in points]
    known = [*exploring, *(point["greedy_cost"] for point in greedy)]
    low, high = min(known), min(max(known), CLIP * min(known))
    margin = 0.08 * (high - low or 1.0)
    x_scale = Scale(0, max(point["days"] for point in points), LEFT, WIDTH - 20)
    y_scale = Scale(low - margin, high + margin, HEIGHT - 44, 44)
    canvas, look = Canvas(WIDTH, HEIGHT), looks_of(result)[policy]
    _draw_frame(canvas, x_scale, y_scale, look)
    num_unchanged = 0
    for seed in sorted({point["training_seed"] for point in points}):
        own = [point for point in points if point["training_seed"] == seed]
        played = [point for point in greedy if point["training_seed"] == seed]
        kept = [point for point in played if point["is_best"]][-1:]
        canvas.path(
            [(x_scale(p["days"]), y_scale(min(p["exploring_cost"], y_scale.high))) for p in own],
            f"curve thin dashed {look.line}",
        )
        canvas.path(
            [(x_scale(p["days"]), y_scale(min(p["greedy_cost"], y_scale.high))) for p in played],
            f"curve solid {look.line}",
        )
        for point in kept:
            canvas.circle(
                x_scale(point["days"]), y_scale(min(point["greedy_cost"], y_scale.high)), 6, f"ring {look.line}"
            )
        num_unchanged += not kept
    rows = tuple(
        (str(p["training_seed"]), str(p["days"]), short(p["guided_share"], 2),
         Number(p["exploring_cost"], "short:4", f"training.csv#{p['number']}.exploring_cost"),
         Number(p["greedy_cost"], "short:4", f"training.csv#{p['number']}.greedy_cost"),
         "yes" if p["is_best"] else "no")
        for p in points
    )  # fmt: skip
    caption = (
        "Mean cost by days trained on, one pair of lines for each training. If the greedy line leaves the exploring "
        "one upwards, the policy needs its random choices; then look at the alerts. Test days play no part here."
    )
    if num_unchanged:
        caption += f" In {num_unchanged} trainings nothing was better than to do as advised, which was kept."
    if max(known) > high:
        caption += f" Costs above {short(y_scale.high)} lie on the upper edge."
    svg = canvas.render(f"Learning curve of {policy}", "Cost against days trained on, greedy and exploring.")
    columns = ("training", "days", "guided", "cost exploring", "cost greedy", "kept")
    return Figure(svg, caption, columns, rows)


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
