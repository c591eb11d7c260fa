"""Stations and chargers: some servers, one queue, first come first served."""

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

    __slots__ = ("_env", "_num_busy", "_num_waiting", "_queue", "site")

    def __init__(self, env: simpy.Environment, site: FacilitySite, row: Shaped[np.ndarray, " 1"]) -> None:
        self.site = site
        self._env = env
        self._queue: deque[simpy.Event] = deque()
        self._num_busy, self._num_waiting = row["num_busy"], row["num_waiting"]

    @property
    def is_full(self) -> bool:
        """Whether a vehicle that arrives now must queue."""
        return bool(self._num_busy[0] >= self.site.servers)

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
        if self._queue:
            self._num_waiting[0] -= 1
            self._queue.popleft().succeed()
        else:
            self._num_busy[0] -= 1


class FacilityGroup:
    """
    All stations, or all chargers.

    Parameters
    ----------
    env
        The clock.
    kind
        What they are called in the records.
    sites
        What they are.
    """

    __slots__ = ("facilities", "index", "kind", "rows")

    def __init__(self, env: simpy.Environment, kind: str, sites: tuple[FacilitySite, ...]) -> None:
        self.kind = kind
        self.rows = np.zeros(len(sites), FACILITY)
        """Records of type ``FACILITY``."""
        self.rows["place"] = [site.place for site in sites]
        self.rows["servers"] = [site.servers for site in sites]
        self.rows["mean_service_s"] = [site.mean_service_s for site in sites]
        self.facilities = tuple(Facility(env, site, self.rows[i : i + 1]) for i, site in enumerate(sites))
        self.index = {site.place: index for index, site in enumerate(sites)}
        """Number of the facility at a place."""

    def mean_service_s(self, place: int) -> float:
        """
        Return the mean time of a service.

        Parameters
        ----------
        place
            Where the facility is.
        """
        return self.facilities[self.index[place]].site.mean_service_s
