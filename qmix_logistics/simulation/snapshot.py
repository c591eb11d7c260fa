"""What the simulator shows of a day at an instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int, Shaped

from qmix_logistics.simulation.known_tasks import KnownTasks


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    The state at an instant: views of the simulator's arrays, valid until it advances.

    Parameters
    ----------
    time_s
        Time since the day began.
    vehicles
        Records of type ``VEHICLE``.
    stations, chargers
        Records of type ``FACILITY``.
    open_tasks
        Tasks not yet done, by order.
    on_board
        Tasks on board of each vehicle, in the order in which they were loaded.
    known
        What is known of the tasks of orders that have come in.
    """

    time_s: float
    vehicles: Shaped[np.ndarray, " vehicle"]
    stations: Shaped[np.ndarray, " station"]
    chargers: Shaped[np.ndarray, " charger"]
    open_tasks: Int[np.ndarray, " order"]
    on_board: Sequence[Sequence[int]]
    known: KnownTasks
