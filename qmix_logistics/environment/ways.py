"""Which of the ways that are offered a vehicle takes."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

from qmix_logistics.environment.candidates import QUICKEST
from qmix_logistics.simulation import DecisionEpoch


def quickest_ways(epoch: DecisionEpoch, columns: Int[np.ndarray, " decider"]) -> Int[np.ndarray, " decider"] | None:
    """
    Return for each decider the quickest way to its stop under present congestion; None where there is no choice.

    Parameters
    ----------
    epoch
        The epoch.
    columns
        Column of the stop of each decider.
    """
    return ways_to(epoch, columns, np.full(len(columns), QUICKEST))


def ways_to(
    epoch: DecisionEpoch, columns: Int[np.ndarray, " decider"], chosen: Int[np.ndarray, " decider"]
) -> Int[np.ndarray, " decider"] | None:
    """
    Return the way that each decider takes; None where there is no choice.

    Parameters
    ----------
    epoch
        The epoch.
    columns
        Column of the stop of each decider.
    chosen
        Which way it chose, or ``QUICKEST``: the quickest under present congestion.
    """
    if epoch.ways is None:
        return None
    ways = chosen.copy()
    for decider in np.flatnonzero(chosen == QUICKEST).tolist():
        number, place = int(epoch.deciders[decider]), int(epoch.stops["place"][columns[decider]])
        ways[decider] = int(np.argmin(epoch.ways.times_s(number, place))) if place >= 0 else 0
    return ways
