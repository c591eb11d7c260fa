"""The ways that lanes offer at an instant, and what they take under present congestion."""

from __future__ import annotations

import math
from collections.abc import Sequence

from qmix_logistics.simulation.lanes.route import PresentTimes
from qmix_logistics.simulation.lanes.traffic import LaneTraffic
from qmix_logistics.simulation.world import World


class PresentWays:
    """
    The ways that are offered to stops at a decision epoch; see ``Ways``.

    Parameters
    ----------
    traffic
        The lanes in use.
    world
        The state of the day.
    """

    def __init__(self, traffic: LaneTraffic, world: World) -> None:
        self._traffic, self._world = traffic, world
        self._known: dict[int, PresentTimes] = {}

    def delays_s(self, number: int, places: Sequence[int]) -> Sequence[float]:
        """Return what present congestion costs on the quickest ways; see ``Ways``."""
        site, here = self._world.site, int(self._world.columns.place[number])
        index = int(site.fleet.class_index[number])
        if site.fleet.classes[number].travels != "ways":
            return [0.0] * len(places)
        starts, berths = self._traffic.starts(here, None, self._traffic.rider(number))
        elsewhere = [place for place in places if place != here]
        times_s = self._traffic.router_of(number).quickest_s(starts, berths, elsewhere, self._known_to(index))
        free_s = site.network.travel_time_s[index, here]
        delays_s = {
            place: max(time_s - float(free_s[place]), 0.0) if time_s < math.inf else 0.0
            for place, time_s in zip(elsewhere, times_s, strict=True)
        }
        return [delays_s.get(place, 0.0) for place in places]

    def times_s(self, number: int, place: int) -> Sequence[float]:
        """Return the time that each way takes under present congestion; see ``Ways``."""
        traffic, here = self._traffic, int(self._world.columns.place[number])
        if here == place or self._world.site.fleet.classes[number].travels != "ways":
            return [0.0]
        starts, berths = traffic.starts(here, None, traffic.rider(number))
        router = traffic.router_of(number)
        known = self._known_to(int(self._world.site.fleet.class_index[number]))
        routes = router.choices(starts, berths, place, traffic.rules.route_choices, known)
        return [router.present_s(route, known) for route in routes]

    def _known_to(self, index: int) -> PresentTimes:
        return self._known.setdefault(index, {})
