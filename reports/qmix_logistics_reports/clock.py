"""Times of the day at axes."""

from __future__ import annotations

import math

STEPS_S = (5, 10, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400)
MOST_TICKS = 9
SHORT_S = 600.0
"""A day that is no longer than this is labelled in minutes and seconds."""


def clock_ticks(until_s: float, starts_s: float) -> list[float]:
    """
    Return round times of the clock, as seconds since the day began.

    Parameters
    ----------
    until_s
        Up to when.
    starts_s
        Time of the clock when the day begins.
    """
    step_s = next((step_s for step_s in STEPS_S if until_s <= MOST_TICKS * step_s), STEPS_S[-1])
    first = math.ceil(starts_s / step_s) * step_s - starts_s
    return [first + number * step_s for number in range(int((until_s - first) // step_s) + 1)]


def clock_label(time_s: float, starts_s: float, until_s: float) -> str:
    """
    Return a time as the clock shows it: hours and minutes, or minutes and seconds of a short day.

    Parameters
    ----------
    time_s
        Seconds since the day began.
    starts_s
        Time of the clock when the day begins.
    until_s
        How long the day is.
    """
    total = round(starts_s + time_s)
    if starts_s == 0 and until_s <= SHORT_S:
        return f"{total // 60}:{total % 60:02d} min"
    return f"{total // 3600}:{total // 60 % 60:02d}"
