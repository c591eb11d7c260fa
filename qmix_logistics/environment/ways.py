"""Which of the ways that are offered a vehicle takes, where it does not decide that itself."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

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
    if epoch.ways is None:
        return None
    places = epoch.stops["place"][columns]
    return np.array(
        [
            int(np.argmin(epoch.ways.times_s(number, place))) if place >= 0 else 0
            for number, place in zip(epoch.deciders.tolist(), places.tolist(), strict=True)
        ]
    )
