"""What a batch of decision epochs looks like to a learner."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int


@dataclass(frozen=True, slots=True)
class JointState:
    """
    Global states of several epochs: for mixers in training, and for no vehicle when it decides.

    Parameters
    ----------
    vehicles
        All vehicles.
    tasks, task_mask
        Pending tasks.
    site
        The site.
    """

    vehicles: Float[np.ndarray, "epoch fleet state_vehicle_feature"]
    tasks: Float[np.ndarray, "epoch task state_task_feature"]
    task_mask: Bool[np.ndarray, "epoch task"]
    site: Float[np.ndarray, "epoch state_site_feature"]


@dataclass(frozen=True, slots=True)
class JointObservation:
    """
    Observations of all deciders of several epochs.

    A row is a decider, a slot one of its candidate stops. Numbers follow ``schema.GROUPS``.

    Parameters
    ----------
    epoch
        Epoch of each row, rising.
    decider
        Number of each row's vehicle.
    vehicle
        The vehicle itself.
    stops
        Its candidates.
    mask
        Which slots hold a candidate; at least one each.
    is_fallback
        Candidates that a row may take only if all pick-ups on its list go to others.
    columns
        Column of each candidate in its epoch.
    ways
        Which of the ways that are offered to it, or ``candidates.QUICKEST``.
    tasks
        Number of the task that a candidate picks up, which only one vehicle gets; -1 for other stops.
    is_cut
        Whether candidates were left out.
    told
        Slot of the stop that a planner advises, which the row knows; -1: none.
    shown
        Slot of the stop that a teacher would take, which the row does not know; -1: none that it could choose.
    neighbours, neighbour_mask
        Vehicles that it hears.
    state
        The epochs' global states, if they were asked for.
    """

    epoch: Int[np.ndarray, " row"]
    decider: Int[np.ndarray, " row"]
    vehicle: Float[np.ndarray, "row vehicle_feature"]
    stops: Float[np.ndarray, "row slot stop_feature"]
    mask: Bool[np.ndarray, "row slot"]
    is_fallback: Bool[np.ndarray, "row slot"]
    columns: Int[np.ndarray, "row slot"]
    ways: Int[np.ndarray, "row slot"]
    tasks: Int[np.ndarray, "row slot"]
    is_cut: Bool[np.ndarray, " row"]
    told: Int[np.ndarray, " row"]
    shown: Int[np.ndarray, " row"]
    neighbours: Float[np.ndarray, "row neighbour neighbour_feature"]
    neighbour_mask: Bool[np.ndarray, "row neighbour"]
    state: JointState | None

    @property
    def is_deferred(self) -> Bool[np.ndarray, "row slot"]:
        """Fallbacks of rows that see a pick-up."""
        return is_deferred(self.tasks, self.is_fallback, self.mask)

    @property
    def has_choice(self) -> Bool[np.ndarray, " row"]:
        """Whether each row chooses among stops, or competes with another row of its epoch."""
        is_first = self.mask & ~self.is_deferred
        has_rival = np.bincount(self.epoch)[self.epoch] > 1
        return (np.count_nonzero(is_first, axis=1) > 1) | (has_rival & (np.count_nonzero(self.mask, axis=1) > 1))


def is_deferred(
    tasks: Int[np.ndarray, "row slot"], is_fallback: Bool[np.ndarray, "row slot"], is_left: Bool[np.ndarray, "row slot"]
) -> Bool[np.ndarray, "row slot"]:
    """
    Tell which fallbacks must not be taken yet, because a pick-up is left for their row.

    Parameters
    ----------
    tasks
        Task that a candidate picks up, or -1.
    is_fallback
        Candidates that a row gets only if all pick-ups on its list go to others.
    is_left
        Candidates that are there, and have not gone to others.
    """
    return is_fallback & ((tasks >= 0) & is_left).any(axis=1, keepdims=True)
