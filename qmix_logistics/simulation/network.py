"""The site's places and the ways between them, as matrices, one for each class of vehicles."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from qmix_logistics.scenario.fleet import VehicleClass
from qmix_logistics.scenario.layout import Layout, has_access

UNREACHABLE_M = 1e8
"""Stands for the way to a place that a class of vehicles has no access to."""
CHUNK = 256
"""Places from which ways are computed at the same time: bounds the memory."""


class PlaceKind(enum.IntEnum):
    """What a place is for. Junctions are not places: no one stops there."""

    RACK = 0
    STATION = 1
    CHARGER = 2
    PARKING = 3
    DOCK = 4
    DEPOT = 5
    CUSTOMER = 6


@dataclass(frozen=True, slots=True)
class Network:
    """
    Places, numbered from 0, and the quickest ways between them.

    Parameters
    ----------
    names
        Name of each place.
    kinds
        Kind of each place, a ``PlaceKind``.
    position_m
        Coordinates of each place, from the middle of the site.
    distance_m
        Length of the way from one place (row) to another (column), by vehicle class.
    travel_time_s
        Time on that way at free speed, by vehicle class.
    is_open
        Which places a class of vehicles has access to.
    own_speed_mps
        Speed of a class of vehicles that drives all ways at it; 0 where times say otherwise.
    """

    names: tuple[str, ...]
    kinds: Int[np.ndarray, " place"]
    position_m: Float[np.ndarray, "place 2"]
    distance_m: Float[np.ndarray, "vehicle_class place place"]
    travel_time_s: Float[np.ndarray, "vehicle_class place place"]
    is_open: Bool[np.ndarray, "vehicle_class place"]
    own_speed_mps: tuple[float, ...]

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


def compile_network(layout: Layout, classes: Sequence[VehicleClass]) -> Network:
    """
    Return the ways between all places of a layout.

    Parameters
    ----------
    layout
        Nodes and arcs, or a table of trips. The places that a class has access to must reach each other.
    classes
        Classes of vehicles: their speed, their access, and whether they fly.

    Raises
    ------
    ValueError
        If a place cannot be reached from another by a class that has access to both.
    """
    graph = layout.graph
    places = [name for name, node in graph.nodes.items() if node["kind"] != "junction"]
    position_m = np.array([(graph.nodes[name]["x_m"], graph.nodes[name]["y_m"]) for name in places], float)
    is_open = np.array([[has_access(graph, name, c) for name in places] for c in classes], bool)
    distance_m = np.empty((len(classes), len(places), len(places)))
    travel_time_s = np.empty_like(distance_m)
    known: dict[object, int] = {}
    for index, vehicle_class in enumerate(classes):
        key = (vehicle_class.travels, vehicle_class.access, vehicle_class.speed_mps)
        if key in known:
            distance_m[index], travel_time_s[index] = distance_m[known[key]], travel_time_s[known[key]]
            continue
        known[key] = index
        distance_m[index], travel_time_s[index] = _ways(layout, places, position_m, vehicle_class)
        both = is_open[index][:, None] & is_open[index]
        if not (distance_m[index][both] < UNREACHABLE_M).all():
            raise ValueError(f"some places cannot be reached from others by {vehicle_class.id}")
    return Network(
        names=tuple(places),
        kinds=np.array([PlaceKind[graph.nodes[name]["kind"].upper()] for name in places]),
        position_m=position_m - (position_m.min(axis=0) + position_m.max(axis=0)) / 2,
        distance_m=distance_m,
        travel_time_s=travel_time_s,
        is_open=is_open,
        own_speed_mps=tuple(
            vehicle_class.speed_mps if np.allclose(times_s * vehicle_class.speed_mps, ways_m, rtol=1e-12) else 0.0
            for vehicle_class, times_s, ways_m in zip(classes, travel_time_s, distance_m, strict=True)
        ),
    )


def _ways(
    layout: Layout, places: Sequence[str], position_m: Float[np.ndarray, "place 2"], vehicle_class: VehicleClass
) -> tuple[Float[np.ndarray, "place place"], Float[np.ndarray, "place place"]]:
    speed_mps = vehicle_class.speed_mps
    if vehicle_class.travels == "straight":
        distance_m = np.hypot(*(position_m[:, None] - position_m[None]).transpose(2, 0, 1))
        return distance_m, distance_m / speed_mps
    if layout.trips is not None:
        row = {name: index for index, name in enumerate(layout.graph)}
        rows = np.array([row[name] for name in places])
        distance_m, time_s = layout.trips.distance_m[np.ix_(rows, rows)], layout.trips.travel_time_s
        return distance_m, distance_m / speed_mps if time_s is None else time_s[np.ix_(rows, rows)]
    return _quickest_ways(layout.graph, places, vehicle_class)


def _quickest_ways(
    graph: nx.DiGraph[str], places: Sequence[str], vehicle_class: VehicleClass
) -> tuple[Float[np.ndarray, "place place"], Float[np.ndarray, "place place"]]:
    """Length and time of the quickest ways on arcs between nodes to which a class has access."""
    nodes = [name for name in graph if has_access(graph, name, vehicle_class)]
    number = {name: index for index, name in enumerate(nodes)}
    arcs = [
        (number[tail], number[head], arc["length_m"], min(arc["max_speed_mps"], vehicle_class.speed_mps))
        for tail, head, arc in graph.edges(data=True)
        if tail in number and head in number
    ]
    shape = (len(nodes), len(nodes))
    tails, heads, length_m, speed_mps = np.array(arcs, float).reshape(-1, 4).T
    lengths = csr_array((length_m, (tails.astype(int), heads.astype(int))), shape=shape)
    is_limited = bool((speed_mps < vehicle_class.speed_mps).any())
    times = csr_array((length_m / speed_mps, (tails.astype(int), heads.astype(int))), shape=shape)
    found = [index for index, name in enumerate(places) if name in number]
    columns = np.array([number[places[index]] for index in found], int)
    distance_m = np.full((len(places), len(places)), UNREACHABLE_M)
    time_s = distance_m / vehicle_class.speed_mps
    for first in range(0, len(found), CHUNK):
        rows = found[first : first + CHUNK]
        sources = columns[first : first + CHUNK]
        if is_limited:
            ways_s, before = dijkstra(times, indices=sources, return_predecessors=True)
            ways_m = _lengths_along(before, lengths)
        else:
            ways_m = dijkstra(lengths, indices=sources)
            ways_s = ways_m / vehicle_class.speed_mps
        distance_m[np.ix_(rows, found)] = np.minimum(ways_m[:, columns], UNREACHABLE_M)
        time_s[np.ix_(rows, found)] = np.minimum(ways_s[:, columns], UNREACHABLE_M / vehicle_class.speed_mps)
    return distance_m, time_s


def _lengths_along(before: Int[np.ndarray, "source node"], lengths: csr_array) -> Float[np.ndarray, "source node"]:
    """Length of the ways that trees of predecessors describe, by pointer jumping."""
    num_nodes = before.shape[1]
    rows = np.arange(len(before))[:, None]
    has_before = before >= 0
    before = np.where(has_before, before, np.arange(num_nodes))
    keys = (lengths.tocoo().row.astype(np.int64) * num_nodes) + lengths.tocoo().col
    order = np.argsort(keys)
    wanted = before.astype(np.int64) * num_nodes + np.arange(num_nodes)
    position = np.searchsorted(keys[order], np.where(has_before, wanted, keys[order[0]]))
    ways_m = np.where(has_before, lengths.tocoo().data[order][position], 0.0)
    while True:
        step_m = ways_m[rows, before]
        if not step_m.any():
            return ways_m
        ways_m = ways_m + step_m
        before = before[rows, before]
