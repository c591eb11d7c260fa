"""The board: released tasks that no vehicle has claimed yet, as stops."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int, Shaped

from qmix_logistics.simulation.day import FIXED, Day
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

    __slots__ = ("_buffer", "_column_of_task", "_day", "_num_facilities", "_pick_ups", "_site",
                 "num_releases", "num_stops", "onward_m", "open_tasks", "version")  # fmt: skip

    def __init__(self, site: Site, day: Day) -> None:
        facility_stops = _facility_stops(site)
        self._site, self._day = site, day
        self._num_facilities = len(facility_stops)
        self._buffer = np.zeros(len(facility_stops) + 64, STOP)
        self._buffer[: len(facility_stops)] = facility_stops
        self.num_stops = len(facility_stops)
        self._pick_ups = _pick_ups(day)
        self._column_of_task: dict[int, int] = {}
        self.open_tasks: Int[np.ndarray, " order"] = day.orders["num_tasks"].copy()
        """Tasks not yet done, by order."""
        with_battery = {
            int(index) for index, b in zip(site.fleet.class_index, site.fleet.battery, strict=True) if b is not None
        }
        self.onward_m: dict[int, Float[np.ndarray, " task"]] = {
            index: _onward_m(site, day, index) for index in sorted(with_battery)
        }
        """From each task's origin on: the way to finish it and reach a charger, by class of vehicles."""
        self.version = 0
        """Changes with every release and claim."""
        self.num_releases = 0

    @property
    def stops(self) -> Shaped[np.ndarray, " stop"]:
        """Records of type ``STOP``: a view that is valid until the board changes."""
        return self._buffer[: self.num_stops]

    @property
    def num_pending(self) -> int:
        """Number of tasks that wait for a vehicle."""
        return self.num_stops - self._num_facilities

    def release(self, task: int) -> None:
        """
        Put a task on the board.

        Parameters
        ----------
        task
            Its number.
        """
        column = self.num_stops
        if column == len(self._buffer):
            self._buffer = np.concatenate([self._buffer, np.zeros(len(self._buffer), STOP)])
        self._buffer[column] = self._pick_ups[task]
        self._column_of_task[task] = column
        self.num_stops = column + 1
        self.version += 1
        self.num_releases += 1

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

    def has(self, task: int) -> bool:
        """
        Tell whether a task is on the board.

        Parameters
        ----------
        task
            Its number.
        """
        return task in self._column_of_task

    def pick_up_of(self, task: int) -> np.void:
        """
        Return the record of type ``STOP`` with which a task is put on the board.

        Parameters
        ----------
        task
            Its number.
        """
        return self._pick_ups[task]

    def move_origin(self, task: int, place: int) -> None:
        """
        Let a task that is not on the board yet begin elsewhere, where the one before it ended.

        Parameters
        ----------
        task
            Its number.
        place
            Where it begins.
        """
        self._pick_ups["place"][task] = place
        choice = int(self._day.tasks["choice"][task])
        if choice != FIXED:
            ends, distance_m = self._day.choices[choice], self._site.network.distance_m.min(axis=0)
            self._pick_ups["destination"][task] = ends[distance_m[place, ends].argmin()]
        for index, onward_m in self.onward_m.items():
            onward_m[task] = _way_on_m(self._site, index, place, self.ends_of(task))

    def ends_of(self, task: int) -> Int[np.ndarray, " place"]:
        """
        Return the places at which a task may end.

        Parameters
        ----------
        task
            Its number.
        """
        choice = int(self._day.tasks["choice"][task])
        return self._pick_ups["destination"][task : task + 1] if choice == FIXED else self._day.choices[choice]


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
    return stops


def _pick_ups(day: Day) -> Shaped[np.ndarray, " task"]:
    tasks = day.tasks
    stops = np.zeros(len(tasks), STOP)
    stops["kind"], stops["task"], stops["order"] = StopKind.PICK_UP, np.arange(len(tasks)), tasks["order"]
    for name, field in (("place", "origin"), ("destination", "destination"), ("load_units", "load_units")):
        stops[name] = tasks[field]
    stops["handling_s"] = tasks["mean_pick_up_s"] + tasks["mean_drop_off_s"]
    orders = day.orders[tasks["order"]]
    for name in ("release_s", "due_s", "weight", "is_declinable"):
        stops[name] = orders[name]
    return stops


def _onward_m(site: Site, day: Day, class_index: int) -> Float[np.ndarray, " task"]:
    tasks = day.tasks
    distance_m, charger_m = site.network.distance_m[class_index], site.charger_distance_m[class_index]
    ways_m = distance_m[tasks["origin"], tasks["destination"]] + charger_m[tasks["destination"]]
    for number, ends in enumerate(day.choices):
        chosen = tasks["choice"] == number
        ways_m[chosen] = (distance_m[tasks["origin"][chosen][:, None], ends] + charger_m[ends]).max(axis=1, initial=0.0)
    return ways_m


def _way_on_m(site: Site, class_index: int, place: int, ends: Int[np.ndarray, " place"]) -> float:
    return float((site.network.distance_m[class_index, place, ends] + site.charger_distance_m[class_index, ends]).max())
