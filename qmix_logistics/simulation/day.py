"""The realised day: every order, and every random number that its tasks will meet. Policies never see it ahead."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int, Shaped

from qmix_logistics.simulation.randomness import DayKey

ORDER = np.dtype(
    [
        ("release_s", "f8"),
        ("due_s", "f8"),
        ("weight", "f8"),
        ("order_class", "i4"),  # index into the scenario's classes
        ("first_task", "i4"),  # its tasks are consecutive
        ("num_tasks", "i4"),
        ("is_declinable", "?"),
    ]
)
"""One order; orders are sorted by release."""

FIXED = -1
"""The destination of a task that is no choice."""
NO_TASK = -1

TASK = np.dtype(
    [
        ("order", "i4"),
        ("origin", "i4"),  # place; for a task that waits for another, where that one is expected to end
        ("destination", "i4"),  # place; where it may be chosen, the nearest to the origin
        ("choice", "i4"),  # number of the set of places among which it may be chosen, or FIXED
        ("after", "i4"),  # task that must be done first, or NO_TASK
        ("load_units", "f8"),
        ("mean_pick_up_s", "f8"),  # expected handling times
        ("mean_drop_off_s", "f8"),
    ]
)
"""One transport."""

WINDOW = np.dtype([("pick_up_from_s", "f8"), ("pick_up_until_s", "f8"), ("drop_off_from_s", "f8"),
                   ("drop_off_until_s", "f8")])  # fmt: skip
"""When a task may be handled: handling begins between the first and the second time, or its order is lost."""


@dataclass(frozen=True, slots=True)
class Span:
    """
    A stretch of time.

    Parameters
    ----------
    from_s, until_s
        Its ends.
    """

    from_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class Mishaps:
    """
    What goes wrong in a day, whatever the policy does.

    Parameters
    ----------
    blocked_arcs
        Arcs, each with when it is blocked.
    charger_faults
        Numbers of chargers, each with when it is out of order.
    planner_outages
        When no central planner can be reached.
    """

    blocked_arcs: tuple[tuple[tuple[str, str], Span], ...] = ()
    charger_faults: tuple[tuple[int, Span], ...] = ()
    planner_outages: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """
    All that chance decides about a day.

    Parameters
    ----------
    seed, key
        Root of all seeds, and which day: travel times and breakdowns are drawn from them as they are needed.
    label
        Its name in the results.
    orders
        Records of type ``ORDER``.
    tasks
        Records of type ``TASK``, in the order of their orders.
    pick_up_s
        Time that each task's pick-up takes.
    service_s
        Time that each task's drop-off takes at each station, dock or depot.
    drop_off_s
        Time that it takes elsewhere.
    initial_battery_pct
        Battery level of each vehicle at the start.
    choices
        Sets of places among which destinations may be chosen.
    windows
        Records of type ``WINDOW``; None: everything may be handled at any time.
    more_loads
        Load of each task in the second unit of load and those after it.
    mishaps
        What goes wrong.
    """

    seed: int
    key: DayKey
    label: str
    orders: Shaped[np.ndarray, " order"]
    tasks: Shaped[np.ndarray, " task"]
    pick_up_s: Float[np.ndarray, " task"]
    service_s: Float[np.ndarray, "task station"]
    drop_off_s: Float[np.ndarray, " task"]
    initial_battery_pct: Float[np.ndarray, " vehicle"]
    choices: tuple[Int[np.ndarray, " place"], ...] = ()
    windows: Shaped[np.ndarray, " task"] | None = None
    more_loads: Float[np.ndarray, "task more_units"] | None = None
    mishaps: Mishaps = field(default_factory=Mishaps)

    def successors(self) -> dict[int, list[int]]:
        """Return for each task that others wait for the numbers of those."""
        successors: dict[int, list[int]] = {}
        for task in np.flatnonzero(self.tasks["after"] != NO_TASK).tolist():
            successors.setdefault(int(self.tasks["after"][task]), []).append(task)
        return successors
