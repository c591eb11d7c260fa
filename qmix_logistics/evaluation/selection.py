"""Selecting the best of several by playing as few days as that takes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def select_lowest(
    costs: Sequence[Sequence[float]], indifference: float, confidence: float, first_days: int
) -> tuple[int, ...]:
    """
    Screen candidates that have played the same days, by the procedure KN of Kim and Nelson [1]_.

    From the first days the variance of the difference of each pair is taken; from then on, day by day, a candidate
    whose mean cost exceeds another's by more than a margin that falls with the days is out. Where costs are normal, the
    one that is left at the end is the cheapest with probability ``confidence`` or more, if the cheapest is cheaper by
    ``indifference`` or more than all others; else it is one of those within that. The same days for all make
    differences vary less, and the procedure quicker.

    Parameters
    ----------
    costs
        Of each candidate on days 0, 1, 2 and so on, as far as it has played; those that are not out have played the
        same number.
    indifference
        A difference in mean cost smaller than this does not matter; above 0.
    confidence
        In (1 / number of candidates, 1).
    first_days
        Days after which screening begins, at least 2.

    Returns
    -------
    Numbers of the candidates that may still be the best, in order; a single one once it is decided.

    References
    ----------
    .. [1] Kim and Nelson (2001), A fully sequential procedure for indifference-zone selection in simulation, ACM
       Transactions on Modeling and Computer Simulation 11, with c = 1.
    """
    kept: list[int] = list(range(len(costs)))
    if len(costs) == 1 or len(costs[0]) < first_days:
        return tuple(kept)
    first = np.array([row[:first_days] for row in costs])
    variance = (first[:, None] - first[None]).var(axis=2, ddof=1)
    eta = 0.5 * ((2 * (1 - confidence) / (len(costs) - 1)) ** (-2 / (first_days - 1)) - 1)
    reach = 2 * eta * (first_days - 1) * variance / indifference**2
    days = first_days
    while len(kept) > 1 and all(len(costs[number]) >= days for number in kept):
        margins = np.maximum(0.0, indifference / (2 * days) * (reach - days))
        means = {number: math.fsum(costs[number][:days]) / days for number in kept}
        out = [i for i in kept if any(means[i] > means[j] + margins[i, j] for j in kept if j != i)]
        kept = [number for number in kept if number not in out]
        if reach[np.ix_(kept, kept)].max() <= days:  # no margin is left: the lowest mean, of equal ones the first
            kept = [min(kept, key=means.__getitem__)]
        days += 1
    return tuple(kept)
