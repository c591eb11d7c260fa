"""The rules that every textbook has, and the ATC index."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from qmix_logistics.environment.estimates import WorkTimes, work_index
from qmix_logistics.simulation import DecisionEpoch, Site
from qmix_logistics_baselines.index_policy import TaskScore

Scores = Float[np.ndarray, "decider work"]


def random_score(site: Site, epoch: DecisionEpoch, times: WorkTimes, rng: np.random.Generator) -> Scores:
    """Draw lots; see ``TaskScore``."""
    return rng.random(times.arrival_s.shape)


def fifo_score(site: Site, epoch: DecisionEpoch, times: WorkTimes, rng: np.random.Generator) -> Scores:
    """Prefer the oldest task, and for it the nearest vehicle; see ``TaskScore``."""
    return _lexicographic(epoch.stops["release_s"][epoch.work], times)


def nearest_score(site: Site, epoch: DecisionEpoch, times: WorkTimes, rng: np.random.Generator) -> Scores:
    """Prefer the shortest way; see ``TaskScore``."""
    return -times.arrival_s


def earliest_due_date_score(site: Site, epoch: DecisionEpoch, times: WorkTimes, rng: np.random.Generator) -> Scores:
    """Prefer the task due first, and for it the nearest vehicle; see ``TaskScore``."""
    return _lexicographic(epoch.stops["due_s"][epoch.work], times)


class AtcScore:
    """
    Prefer the task with the highest apparent tardiness cost; see ``TaskScore`` and ``atc_index``.

    Parameters
    ----------
    lookahead
        In mean task times.
    approach_weight
        How often the way to a task counts, see ``work_index``.
    """

    def __init__(self, lookahead: float, approach_weight: float = 1.0) -> None:
        self._lookahead, self._approach_weight = lookahead, approach_weight

    def __call__(self, site: Site, epoch: DecisionEpoch, times: WorkTimes, rng: np.random.Generator) -> Scores:
        """Return the index of every task; see ``TaskScore``."""
        return work_index(site, epoch, times, self._lookahead, self._approach_weight)


def _lexicographic(first_s: Float[np.ndarray, " work"], times: WorkTimes) -> Scores:
    """Rank by a time, then by the way."""
    rank = np.unique(first_s, return_inverse=True)[1]
    longest_s = 1.0 + times.arrival_s.max(initial=0.0)
    return -(rank + times.arrival_s / longest_s)


SCORES: Mapping[str, TaskScore] = {
    "random": random_score,
    "fifo": fifo_score,
    "nearest": nearest_score,
    "earliest_due_date": earliest_due_date_score,
}
"""The rules without parameters, by kind."""
