"""The board: released tasks that no vehicle has claimed yet, as stops."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int, Shaped

from qmix_logistics.simulation.day import Day
from qmix_logistics.simulation.site import Site
from qmix_logistics.simulation.state import NO_TASK, STOP, StopKind


class Board:
    """
    Stops that are open to the fleet: facilities first, then the pick-ups of pending tasks.

    Parameters
    ----------
    site
        The site.
    day
        The day.
    """

    __slots__ = ("_buffer", "_column_of_task", "_num_facilities", "_pick_ups", "num_stops", "open_tasks", "version")

    def __init__(self, site: Site, day: Day) -> None:
        facility_stops = _facility_stops(site)
        self._num_facilities = len(facility_stops)
        self._buffer = np.zeros(len(facility_stops) + 64, STOP)
        self._buffer[: len(facility_stops)] = facility_stops
        self.num_stops = len(facility_stops)
        self._pick_ups = _pick_ups(site, day)
        self._column_of_task: dict[int, int] = {}
        self.open_tasks: Int[np.ndarray, " order"] = day.orders["num_tasks"].copy()
        self.version = 0

    @property
    def stops(self) -> Shaped[np.ndarray, " stop"]:
        """Records of type ``STOP``: a view that is valid until the board changes."""
        return self._buffer[: self.num_stops]

    @property
    def num_pending(self) -> int:
        """Number of tasks that wait for a vehicle."""
        return self.num_stops - self._num_facilities

    def release(self, first_task: int, num_tasks: int) -> None:
        """
        Put tasks on the board.

        Parameters
        ----------
        first_task, num_tasks
            The tasks of one order.
        """
        end = self.num_stops + num_tasks
        if end > len(self._buffer):
            self._buffer = np.concatenate([self._buffer, np.zeros(max(num_tasks, len(self._buffer)), STOP)])
        for task, column in zip(range(first_task, first_task + num_tasks), range(self.num_stops, end), strict=True):
            self._buffer[column] = self._pick_ups[task]  # a tenth of the time of copying a slice of one record
            self._column_of_task[task] = column
        self.num_stops = end
        self.version += 1

    def claim(self, task: int) -> None:
        """
        Take a task off the board; the last one takes its place.

        Parameters
        ----------
        task
            Its number.
        """
        column, last = self._column_of_task.pop(task), self.num_stops - 1
        if column != last:
            self._buffer[column] = self._buffer[last]
            self._column_of_task[int(self._buffer["task"][column])] = column
        self.num_stops = last
        self.version += 1

    def pick_up_of(self, task: int) -> np.void:
        """
        Return the record of type ``STOP`` with which a task was put on the board.

        Parameters
        ----------
        task
            Its number.
        """
        return self._pick_ups[task]


def _facility_stops(site: Site) -> Shaped[np.ndarray, " stop"]:
    places = [
        *((StopKind.CHARGE, charger.place) for charger in site.chargers),
        *((StopKind.PARK, place) for place in site.parking),
        (StopKind.WAIT, -1),
    ]
    stops = np.zeros(len(places), STOP)
    stops["kind"] = [kind for kind, _ in places]
    stops["place"] = stops["destination"] = [place for _, place in places]
    stops["task"] = stops["order"] = NO_TASK
    is_parking = stops["kind"] == StopKind.PARK
    stops["onward_m"][is_parking] = site.charger_distance_m[stops["place"][is_parking]]
    return stops


def _pick_ups(site: Site, day: Day) -> Shaped[np.ndarray, " task"]:
    tasks, distance_m = day.tasks, site.network.distance_m
    stops = np.zeros(len(tasks), STOP)
    stops["kind"], stops["task"], stops["order"] = StopKind.PICK_UP, np.arange(len(tasks)), tasks["order"]
    stops["place"], stops["destination"], stops["load_units"] = (
        tasks["origin"],
        tasks["destination"],
        tasks["load_units"],
    )
    stops["handling_s"] = site.mean_pick_up_s + site.mean_service_s(tasks["destination"])
    orders = day.orders[tasks["order"]]
    for field in ("release_s", "due_s", "weight"):
        stops[field] = orders[field]
    ends = [[station.place for station in site.stations]] if site.station_choice else tasks["destination"][:, None]
    ways_m = distance_m[tasks["origin"][:, None], ends] + site.charger_distance_m[ends]
    stops["onward_m"] = ways_m.max(axis=1, initial=0.0)
    return stops
