"""The graph of a parametric warehouse."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import networkx as nx

from qmix_logistics.scenario.network import Spot, WarehouseNetwork

Arc = tuple[str, str]


def build_warehouse(spec: WarehouseNetwork) -> nx.DiGraph[str]:
    """
    Return the warehouse as a directed graph.

    Nodes carry ``kind`` (rack, station, charger, parking or junction), ``x_m`` across the aisles and ``y_m`` along
    them; arcs carry ``length_m``.

    Parameters
    ----------
    spec
        The parameters. Facilities must name aisles that exist; closed arcs that do not exist are ignored here
        (``checks.py`` reports both).
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    _add_cross_aisles(graph, spec)
    for aisle in range(1, spec.num_aisles + 1):
        _add_aisle(graph, spec, aisle)
    for kind, spots in facilities(spec):
        for spot in spots:
            _add_spot(graph, spec, kind, spot)
    graph.remove_edges_from(spec.closed_arcs)
    return graph


def facilities(spec: WarehouseNetwork) -> Iterator[tuple[str, tuple[Spot, ...]]]:
    """
    Yield each kind of facility with its spots, in the order in which they are numbered.

    Parameters
    ----------
    spec
        The parameters.
    """
    yield "station", spec.stations
    yield "charger", spec.chargers
    yield "parking", spec.parking


def _block_length_m(spec: WarehouseNetwork) -> float:
    return spec.racks_per_block * spec.rack_pitch_m + spec.cross_aisle_width_m


def _crossing(cross_aisle: int, aisle: int) -> str:
    return f"X{cross_aisle}.{aisle}"


def _add_cross_aisles(graph: nx.DiGraph[str], spec: WarehouseNetwork) -> None:
    for cross in range(spec.num_blocks + 1):
        for aisle in range(1, spec.num_aisles + 1):
            x_m, y_m = (aisle - 1) * spec.aisle_pitch_m, cross * _block_length_m(spec)
            graph.add_node(_crossing(cross, aisle), kind="junction", x_m=x_m, y_m=y_m)
            if aisle > 1:
                _connect(graph, _crossing(cross, aisle - 1), _crossing(cross, aisle), both_ways=True)


def _add_aisle(graph: nx.DiGraph[str], spec: WarehouseNetwork, aisle: int) -> None:
    for block in range(1, spec.num_blocks + 1):
        start = graph.nodes[_crossing(block - 1, aisle)]
        chain = [_crossing(block - 1, aisle)]
        for rack in range(1, spec.racks_per_block + 1):
            y_m = start["y_m"] + spec.cross_aisle_width_m / 2 + (rack - 0.5) * spec.rack_pitch_m
            chain.append(f"R{aisle}.{block}.{rack}")
            graph.add_node(chain[-1], kind="rack", x_m=start["x_m"], y_m=y_m)
        chain.append(_crossing(block, aisle))
        for near, far in itertools.pairwise(chain):
            first, second = (near, far) if aisle % 2 else (far, near)
            _connect(graph, first, second, both_ways=not spec.one_way_aisles)


def _add_spot(graph: nx.DiGraph[str], spec: WarehouseNetwork, kind: str, spot: Spot) -> None:
    is_front = spot.side == "front"
    crossing = _crossing(0 if is_front else spec.num_blocks, spot.aisle)
    node = graph.nodes[crossing]
    y_m = node["y_m"] + (-spot.offset_m if is_front else spot.offset_m)
    graph.add_node(spot.id, kind=kind, x_m=node["x_m"], y_m=y_m)
    _connect(graph, crossing, spot.id, both_ways=True)


def _connect(graph: nx.DiGraph[str], first: str, second: str, *, both_ways: bool) -> None:
    a, b = graph.nodes[first], graph.nodes[second]
    length_m = abs(a["x_m"] - b["x_m"]) + abs(a["y_m"] - b["y_m"])
    graph.add_edge(first, second, length_m=length_m)
    if both_ways:
        graph.add_edge(second, first, length_m=length_m)
