"""The ways that vehicles take on the map, where they share no lanes and records name only the ends of a trip."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import networkx as nx
import numpy as np
from jaxtyping import Int
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from qmix_logistics.evaluation.shown.course import Course, straight, through
from qmix_logistics.scenario.fleet import VehicleClass
from qmix_logistics.scenario.layout import Layout, has_access
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
        self._graphs: dict[int, _ClassGraph] = {}
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
            if class_index not in self._graphs:
                self._graphs[class_index] = _ClassGraph(self._layout.graph, vehicle_class)
            return self._graphs[class_index].quickest(place, target)
        start_m, end_m = ((float(nodes[name]["x_m"]), float(nodes[name]["y_m"])) for name in (place, target))
        numbers = self._numbers[place], self._numbers[target]
        return straight(start_m, end_m, float(self._site.network.distance_m[(class_index, *numbers)]))


class _ClassGraph:
    """The nodes to which a class of vehicles has access, and the times of the arcs between them."""

    def __init__(self, graph: nx.DiGraph[str], vehicle_class: VehicleClass) -> None:
        self._graph = graph
        self._names = [name for name in graph if has_access(graph, name, vehicle_class)]
        self._number = number = {name: index for index, name in enumerate(self._names)}
        arcs = [
            (number[tail], number[head], arc["length_m"] / min(arc["max_speed_mps"], vehicle_class.speed_mps))
            for tail, head, arc in graph.edges(data=True)
            if tail in number and head in number
        ]
        tails, heads, times_s = np.array(arcs, float).reshape(-1, 3).T
        shape = (len(number), len(number))
        self._times_s = csr_array((times_s, (tails.astype(int), heads.astype(int))), shape=shape)
        self._before: dict[str, Int[np.ndarray, " node"]] = {}

    def quickest(self, place: str, target: str) -> Course:
        """Return the quickest way."""
        if place not in self._before:
            _, before = dijkstra(self._times_s, indices=[self._number[place]], return_predecessors=True)
            self._before[place] = before[0]
        before, at = self._before[place], self._number[target]
        nodes = [at]
        while at != self._number[place]:
            at = int(before[at])
            nodes.append(at)
        names = [self._names[node] for node in reversed(nodes)]
        points_m = [(float(self._graph.nodes[name]["x_m"]), float(self._graph.nodes[name]["y_m"])) for name in names]
        lengths_m = [float(self._graph.edges[tail, head]["length_m"]) for tail, head in itertools.pairwise(names)]
        return through(points_m, lengths_m)
