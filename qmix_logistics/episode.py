"""Policies, and how one plays a day."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
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


DecisionTimes = Callable[[float, bool], float]
"""How many seconds of the simulated day a decision takes: by how many the policy computed, and by whether a central
planner can be reached."""


@dataclass(frozen=True, slots=True)
class PlayedDay:
    """
    A day that a policy has played.

    Parameters
    ----------
    records
        What happened.
    decision_s
        Wall-clock time of each call of ``decide``, to the microsecond.
    """

    records: DayRecords
    decision_s: tuple[float, ...]


def no_time(measured_s: float, is_planner_up: bool) -> float:
    """
    Let decisions take no time; see ``DecisionTimes``.

    Parameters
    ----------
    measured_s
        How long the policy computed.
    is_planner_up
        Whether a central planner can be reached.
    """
    return 0.0


def play(
    simulator: Simulator,
    policy: Policy,
    day: Day,
    rng: np.random.Generator,
    decision_time_s: DecisionTimes = no_time,
) -> PlayedDay:
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
    decision_time_s
        How long each decision takes in the simulated day.
    """
    policy.reset(simulator.site, rng)
    epoch, decision_s = simulator.reset(day), []
    while epoch.end is None:
        start_s = time.perf_counter()
        dispatch = policy.decide(epoch) if epoch.is_planner_up else policy.decide_in_outage(epoch)
        decision_s.append(round(1e6 * (time.perf_counter() - start_s)) / 1e6)
        after_s = decision_time_s(decision_s[-1], epoch.is_planner_up)
        epoch = simulator.advance(dataclasses.replace(dispatch, after_s=after_s) if after_s > 0 else dispatch)
    return PlayedDay(simulator.records(), tuple(decision_s))
