"""Policies, and how one plays a day."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from qmix_logistics.simulation import Day, DayRecords, DecisionEpoch, Dispatch, Simulator, Site


@runtime_checkable
class Policy(Protocol):
    """Decides where vehicles go next."""

    @property
    def information(self) -> str:
        """What it decides on: ``local``, ``advised``, ``coordinator`` or ``global``."""

    @property
    def num_cut_off(self) -> int:
        """Decisions since ``reset`` that a clock cut short: they depend on the machine."""

    def reset(self, site: Site, rng: np.random.Generator) -> None:
        """
        Prepare for a new day.

        Parameters
        ----------
        site
            What is public. The day's orders are not.
        rng
            For policies that draw lots.
        """

    def decide(self, epoch: DecisionEpoch) -> Dispatch:
        """
        Choose the next stop of each decider.

        Parameters
        ----------
        epoch
            Who must decide, and among which stops; not to be kept after the call.
        """

    def decide_in_outage(self, epoch: DecisionEpoch) -> Dispatch:
        """
        Choose while no central planner can be reached; policies that decide on the vehicle go on as ever.

        Parameters
        ----------
        epoch
            As for ``decide``.
        """


@dataclass(frozen=True, slots=True)
class PlayedDay:
    """
    A day that a policy has played.

    Parameters
    ----------
    records
        What happened.
    decision_s
        Wall-clock time of each call of ``decide``.
    """

    records: DayRecords
    decision_s: tuple[float, ...]


def play(simulator: Simulator, policy: Policy, day: Day, rng: np.random.Generator) -> PlayedDay:
    """
    Let a policy play a day.

    Parameters
    ----------
    simulator
        Where.
    policy
        Who.
    day
        Which.
    rng
        For the policy.
    """
    policy.reset(simulator.site, rng)
    epoch, decision_s = simulator.reset(day), []
    while epoch.end is None:
        start_s = time.perf_counter()
        dispatch = policy.decide(epoch) if epoch.is_planner_up else policy.decide_in_outage(epoch)
        decision_s.append(time.perf_counter() - start_s)
        epoch = simulator.advance(dispatch)
    return PlayedDay(simulator.records(), tuple(decision_s))
