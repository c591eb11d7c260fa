"""The site's places and the ways between them, as matrices."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import networkx as nx
import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra


class PlaceKind(enum.IntEnum):
    """What a place is for. Junctions are not places: no one stops there."""

    RACK = 0
    STATION = 1
    CHARGER = 2
    PARKING = 3


@dataclass(frozen=True, slots=True)
class Network:
    """
    Places, numbered from 0, and shortest ways between them.

    Parameters
    ----------
    names
        Name of each place.
    kinds
        Kind of each place, a ``PlaceKind``.
    position_m
        Coordinates of each place, from the middle of the site.
    distance_m
        Length of the shortest way from one place (row) to another (column).
    travel_time_s
        Time on that way, by vehicle class.
    """

    names: tuple[str, ...]
    kinds: Int[np.ndarray, " place"]
    position_m: Float[np.ndarray, "place 2"]
    distance_m: Float[np.ndarray, "place place"]
    travel_time_s: Float[np.ndarray, "vehicle_class place place"]

    @property
    def num_places(self) -> int:
        """Number of places."""
        return len(self.names)

    def places(self, kind: PlaceKind) -> Int[np.ndarray, " place_of_kind"]:
        """
        Return the numbers of all places of a kind, in order.

        Parameters
        ----------
        kind
            The kind.
        """
        return np.flatnonzero(self.kinds == kind)


def compile_network(graph: nx.DiGraph[str], speeds_mps: Float[np.ndarray, " vehicle_class"]) -> Network:
    """
    Return the ways between all places of a graph.

    Parameters
    ----------
    graph
        Nodes with ``kind``, ``x_m``, ``y_m``; arcs with ``length_m``. All places must reach each other.
    speeds_mps
        Speed of each vehicle class.

    Raises
    ------
    ValueError
        If a place cannot be reached from another.
    """
    nodes = list(graph.nodes)
    number = {name: index for index, name in enumerate(nodes)}
    tails, heads = np.array([(number[tail], number[head]) for tail, head in graph.edges]).T
    lengths_m = np.array([arc["length_m"] for arc in graph.edges.values()], float)
    arcs = csr_array((lengths_m, (tails, heads)), shape=(len(nodes), len(nodes)))
    place_nodes = [name for name in nodes if graph.nodes[name]["kind"] != "junction"]
    indices = np.array([number[name] for name in place_nodes])
    distance_m = np.ascontiguousarray(dijkstra(arcs, indices=indices)[:, indices])
    if not np.isfinite(distance_m).all():
        raise ValueError("some places cannot be reached from others")
    position_m = np.array([(graph.nodes[name]["x_m"], graph.nodes[name]["y_m"]) for name in place_nodes], float)
    return Network(
        names=tuple(place_nodes),
        kinds=np.array([PlaceKind[graph.nodes[name]["kind"].upper()] for name in place_nodes]),
        position_m=position_m - (position_m.min(axis=0) + position_m.max(axis=0)) / 2,
        distance_m=distance_m,
        travel_time_s=distance_m[None] / speeds_mps[:, None, None],
    )
