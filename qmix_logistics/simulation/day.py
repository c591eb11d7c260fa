"""The realised day: every order, and every random number that its tasks will meet. Policies never see it ahead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Shaped

from qmix_logistics.simulation.randomness import DayKey

ORDER = np.dtype(
    [
        ("release_s", "f8"),
        ("due_s", "f8"),
        ("weight", "f8"),
        ("order_class", "i4"),  # index into the scenario's classes
        ("first_task", "i4"),  # its tasks are consecutive
        ("num_tasks", "i4"),
    ]
)
"""One order; orders are sorted by release."""

TASK = np.dtype(
    [
        ("order", "i4"),
        ("origin", "i4"),  # place of the rack
        ("destination", "i4"),  # place of the station; where it may be chosen, the nearest to the origin
        ("load_units", "f8"),
    ]
)
"""One transport."""


@dataclass(frozen=True, slots=True)
class Day:
    """
    All that chance decides about a day.

    Parameters
    ----------
    key
        Which day.
    label
        Its name in the results.
    orders
        Records of type ``ORDER``.
    tasks
        Records of type ``TASK``, in the order of their orders.
    pick_up_s
        Time that each task's pick-up takes.
    service_s
        Time that each task's drop-off takes at each station.
    initial_battery_pct
        Battery level of each vehicle at the start.
    """

    key: DayKey
    label: str
    orders: Shaped[np.ndarray, " order"]
    tasks: Shaped[np.ndarray, " task"]
    pick_up_s: Float[np.ndarray, " task"]
    service_s: Float[np.ndarray, "task station"]
    initial_battery_pct: Float[np.ndarray, " vehicle"]
