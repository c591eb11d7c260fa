"""Open orders over the window, a line for each policy, above the clock."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qmix_logistics.evaluation.shown.shown_day import ShownPolicy
from qmix_logistics_reports.replay.scaling import Clock

WIDTH, HEIGHT = 1000, 100
SAMPLES = 250


@dataclass(frozen=True, slots=True)
class Strip:
    """
    The lines.

    Parameters
    ----------
    lines
        Points of a polyline for each policy, in a box of ``WIDTH`` by ``HEIGHT``.
    most
        Open orders at its top.
    outages
        Left end and width of the times at which no planner could be reached.
    """

    lines: tuple[str, ...]
    most: int
    outages: tuple[tuple[str, str], ...]


def strip_of(policies: Sequence[ShownPolicy], outages_s: Sequence[tuple[float, float]], clock: Clock) -> Strip:
    """
    Return how many orders were open.

    Parameters
    ----------
    policies
        What happened.
    outages_s
        When no planner could be reached.
    clock
        The window.
    """
    times_s = np.linspace(clock.from_s, clock.until_s, SAMPLES + 1)
    numbers = []
    for policy in policies:
        number = np.zeros(len(times_s), int)
        for order in policy.records.orders:
            closed_s = math.inf if order.closed_s is None else order.closed_s
            number += (order.release_s <= times_s) & (times_s < closed_s)
        numbers.append(number)
    most = max(int(np.max(numbers)), 1)
    lines = tuple(
        " ".join(
            f"{WIDTH * index / SAMPLES:.0f},{HEIGHT * (1 - value / most):.0f}"
            for index, value in enumerate(number.tolist())
        )
        for number in numbers
    )
    ends = [tuple(WIDTH * clock(time_s) / clock.length for time_s in span) for span in outages_s]
    return Strip(lines, most, tuple((f"{left:.0f}", f"{right - left:.0f}") for left, right in ends if right > left))
