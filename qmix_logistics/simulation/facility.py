"""Facilities: some servers, one queue, first come first served, and bays off the lane."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator

import numpy as np
import simpy
from jaxtyping import Shaped

from qmix_logistics.simulation.site import FacilitySite
from qmix_logistics.simulation.state import FACILITY


class Facility:
    """
    Servers with a queue.

    Parameters
    ----------
    env
        The clock.
    site
        What it is.
    row
        Its record of type ``FACILITY``, one entry long, which it keeps up to date.
    """

    __slots__ = ("_bay_left", "_env", "_num_busy", "_num_in_bays", "_num_waiting", "_num_working", "_queue",
                 "_servers", "site")  # fmt: skip

    def __init__(self, env: simpy.Environment, site: FacilitySite, row: Shaped[np.ndarray, " 1"]) -> None:
        self.site = site
        self._env = env
        self._queue: deque[simpy.Event] = deque()
        self._num_busy, self._num_waiting = row["num_busy"], row["num_waiting"]
        self._num_working = row["servers"]
        self._servers = site.servers
        self._num_in_bays = 0
        self._bay_left: simpy.Event | None = None

    @property
    def is_full(self) -> bool:
        """Whether a vehicle that arrives now must queue."""
        return bool(self._num_busy[0] >= self._servers)

    def enter(self) -> Generator[simpy.Event, None, None]:
        """Wait for a server, and take it."""
        if not self.is_full:
            self._num_busy[0] += 1
            return
        turn = self._env.event()
        self._queue.append(turn)
        self._num_waiting[0] += 1
        yield turn

    def leave(self) -> None:
        """Give the server to the next in the queue."""
        if self._queue and self._num_busy[0] <= self._servers:
            self._num_waiting[0] -= 1
            self._queue.popleft().succeed()
        else:
            self._num_busy[0] -= 1

    def set_working(self, is_working: bool) -> None:
        """
        Break all servers down, or let them work again; who is being served is served to the end.

        Parameters
        ----------
        is_working
            Whether they work.
        """
        self._servers = self._num_working[0] = self.site.servers if is_working else 0
        while self._queue and not self.is_full:
            self._num_waiting[0] -= 1
            self._num_busy[0] += 1
            self._queue.popleft().succeed()

    @property
    def has_bay(self) -> bool:
        """Whether a vehicle finds room off the lane."""
        return self._num_in_bays < self.site.bays

    def take_bay(self) -> None:
        """Let a vehicle in from the lane."""
        self._num_in_bays += 1

    def give_back_bay(self) -> None:
        """Let a vehicle out."""
        self._num_in_bays -= 1
        if self._bay_left is not None:
            event, self._bay_left = self._bay_left, None
            event.succeed()

    def bay_left(self) -> simpy.Event:
        """Return what happens when the next vehicle leaves a bay."""
        if self._bay_left is None:
            self._bay_left = self._env.event()
        return self._bay_left


class FacilityGroup:
    """
    All stations, docks and depots, or all chargers.

    Parameters
    ----------
    env
        The clock.
    sites
        What they are.
    """

    __slots__ = ("facilities", "index", "rows")

    def __init__(self, env: simpy.Environment, sites: tuple[FacilitySite, ...]) -> None:
        self.rows = np.zeros(len(sites), FACILITY)
        """Records of type ``FACILITY``."""
        self.rows["place"] = [site.place for site in sites]
        self.rows["servers"] = [site.servers for site in sites]
        self.rows["mean_service_s"] = [site.mean_service_s for site in sites]
        self.facilities = tuple(Facility(env, site, self.rows[i : i + 1]) for i, site in enumerate(sites))
        self.index = {site.place: index for index, site in enumerate(sites)}
        """Number of the facility at a place."""

    def mean_s(self, place: int) -> float:
        """
        Return the mean time of a service.

        Parameters
        ----------
        place
            Where the facility is.
        """
        return self.facilities[self.index[place]].site.mean_service_s
