"""The nodes on the quickest ways of a class of vehicles through a network."""

from __future__ import annotations

import networkx as nx
import numpy as np
from jaxtyping import Int
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from qmix_logistics.scenario.fleet import VehicleClass
from qmix_logistics.scenario.layout import has_access


class QuickestNodes:
    """
    The nodes to which a class of vehicles has access, and the quickest ways between them at free speed.

    Parameters
    ----------
    graph
        Nodes and arcs.
    vehicle_class
        The class.
    """

    def __init__(self, graph: nx.DiGraph[str], vehicle_class: VehicleClass) -> None:
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

    def between(self, place: str, target: str) -> list[str]:
        """
        Return the nodes of the quickest way, its ends included.

        Parameters
        ----------
        place, target
            Names of its ends.
        """
        first, nodes = self._number[place], [self._number[target]]
        if place not in self._before:
            _, before = dijkstra(self._times_s, indices=[first], return_predecessors=True)
            self._before[place] = before[0]
        while nodes[-1] != first:
            nodes.append(int(self._before[place][nodes[-1]]))
        return [self._names[node] for node in reversed(nodes)]
