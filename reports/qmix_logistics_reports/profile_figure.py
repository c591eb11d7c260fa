"""Performance profiles: how often a policy is within a share of the best of the day."""

from __future__ import annotations

import numpy as np

from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.figure import Canvas, Figure, Scale
from qmix_logistics_reports.numbers import short, tick_label, ticks
from qmix_logistics_reports.reading import costs

WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM = 760, 280, 60, 190, 44
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
    found = costs(result)
    days = np.array([cost.days for cost in found])
    best = days.min(axis=0)
    excess = 100 * (days / np.where(best > 0, best, 1.0) - 1) * (best > 0)
    far = min(FARTHEST_PCT, max(5.0, float(np.quantile(excess[: max(3, len(found) // 2)], 0.98))))
    x_scale, y_scale = Scale(0, far, LEFT, WIDTH - RIGHT), Scale(0, 100, HEIGHT - BOTTOM, 14)
    canvas = Canvas(WIDTH, HEIGHT)
    for tick in ticks(0, 100):
        canvas.line(LEFT, y_scale(tick), WIDTH - RIGHT, y_scale(tick), "grid")
        canvas.text(LEFT - 8, y_scale(tick) + 4, tick_label(tick), "tick", "end")
    for tick in ticks(0, far, 6):
        canvas.text(x_scale(tick), HEIGHT - 26, tick_label(tick), "tick", "middle")
    canvas.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, "% above the cheapest policy of the day", "tick", "middle")
    learned = {contender.name for contender in result.contenders if contender.is_learned}
    ends: list[float] = []
    for cost, row in zip(found, excess, strict=True):
        kind = "learned" if cost.policy in learned else "reference" if cost.policy == result.reference else "faint"
        canvas.path(_steps(np.sort(row), far, x_scale, y_scale), f"curve {kind}-line")
        ends.append(y_scale(100 * float((row <= far).mean())))
    for y, cost in zip(_apart(ends), found, strict=True):
        kind = "learned" if cost.policy in learned else "reference" if cost.policy == result.reference else "other"
        canvas.text(WIDTH - RIGHT + 8, y + 4, cost.policy, f"label {kind}-text")
    marks = (0.0, 1.0, 5.0, 10.0)
    rows = tuple(
        (cost.policy, *(short(100 * float((row <= mark + 1e-9).mean())) for mark in marks))
        for cost, row in zip(found, excess, strict=True)
    )
    caption = (
        "Share of test days, in per cent, on which a policy costs at most so much more than the cheapest policy of "
        "that day. Higher is better; at the left edge: how often it is the cheapest."
    )
    svg = canvas.render("Performance profiles", "A rising line for each policy.")
    return Figure(svg, caption, ("policy", *(f"within {mark:g} %" for mark in marks)), rows)


def _steps(excess: np.ndarray, far: float, x_scale: Scale, y_scale: Scale) -> list[tuple[float, float]]:
    points, share = [], 0.0
    for number, value in enumerate(excess.tolist(), start=1):
        if value > far:
            break
        points += [(x_scale(value), y_scale(share)), (x_scale(value), y_scale(100 * number / len(excess)))]
        share = 100 * number / len(excess)
    return [*points, (x_scale(far), y_scale(share))]


def _apart(heights: list[float], least: float = 14.0) -> list[float]:
    """Return where labels go so that they do not overlap, near where they belong."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    placed: dict[int, float] = {}
    last = -least
    for index in order:
        last = max(heights[index], last + least)
        placed[index] = last
    return [placed[index] for index in range(len(heights))]
