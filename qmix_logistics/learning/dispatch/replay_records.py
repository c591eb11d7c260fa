"""What the memory of joint decisions keeps of each, in compact numbers, and what is drawn from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from qmix_logistics.environment.schema import GROUPS
from qmix_logistics.learning.dispatch.hindsight import NUM_FEATURES


@dataclass(frozen=True, slots=True)
class Shape:
    """
    Sizes that a scenario fixes.

    Parameters
    ----------
    num_slots, num_neighbours, num_vehicles, num_tasks
        Candidates and neighbours of a row; vehicles and tasks of a state.
    """

    num_slots: int
    num_neighbours: int
    num_vehicles: int
    num_tasks: int

    def row_dtype(self) -> np.dtype[np.void]:
        """Return the type of one decider's record."""
        return np.dtype(
            [
                ("decider", "i2"),
                ("slot", "i2"),
                ("shown", "i2"),
                ("vehicle", "f2", len(GROUPS["vehicle"])),
                ("stops", "f2", (self.num_slots, len(GROUPS["stop"]))),
                ("mask", "?", self.num_slots),
                ("is_fallback", "?", self.num_slots),
                ("tasks", "i4", self.num_slots),
                ("neighbours", "f2", (self.num_neighbours, len(GROUPS["neighbour"]))),
                ("neighbour_mask", "?", self.num_neighbours),
            ]
        )

    def epoch_dtype(self) -> np.dtype[np.void]:
        """Return the type of one joint decision's record."""
        return np.dtype(
            [
                ("first_row", "i8"),
                ("num_rows", "i4"),
                ("next", "i8"),
                ("reward", "f4"),
                ("elapsed_s", "f4"),
                ("state_vehicles", "f2", (self.num_vehicles, len(GROUPS["state_vehicle"]))),
                ("state_tasks", "f2", (self.num_tasks, len(GROUPS["state_task"]))),
                ("state_task_mask", "?", self.num_tasks),
                ("state_site", "f2", len(GROUPS["state_site"])),
                ("hindsight", "f2", NUM_FEATURES),
            ]
        )


@dataclass(frozen=True, slots=True)
class DrawnDecisions:
    """
    A batch of joint decisions and of those at which their returns are bootstrapped.

    Parameters
    ----------
    epochs, rows, epoch_of_row
        Records of the decisions; their deciders; the epoch of each decider.
    returns
        Discounted reward until the bootstrap.
    discounts
        What the value at the bootstrap counts; 0 if the day was over.
    next_epochs, next_rows, next_epoch_of_row
        The same of the decisions at which the returns are bootstrapped.
    numbers
        By which the decisions are known.
    weights
        What each decision counts, if some are drawn more often than others.
    """

    epochs: np.ndarray
    rows: np.ndarray
    epoch_of_row: Int[np.ndarray, " row"]
    returns: Float[np.ndarray, " epoch"]
    discounts: Float[np.ndarray, " epoch"]
    next_epochs: np.ndarray
    next_rows: np.ndarray
    next_epoch_of_row: Int[np.ndarray, " next_row"]
    numbers: Int[np.ndarray, " epoch"]
    weights: Float[np.ndarray, " epoch"] | None
