"""The graph of a parametric warehouse."""

from __future__ import annotations

import itertools
import math
from typing import cast

import networkx as nx

from qmix_logistics.scenario.layout.customers import add_customers
from qmix_logistics.scenario.layout.layout import Layout, facilities
from qmix_logistics.scenario.network import WarehouseNetwork
from qmix_logistics.scenario.network.facilities import Spot


def warehouse_layout(network: WarehouseNetwork) -> Layout:
    """
    Return the graph of a parametric warehouse, x across the aisles and y along them.

    Parameters
    ----------
    network
        The parameters. Facilities must name aisles that exist; closed arcs that do not exist are ignored here
        (``checks.py`` reports both).
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    _add_cross_aisles(graph, network)
    for aisle in range(1, network.num_aisles + 1):
        _add_aisle(graph, network, aisle)
    for kind, _, spots in facilities(network):
        for spot in spots:
            _add_spot(graph, network, kind, cast("Spot", spot))
    if network.customers is not None:
        add_customers(graph, network.customers, [dock.id for dock in network.docks])
    graph.remove_edges_from(network.closed_arcs)
    return Layout(graph)


def _block_length_m(network: WarehouseNetwork) -> float:
    return network.racks_per_block * network.rack_pitch_m + network.cross_aisle_width_m


def _crossing(cross_aisle: int, aisle: int) -> str:
    return f"X{cross_aisle}.{aisle}"


def _add_cross_aisles(graph: nx.DiGraph[str], network: WarehouseNetwork) -> None:
    for cross in range(network.num_blocks + 1):
        for aisle in range(1, network.num_aisles + 1):
            x_m, y_m = (aisle - 1) * network.aisle_pitch_m, cross * _block_length_m(network)
            graph.add_node(_crossing(cross, aisle), kind="junction", x_m=x_m, y_m=y_m, zone="")
            if aisle > 1:
                _connect(graph, _crossing(cross, aisle - 1), _crossing(cross, aisle), both_ways=True)


def _add_aisle(graph: nx.DiGraph[str], network: WarehouseNetwork, aisle: int) -> None:
    for block in range(1, network.num_blocks + 1):
        start = graph.nodes[_crossing(block - 1, aisle)]
        chain = [_crossing(block - 1, aisle)]
        for rack in range(1, network.racks_per_block + 1):
            y_m = start["y_m"] + network.cross_aisle_width_m / 2 + (rack - 0.5) * network.rack_pitch_m
            chain.append(f"R{aisle}.{block}.{rack}")
            graph.add_node(chain[-1], kind="rack", x_m=start["x_m"], y_m=y_m, zone="")
        chain.append(_crossing(block, aisle))
        for near, far in itertools.pairwise(chain):
            first, second = (near, far) if aisle % 2 else (far, near)
            _connect(
                graph, first, second, both_ways=not network.one_way_aisles, is_single_lane=not network.two_lane_aisles
            )


def _add_spot(graph: nx.DiGraph[str], network: WarehouseNetwork, kind: str, spot: Spot) -> None:
    is_front = spot.side == "front"
    crossing = _crossing(0 if is_front else network.num_blocks, spot.aisle)
    node = graph.nodes[crossing]
    y_m = node["y_m"] + (-spot.offset_m if is_front else spot.offset_m)
    graph.add_node(spot.id, kind=kind, x_m=node["x_m"], y_m=y_m, zone="")
    _connect(graph, crossing, spot.id, both_ways=True)


def _connect(graph: nx.DiGraph[str], first: str, second: str, *, both_ways: bool, is_single_lane: bool = False) -> None:
    a, b = graph.nodes[first], graph.nodes[second]
    length_m = abs(a["x_m"] - b["x_m"]) + abs(a["y_m"] - b["y_m"])
    arcs = [(first, second), (second, first)] if both_ways else [(first, second)]
    graph.add_edges_from(arcs, length_m=length_m, max_speed_mps=math.inf, is_single_lane=is_single_lane)
