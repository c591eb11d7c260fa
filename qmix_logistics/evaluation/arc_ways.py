"""Ways through a network as arcs, each with how far its ends are from the start."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from qmix_logistics.evaluation.quickest_nodes import QuickestNodes
from qmix_logistics.scenario.fleet import VehicleClass
from qmix_logistics.scenario.layout import Layout
from qmix_logistics.simulation import Site

ROUNDING_M = 1e-6

Pair = tuple[str, str]
"""The ends of an arc by name, whichever way it is driven."""


class Way(NamedTuple):
    """Arcs in order, and how far each of their ends is from the first: one more than there are arcs."""

    arcs: tuple[Pair, ...]
    offsets_m: tuple[float, ...]

    def passed(self, from_m: float, to_m: float) -> tuple[Pair, ...]:
        """
        Return the arcs whose far end is reached between two distances from the start, either way.

        Parameters
        ----------
        from_m, to_m
            The distances.
        """
        if to_m >= from_m:
            first, last = (bisect_right(self.offsets_m, at_m + ROUNDING_M) for at_m in (from_m, to_m))
            return self.arcs[max(first - 1, 0) : last - 1]
        first, last = (bisect_left(self.offsets_m, at_m - ROUNDING_M) for at_m in (to_m, from_m))
        return self.arcs[first:last]

    def at(self, along_m: float) -> Pair:
        """
        Return the arc at a distance from the start.

        Parameters
        ----------
        along_m
            The distance; beyond the end, the last arc.
        """
        return self.arcs[min(bisect_right(self.offsets_m, along_m + ROUNDING_M), len(self.arcs)) - 1]


def pair(one: str, other: str) -> Pair:
    """
    Return the ends of an arc in a fixed order.

    Parameters
    ----------
    one, other
        Its ends.
    """
    return (one, other) if one <= other else (other, one)


def lane_ways(layout: Layout, site: Site) -> dict[str, Way]:
    """
    Return the lanes by name, from their tails, and the spurs to places off the lanes by the place's name.

    Parameters
    ----------
    layout
        The network.
    site
        Its site; without lanes there is nothing to return.
    """
    if site.lanes is None:
        return {}
    arcs_of: dict[int, list[Pair]] = {}
    for arc, edge in site.lanes.edge_of_arc.items():
        arcs_of.setdefault(edge, []).append(arc)
    ways: dict[str, Way] = {}
    for edge, arcs in arcs_of.items():
        name = site.lanes.segments[site.lanes.edges[edge].segment].name
        ways.setdefault(name, _way_along(layout, [arcs[0][0], *(head for _, head in arcs)]))
    for place, gate in zip(site.network.names, site.lanes.gates, strict=True):
        if gate is not None and gate.in_m > 0:
            hub = next(iter(layout.graph.predecessors(place)))
            ways[place] = Way((pair(hub, place),), (0.0, gate.in_m))
    return ways


def _way_along(layout: Layout, nodes: Sequence[str]) -> Way:
    offsets_m = [0.0]
    for arc in itertools.pairwise(nodes):
        offsets_m.append(offsets_m[-1] + float(layout.graph.edges[arc]["length_m"]))
    return Way(tuple(pair(*arc) for arc in itertools.pairwise(nodes)), tuple(offsets_m))


class QuickestWays:
    """
    The quickest ways of a class of vehicles at free speed.

    Parameters
    ----------
    layout
        The network.
    vehicle_class
        The class.
    """

    def __init__(self, layout: Layout, vehicle_class: VehicleClass) -> None:
        self._layout = layout
        self.are_straight = layout.trips is not None or vehicle_class.travels == "straight"
        """Whether trips follow no arcs."""
        self._quickest = None if self.are_straight else QuickestNodes(layout.graph, vehicle_class)
        self._known: dict[Pair, Way] = {}

    def way(self, place: str, target: str) -> Way:
        """
        Return the way from one place to another, which are not the same.

        Parameters
        ----------
        place, target
            Their names.
        """
        if (place, target) not in self._known:
            self._known[place, target] = self._find(place, target)
        return self._known[place, target]

    def _find(self, place: str, target: str) -> Way:
        if self._quickest is None:
            return Way((pair(place, target),), (0.0, 1.0))
        return _way_along(self._layout, self._quickest.between(place, target))
