"""A day of a learned policy, watched: what vehicles saw and chose, and what a planner would have done there."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int, Shaped

from qmix_logistics.environment.joint_decision import NO_SLOT
from qmix_logistics.environment.observation import JointObservation
from qmix_logistics.episode import DecisionTimes, Policy, no_time
from qmix_logistics.learning.dispatch.learned_policy import LearnedPolicy
from qmix_logistics.simulation import Day, Dispatch, Simulator

NOT_LISTED = NO_SLOT
"""Slot of a stop that is not on a vehicle's list of candidates."""


@dataclass(frozen=True, slots=True)
class WatchedEpoch:
    """
    A joint decision.

    A row is a decider.

    Parameters
    ----------
    time_s
        When.
    deciders
        Numbers of the vehicles.
    places
        Where each of them was.
    is_planner_up
        Whether a planner could be reached.
    own, planned
        What the policy did, and what the planner would have done.
    own_stops, planned_stops
        The same as records of type ``STOP``.
    observation
        What the deciders saw at first, with the global state.
    slots
        Slot that each row was granted at first; ``NO_SLOT`` where others took all that was on its list.
    planned_slots
        Slot of the planner's stop in each row, or ``NOT_LISTED``.
    candidates
        The stops on the rows' lists as records of type ``STOP``; void where there is none.
    """

    time_s: float
    deciders: Int[np.ndarray, " row"]
    places: Int[np.ndarray, " row"]
    is_planner_up: bool
    own: Dispatch
    planned: Dispatch
    own_stops: Shaped[np.ndarray, " row"]
    planned_stops: Shaped[np.ndarray, " row"]
    observation: JointObservation
    slots: Int[np.ndarray, " row"]
    planned_slots: Int[np.ndarray, " row"]
    candidates: Shaped[np.ndarray, "row slot"]

    @property
    def differs(self) -> Shaped[np.ndarray, " row"]:
        """Which rows the planner would have sent elsewhere; none while it could not be reached."""
        return (self.own.columns != self.planned.columns) & self.is_planner_up


@dataclass(frozen=True, slots=True)
class WatchedDay:
    """
    A day.

    Parameters
    ----------
    epochs
        Its joint decisions, in order.
    cost
        What it cost.
    decision_time_s
        How long each decision took.
    """

    epochs: tuple[WatchedEpoch, ...]
    cost: float
    decision_time_s: DecisionTimes


def watch_day(
    simulator: Simulator,
    policy: LearnedPolicy,
    planner: Policy,
    day: Day,
    rngs: tuple[np.random.Generator, np.random.Generator],
    decision_time_s: DecisionTimes = no_time,
) -> WatchedDay:
    """
    Let a learned policy play a day, and ask a planner at every decision what it would do.

    The planner is asked on a day that goes otherwise than it would have made it go.

    Parameters
    ----------
    simulator
        Where.
    policy
        Who plays.
    planner
        Who is asked.
    day
        Which day.
    rngs
        For the policy and the planner.
    decision_time_s
        How long each decision takes in the simulated day, however long it is computed here.
    """
    torch.set_num_threads(1)  # sums in one order, whoever computes
    policy.reset(simulator.site, rngs[0])
    planner.reset(simulator.site, rngs[1])
    epoch, epochs = simulator.reset(day), []
    while epoch.end is None:
        own, rounds = policy.decide_openly(epoch, with_state=True)
        planned = planner.decide(epoch) if epoch.is_planner_up else planner.decide_in_outage(epoch)
        after_s = decision_time_s(0.0, epoch.is_planner_up)
        own, planned = (dataclasses.replace(dispatch, after_s=after_s) for dispatch in (own, planned))
        first = rounds[0].observation
        is_planned = (first.columns == planned.columns[:, None]) & first.mask
        epochs.append(
            WatchedEpoch(
                time_s=float(epoch.time_s),
                deciders=epoch.deciders.copy(),
                places=epoch.snapshot.vehicles["place"][epoch.deciders].copy(),
                is_planner_up=epoch.is_planner_up,
                own=own,
                planned=planned,
                own_stops=epoch.stops[own.columns].copy(),
                planned_stops=epoch.stops[planned.columns].copy(),
                observation=first,
                slots=rounds[0].slots,
                planned_slots=np.where(is_planned.any(axis=1), is_planned.argmax(axis=1), NOT_LISTED),
                candidates=np.where(first.mask, epoch.stops[first.columns], np.zeros(1, epoch.stops.dtype)),
            )
        )
        epoch = simulator.advance(own)
    return WatchedDay(tuple(epochs), simulator.total_cost, decision_time_s)
