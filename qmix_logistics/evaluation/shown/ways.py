"""The ways that vehicles take on the map, where they share no lanes and records name only the ends of a trip."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from qmix_logistics.evaluation.quickest_nodes import QuickestNodes
from qmix_logistics.evaluation.shown.course import Course, straight, through
from qmix_logistics.scenario.fleet import VehicleClass
from qmix_logistics.scenario.layout import Layout
from qmix_logistics.simulation import Site


class WayFinder:
    """
    Finds the way of a trip: the quickest on arcs, straight where a table of trips says how long it takes, or by air.

    Parameters
    ----------
    layout
        Nodes and arcs.
    site
        The site of that layout.
    classes
        The classes of vehicles, as the site numbers them.
    """

    def __init__(self, layout: Layout, site: Site, classes: Sequence[VehicleClass]) -> None:
        self._layout, self._site, self._classes = layout, site, classes
        self._numbers = {name: number for number, name in enumerate(site.network.names)}
        self._quickest: dict[int, QuickestNodes] = {}
        self._known: dict[tuple[int, str, str], Course] = {}

    def way(self, class_index: int, place: str, target: str) -> Course:
        """
        Return the way from one place to another.

        Parameters
        ----------
        class_index
            Number of the class of vehicles.
        place, target
            Names of the places.
        """
        key = class_index, place, target
        if key not in self._known:
            self._known[key] = self._find(*key)
        return self._known[key]

    def _find(self, class_index: int, place: str, target: str) -> Course:
        nodes, vehicle_class = self._layout.graph.nodes, self._classes[class_index]
        if self._layout.trips is None and vehicle_class.travels == "ways":
            if class_index not in self._quickest:
                self._quickest[class_index] = QuickestNodes(self._layout.graph, vehicle_class)
            return self._along(self._quickest[class_index].between(place, target))
        start_m, end_m = ((float(nodes[name]["x_m"]), float(nodes[name]["y_m"])) for name in (place, target))
        numbers = self._numbers[place], self._numbers[target]
        return straight(start_m, end_m, float(self._site.network.distance_m[(class_index, *numbers)]))

    def _along(self, names: Sequence[str]) -> Course:
        nodes, arcs = self._layout.graph.nodes, self._layout.graph.edges
        points_m = [(float(nodes[name]["x_m"]), float(nodes[name]["y_m"])) for name in names]
        return through(points_m, [float(arcs[arc]["length_m"]) for arc in itertools.pairwise(names)])
