"""A day played again up to a decision, which is then made otherwise; what follows is left to the policy."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from qmix_logistics.environment.advising import advice_of
from qmix_logistics.environment.epoch_batch import Advice
from qmix_logistics.episode import Policy
from qmix_logistics.learning.dispatch.learned_policy import LearnedPolicy
from qmix_logistics.learning.insight.watching import WatchedDay
from qmix_logistics.simulation import Day, DecisionEpoch, Dispatch, Simulator, Site

MOST_AT_ONCE = 24
"""So many days are played side by side: deciding together takes a fraction of the time."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """
    A decision to be made otherwise.

    Parameters
    ----------
    position
        Which joint decision of the day, from 0.
    dispatch
        What is done instead.
    """

    position: int
    dispatch: Dispatch


def costs_of_deviations(
    site: Site,
    day: Day,
    policy: LearnedPolicy,
    watched: WatchedDay,
    deviations: Sequence[Deviation],
    make_adviser: Callable[[], Policy] | None = None,
    report: Callable[[float], None] = lambda share: None,
) -> list[float]:
    """
    Return what the day costs with each deviation alone.

    Simulators cannot be copied: each day is played again from its beginning by the same dispatches. So it meets the
    same state, and then the same orders, service times and breakdowns.

    Parameters
    ----------
    site, day
        Where and when.
    policy
        Who decides after the deviation; it was reset for the site.
    watched
        What it did on the day.
    deviations
        What is done otherwise.
    make_adviser
        Returns a new planner that advises the policy; None if it has none.
    report
        Told the share that is done.
    """
    costs: list[float] = []
    for first in range(0, len(deviations), MOST_AT_ONCE):
        branches = [
            _Branch(site, day, watched, deviation, None if make_adviser is None else make_adviser())
            for deviation in deviations[first : first + MOST_AT_ONCE]
        ]
        while live := [branch for branch in branches if branch.epoch.end is None]:
            advice = [branch.advice() for branch in live] if make_adviser is not None else None
            dispatches = policy.decide_together([branch.epoch for branch in live], advice)
            for branch, dispatch in zip(live, dispatches, strict=True):
                branch.advance(dispatch)
        costs += [branch.cost for branch in branches]
        report(len(costs) / len(deviations))
    return costs


class _Branch:
    """A day with a deviation, at the first decision after it."""

    def __init__(self, site: Site, day: Day, watched: WatchedDay, deviation: Deviation, adviser: Policy | None) -> None:
        self._simulator, self._adviser = Simulator(site, is_recording=False), adviser
        self._decision_time_s = watched.decision_time_s
        if adviser is not None:
            adviser.reset(site, np.random.default_rng(0))
        self.epoch: DecisionEpoch = self._simulator.reset(day)
        played = [epoch.own for epoch in watched.epochs[: deviation.position]]
        for dispatch in (*played, deviation.dispatch):
            if adviser is not None:
                self.advice()  # it remembers what it has planned
            self.epoch = self._simulator.advance(dispatch)

    @property
    def cost(self) -> float:
        """What the day has cost."""
        return self._simulator.total_cost

    def advice(self) -> Advice:
        """Return what the adviser says now."""
        assert self._adviser is not None
        return advice_of(self._adviser, self.epoch)

    def advance(self, dispatch: Dispatch) -> None:
        """Carry out a decision of the policy."""
        after_s = self._decision_time_s(0.0, self.epoch.is_planner_up)
        self.epoch = self._simulator.advance(dataclasses.replace(dispatch, after_s=after_s))
