"""Rules: every task gets a score for every vehicle, and the board grants the best pairs."""

from __future__ import annotations

import dataclasses
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int

from qmix_logistics.environment.estimates import WorkTimes, work_times
from qmix_logistics.simulation import DecisionEpoch, Dispatch, Site, grant_claims
from qmix_logistics_baselines.choosing import QUICKEST, Choosing, choose_routes, choose_standing, keep_best_ends
from qmix_logistics_baselines.declining import hopeless_orders


@runtime_checkable
class TaskScore(Protocol):
    """Scores tasks: the only thing in which rules differ."""

    def __call__(
        self, site: Site, epoch: DecisionEpoch, times: WorkTimes, rng: np.random.Generator
    ) -> Float[np.ndarray, "decider work"]:
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
    choosing
        How to choose among facilities and ways.
    declines_late
        Whether to decline orders that cost more than that if they are served.
    """

    information = "global"
    num_cut_off = 0

    def __init__(self, score: TaskScore, choosing: Choosing = QUICKEST, *, declines_late: bool = False) -> None:
        self._score, self._choosing, self._declines_late = score, choosing, declines_late

    def reset(self, site: Site, rng: np.random.Generator) -> None:
        """Prepare for a new day; see ``Policy``."""
        self._site, self._rng = site, rng

    def decide(self, epoch: DecisionEpoch) -> Dispatch:
        """Grant tasks by score; see ``Policy``."""
        times = work_times(self._site, epoch, epoch.deciders)
        scores = self._score(self._site, epoch, times, self._rng)
        declined = hopeless_orders(self._site, epoch) if self._declines_late else ()
        if declined:
            scores[:, np.isin(epoch.stops["order"][epoch.work], declined)] = -np.inf
        dispatch = grant_tasks(self._site, epoch, scores, self._choosing)
        return dataclasses.replace(dispatch, declined=declined) if declined else dispatch

    def decide_in_outage(self, epoch: DecisionEpoch) -> Dispatch:
        """Finish what is on board, and wait; see ``Policy``."""
        return stand_by(self._site, epoch, self._choosing)


def grant_tasks(
    site: Site, epoch: DecisionEpoch, scores: Float[np.ndarray, "decider work"], choosing: Choosing = QUICKEST
) -> Dispatch:
    """
    Grant pick-ups and drop-offs by score; whoever gets none charges, parks or waits.

    Parameters
    ----------
    site
        The site.
    epoch
        The epoch.
    scores
        Of each pick-up and drop-off for each decider; minus infinity: not to be taken.
    choosing
        How to choose among facilities and ways.
    """
    allowed = np.where(epoch.feasible[:, epoch.work], scores, -np.inf)
    return complete(site, epoch, grant_claims(keep_best_ends(site, epoch, allowed, choosing)), choosing)


def stand_by(site: Site, epoch: DecisionEpoch, choosing: Choosing) -> Dispatch:
    """
    Let everyone finish what is on board, charge, or wait: no one takes a task.

    Parameters
    ----------
    site
        The site.
    epoch
        The epoch.
    choosing
        How to choose among facilities and ways.
    """
    return complete(site, epoch, np.full(epoch.num_deciders, -1), choosing)


def complete(
    site: Site, epoch: DecisionEpoch, granted: Int[np.ndarray, " decider"], choosing: Choosing = QUICKEST
) -> Dispatch:
    """
    Turn granted work into a dispatch.

    Parameters
    ----------
    site
        The site.
    epoch
        The epoch.
    granted
        For each decider the number of a pick-up or drop-off, or -1.
    choosing
        How to choose among facilities and ways.
    """
    first = epoch.work.start
    columns = np.array(
        [first + work if work >= 0 else choose_standing(site, epoch, row, choosing) for row, work in enumerate(granted)]
    )
    return Dispatch(columns, routes=choose_routes(epoch, columns, choosing))
