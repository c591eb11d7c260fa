"""A network put together: a directed graph, or a table of trips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import networkx as nx
import numpy as np
from jaxtyping import Float

from qmix_logistics.scenario.fleet import VehicleClass
from qmix_logistics.scenario.network import Network, WarehouseNetwork
from qmix_logistics.scenario.network.facilities import Handover, NodeSpot, Plugs, Spot


@dataclass(frozen=True, slots=True)
class Trips:
    """
    A table of trips, driven as it is: no shorter way is looked for.

    Parameters
    ----------
    distance_m
        Length of the trip from one node (row) to another (column).
    travel_time_s
        Its time, the same for all vehicles; None: the distance over the vehicle's speed.
    """

    distance_m: Float[np.ndarray, "node node"]
    travel_time_s: Float[np.ndarray, "node node"] | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """
    The nodes of a network and the ways between them.

    Parameters
    ----------
    graph
        Nodes carry ``kind`` (a ``NodeKind``), ``x_m``, ``y_m`` and ``zone``. Arcs carry ``length_m``,
        ``max_speed_mps`` (infinite without a limit) and ``is_single_lane``: whether the arc and its opposite are one
        lane.
    trips
        A table of trips in the order of the graph's nodes, which then has no arcs; None: trips follow the arcs.
    note
        What was left out of the source, in a sentence; empty: nothing.
    """

    graph: nx.DiGraph[str]
    trips: Trips | None = None
    note: str = ""


def facilities(network: Network) -> Iterator[tuple[str, str, tuple[Spot | NodeSpot, ...]]]:
    """
    Yield each kind of facility, the field that lists it, and its spots in the order in which they are numbered.

    Parameters
    ----------
    network
        Any network.
    """
    yield "station", "stations", network.stations
    yield "dock", "docks", network.docks
    yield "depot", "depots", () if isinstance(network, WarehouseNetwork) else network.depots
    yield "charger", "chargers", network.chargers
    yield "parking", "parking", network.parking


def handovers(network: Network) -> Iterator[tuple[str, str, Handover]]:
    """
    Yield kind, name and rules of each station, dock and depot, in the order in which they are numbered.

    Parameters
    ----------
    network
        Any network.
    """
    for kind, _, spots in facilities(network):
        for spot in spots:
            if isinstance(spot, Handover):
                yield kind, spot.id, spot


def chargers(network: Network) -> Iterator[tuple[str, Plugs]]:
    """
    Yield name and plugs of each charger, in the order in which they are numbered.

    Parameters
    ----------
    network
        Any network.
    """
    for _, _, spots in facilities(network):
        for spot in spots:
            if isinstance(spot, Plugs):
                yield spot.id, spot


def mark_facilities(graph: nx.DiGraph[str], network: Network) -> None:
    """
    Give the nodes that facilities name their kind; names that are no nodes are left out (``checks.py`` reports them).

    Parameters
    ----------
    graph
        Changed.
    network
        Its specification.
    """
    for kind, _, spots in facilities(network):
        for spot in spots:
            if spot.id in graph:
                graph.nodes[spot.id]["kind"] = kind


def largest_connected_part(graph: nx.DiGraph[str]) -> tuple[nx.DiGraph[str], str]:
    """
    Return the largest part of a graph whose nodes all reach each other, and a sentence on what was left out.

    Parameters
    ----------
    graph
        Any graph.
    """
    part = max(nx.strongly_connected_components(graph), key=len)
    num_left_out = len(graph) - len(part)
    note = f"{num_left_out} of {len(graph)} nodes do not reach the others and back; left out" if num_left_out else ""
    return graph.subgraph([name for name in graph if name in part]).copy(), note


def has_access(graph: nx.DiGraph[str], name: str, vehicle_class: VehicleClass) -> bool:
    """
    Tell whether a class of vehicles may drive and stop at a node.

    Parameters
    ----------
    graph
        A layout's graph.
    name
        The node.
    vehicle_class
        The class.
    """
    node, access = graph.nodes[name], vehicle_class.access
    return (access.kinds is None or node["kind"] in access.kinds) and (
        access.zones is None or node["zone"] in access.zones
    )
