"""What is known of the tasks of orders that have come in: for planners that look beyond the next stop."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int, Shaped

from qmix_logistics.simulation.board import Board
from qmix_logistics.simulation.day import WINDOW, Day
from qmix_logistics.simulation.site import Site

KNOWN_TASK = np.dtype(
    [
        ("task", "i4"),
        ("order", "i4"),
        ("origin", "i4"),
        ("destination", "i4"),  # the nearest to the origin where it may be chosen
        ("load_units", "f8"),
        ("weight", "f8"),  # of the order
        ("release_s", "f8"),
        ("due_s", "f8"),
        ("is_declinable", "?"),
        ("is_open", "?"),  # whether its order still is: what is on board of a lost one only has to get off
        ("mean_pick_up_s", "f8"),
        ("mean_drop_off_s", "f8"),  # at the destination; without docking
        *WINDOW.descr,  # zero and infinite where there is none
    ]
)
"""One task whose order has come in."""

CLOCK_ROUNDING_S = 1e-6
"""What the clock may fall short of a time that it was to reach, because it adds up intervals."""


class KnownTasks:
    """
    The tasks of orders that have come in; a view that is valid until the simulator advances.

    Parameters
    ----------
    site
        The site.
    day
        The day.
    board
        Where tasks stand.
    closed_s
        When each order was closed; not a number while it is open.
    time_s
        Now.
    """

    __slots__ = ("_board", "_closed_s", "_day", "_site", "_time_s")

    def __init__(
        self, site: Site, day: Day, board: Board, closed_s: Float[np.ndarray, " order"], time_s: float
    ) -> None:
        self._site, self._day, self._board, self._closed_s, self._time_s = site, day, board, closed_s, time_s

    def of(self, tasks: Sequence[int]) -> Shaped[np.ndarray, " chosen"]:
        """
        Return what is known of some tasks.

        Parameters
        ----------
        tasks
            Their numbers.

        Returns
        -------
        Records of type ``KNOWN_TASK``.

        Raises
        ------
        ValueError
            If the order of one has not come in.
        """
        numbers = np.asarray(tasks, int)
        day, known = self._day, np.zeros(len(numbers), KNOWN_TASK)
        orders = day.orders[day.tasks["order"][numbers]]
        if (orders["release_s"] > self._time_s + CLOCK_ROUNDING_S).any():
            raise ValueError("the orders of some tasks have not come in")
        known["task"], known["drop_off_until_s"], known["pick_up_until_s"] = numbers, np.inf, np.inf
        for name in ("order", "load_units", "mean_pick_up_s", "mean_drop_off_s"):
            known[name] = day.tasks[name][numbers]
        for name in ("weight", "release_s", "due_s", "is_declinable"):
            known[name] = orders[name]
        known["is_open"] = np.isnan(self._closed_s[known["order"]])
        for row, task in enumerate(numbers.tolist()):
            stop = self._board.pick_up_of(task)
            known["origin"][row], known["destination"][row] = stop["place"], stop["destination"]
        is_elsewhere = known["destination"] != day.tasks["destination"][numbers]
        for station in self._site.stations:
            known["mean_drop_off_s"][is_elsewhere & (known["destination"] == station.place)] = station.mean_service_s
        if day.windows is not None:
            for name in WINDOW.names or ():
                known[name] = day.windows[name][numbers]
        return known

    def more_loads(self, tasks: Sequence[int]) -> Float[np.ndarray, "chosen more_units"]:
        """
        Return the loads of some tasks in the second unit of load and those after it.

        Parameters
        ----------
        tasks
            Their numbers.
        """
        more = self._day.more_loads
        return np.zeros((len(tasks), 0)) if more is None else more[np.asarray(tasks, int)]

    def windows(self, tasks: Int[np.ndarray, " chosen"]) -> Shaped[np.ndarray, " chosen"] | None:
        """
        Return the windows of some tasks, as records of type ``WINDOW``; None if the day has none.

        Parameters
        ----------
        tasks
            Their numbers.
        """
        return None if self._day.windows is None else self._day.windows[tasks]

    def ends_of(self, task: int) -> Int[np.ndarray, " place"]:
        """
        Return the places at which a task may end.

        Parameters
        ----------
        task
            Its number.
        """
        return self._board.ends_of(task)
