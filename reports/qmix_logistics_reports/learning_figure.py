"""Learning curves: what a policy costs without exploration, and with it."""

from __future__ import annotations

import math

from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.figure import Canvas, Figure, Scale
from qmix_logistics_reports.numbers import short, tick_label, ticks
from qmix_logistics_reports.reading import records

WIDTH, HEIGHT = 760, 280
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
    points = records(result.training[result.training["policy"] == policy])
    greedy = [point for point in points if math.isfinite(point["greedy_cost"])]
    exploring = [point["exploring_cost"] for point in points]
    known = [*exploring, *(point["greedy_cost"] for point in greedy)]
    low, high = min(known), min(max(known), CLIP * min(known))
    margin = 0.08 * (high - low or 1.0)
    x_scale = Scale(0, max(point["days"] for point in points), 60, WIDTH - 20)
    y_scale = Scale(low - margin, high + margin, HEIGHT - 44, 30)
    canvas = Canvas(WIDTH, HEIGHT)
    _draw_frame(canvas, x_scale, y_scale)
    num_unchanged = 0
    for seed in sorted({point["training_seed"] for point in points}):
        own = [point for point in points if point["training_seed"] == seed]
        played = [point for point in greedy if point["training_seed"] == seed]
        kept = [point for point in played if point["is_best"]][-1:]
        canvas.path(
            [(x_scale(p["days"]), y_scale(min(p["exploring_cost"], y_scale.high))) for p in own], "curve faint-line"
        )
        canvas.path(
            [(x_scale(p["days"]), y_scale(min(p["greedy_cost"], y_scale.high))) for p in played], "curve learned-line"
        )
        for point in kept:
            canvas.circle(x_scale(point["days"]), y_scale(min(point["greedy_cost"], y_scale.high)), 6, "ring")
        num_unchanged += not kept
    rows = tuple(
        (str(p["training_seed"]), str(p["days"]), short(p["guided_share"], 2), short(p["exploring_cost"], 4),
         short(p["greedy_cost"], 4), "kept" if p["is_best"] else "")
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
    columns = ("training", "days", "guided", "cost exploring", "cost greedy", "")
    return Figure(svg, caption, columns, rows)


def _draw_frame(canvas: Canvas, x_scale: Scale, y_scale: Scale) -> None:
    for tick in ticks(y_scale.low, y_scale.high):
        canvas.line(60, y_scale(tick), WIDTH - 20, y_scale(tick), "grid")
        canvas.text(52, y_scale(tick) + 4, tick_label(tick), "tick", "end")
    for tick in ticks(0, x_scale.high, 8):
        canvas.text(x_scale(tick), HEIGHT - 28, tick_label(tick), "tick", "middle")
    canvas.text(WIDTH / 2, HEIGHT - 8, "days trained on", "tick", "middle")
    canvas.line(60, 16, 84, 16, "curve learned-line")
    canvas.text(90, 20, "validation days, without exploration (ring: the policy kept)", "tick")
    canvas.line(450, 16, 474, 16, "curve faint-line")
    canvas.text(480, 20, "training days, with exploration", "tick")
