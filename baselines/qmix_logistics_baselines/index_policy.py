"""Rules: every task gets a score for every vehicle, and the board grants the best pairs."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int

from qmix_logistics.environment.estimates import PickUpTimes, pick_up_times
from qmix_logistics.simulation import DecisionEpoch, Dispatch, Site, grant_claims
from qmix_logistics_baselines.facility_choice import choose_facility


@runtime_checkable
class TaskScore(Protocol):
    """Scores tasks: the only thing in which rules differ."""

    def __call__(
        self, site: Site, epoch: DecisionEpoch, times: PickUpTimes, rng: np.random.Generator
    ) -> Float[np.ndarray, "decider pick_up"]:
        """
        Return a score of each pending task for each decider, the higher the better.

        Parameters
        ----------
        site
            The site.
        epoch
            The epoch.
        times
            How long the tasks take the deciders.
        rng
            For rules that draw lots.
        """


class IndexPolicy:
    """
    Grant the pairs of vehicle and task with the highest scores.

    Parameters
    ----------
    score
        The rule.
    """

    information = "global"
    num_cut_off = 0

    def __init__(self, score: TaskScore) -> None:
        self._score = score

    def reset(self, site: Site, rng: np.random.Generator) -> None:
        """Prepare for a new day; see ``Policy``."""
        self._site, self._rng = site, rng

    def decide(self, epoch: DecisionEpoch) -> Dispatch:
        """Grant tasks by score; see ``Policy``."""
        scores = self._score(self._site, epoch, pick_up_times(self._site, epoch, epoch.deciders), self._rng)
        return grant_tasks(self._site, epoch, scores)


def grant_tasks(site: Site, epoch: DecisionEpoch, scores: Float[np.ndarray, "decider pick_up"]) -> Dispatch:
    """
    Grant tasks by score; whoever gets none drops off, charges or waits.

    Parameters
    ----------
    site
        The site.
    epoch
        The epoch.
    scores
        Of each pending task for each decider; minus infinity: not to be taken.
    """
    return complete(site, epoch, grant_claims(np.where(epoch.feasible[:, epoch.pick_ups], scores, -np.inf)))


def complete(site: Site, epoch: DecisionEpoch, granted: Int[np.ndarray, " decider"]) -> Dispatch:
    """
    Turn granted tasks into a dispatch.

    Parameters
    ----------
    site
        The site.
    epoch
        The epoch.
    granted
        For each decider the number of a pending task, or -1.
    """
    first = epoch.pick_ups.start
    columns = [first + task if task >= 0 else choose_facility(site, epoch, row) for row, task in enumerate(granted)]
    return Dispatch(np.array(columns))
