"""Performance profiles: how often a policy is within a share of the best of the day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from qmix_logistics.evaluation.kpis import PRIMARY_KPI
from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.figures.axes import apart, draw_y_axis, name_width
from qmix_logistics_reports.figures.figure import Canvas, Figure, Scale
from qmix_logistics_reports.figures.look import draw_mark, looks_of
from qmix_logistics_reports.numbers import short, tick_label, ticks
from qmix_logistics_reports.reading import ranking

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 900, 296, 60, 32, 44
FARTHEST_PCT = 100.0
"""Excess up to which the figure reaches, at most."""


def performance_profile(result: ExperimentResult) -> Figure:
    """
    Draw for each policy the share of days on which it costs at most so much more than the cheapest of that day.

    Parameters
    ----------
    result
        The experiment.
    """
    found = ranking(result)
    days = _days(result, found)
    best = days.min(axis=0)
    excess = _excess_pct(days, best)
    better_half = excess[: max(3, len(found) // 2)]
    far = min(FARTHEST_PCT, max(5.0, float(np.quantile(np.minimum(better_half, FARTHEST_PCT), 0.98))))
    looks = looks_of(result)
    right = name_width(found)
    x_scale, y_scale = Scale(0, far, LEFT, WIDTH - right), Scale(0, 100, HEIGHT - BOTTOM, TOP)
    canvas = Canvas(WIDTH, HEIGHT)
    draw_y_axis(canvas, y_scale, LEFT, WIDTH - right)
    canvas.text(LEFT, TOP - 14, "% of test days", "tick panel")
    for tick in ticks(0, far, 6):
        canvas.text(x_scale(tick), HEIGHT - 26, tick_label(tick), "tick", "middle")
    canvas.text((LEFT + WIDTH - right) / 2, HEIGHT - 8, "% above the cheapest policy of the day", "tick", "middle")
    ends: list[float] = []
    for policy, row in zip(reversed(found), reversed(excess), strict=True):
        look = looks[policy]
        weak = "" if look.role != "other" else " weak"
        canvas.path(_steps(np.sort(row), far, x_scale, y_scale), f"curve {look.line}{weak}")
        ends.append(y_scale(100 * float((row <= far).mean())))
    for y, policy in zip(apart(ends, 15, TOP, HEIGHT - BOTTOM), reversed(found), strict=True):
        draw_mark(canvas, WIDTH - right + 12, y, looks[policy], size=4)
        canvas.text(WIDTH - right + 22, y + 4, policy, looks[policy].text)
    marks = (0.0, 1.0, 5.0, 10.0)
    rows = tuple(
        (policy, *(short(100 * float((row <= mark + 1e-9).mean())) for mark in marks))
        for policy, row in zip(found, excess, strict=True)
    )
    caption = (
        "Share of test days, in per cent, on which a policy costs at most so much more than the cheapest policy of "
        "that day. Higher is better; at the left edge: how often it is the cheapest."
    )
    svg = canvas.render("Performance profiles", "A rising line for each policy.")
    return Figure(svg, caption, ("policy", *(f"within {mark:g} %" for mark in marks)), rows)


def _excess_pct(
    days: Float[np.ndarray, "policy day"], best: Float[np.ndarray, " day"]
) -> Float[np.ndarray, "policy day"]:
    """Return how much more each policy costs than the best; without bound on days that cost the best nothing."""
    costs_nothing = best <= 0
    share = 100 * (days / np.where(costs_nothing, 1.0, best) - 1)
    return np.where(costs_nothing, np.where(days > best, np.inf, 0.0), share)


def _days(result: ExperimentResult, policies: Sequence[str]) -> Float[np.ndarray, "policy day"]:
    """Return what each policy cost on each day, the mean over its trainings."""
    table = result.replications.pivot_table(PRIMARY_KPI, "policy", "day", aggfunc="mean")
    days: Float[np.ndarray, "policy day"] = table.loc[list(policies)].to_numpy(float)
    return days


def _steps(excess: np.ndarray, far: float, x_scale: Scale, y_scale: Scale) -> list[tuple[float, float]]:
    points, share = [], 0.0
    for number, value in enumerate(excess.tolist(), start=1):
        if value > far:
            break
        points += [(x_scale(value), y_scale(share)), (x_scale(value), y_scale(100 * number / len(excess)))]
        share = 100 * number / len(excess)
    return [*points, (x_scale(far), y_scale(share))]
