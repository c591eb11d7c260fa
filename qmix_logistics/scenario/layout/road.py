"""The layout of a road network."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import networkx as nx

from qmix_logistics.scenario.layout.layout import Layout, largest_connected_part, mark_facilities
from qmix_logistics.scenario.layout.places import mark_places
from qmix_logistics.scenario.network.road import RoadNetwork
from qmix_logistics.scenario.tables import Row, Table, read_table

KINDS = ("junction", "rack", "customer")
"""What the ``kind`` of a node may be; facilities name theirs."""


@dataclass(frozen=True, slots=True)
class RoadColumns:
    """
    What the columns of a pair of files are called.

    Parameters
    ----------
    node, x_m, y_m
        Name and coordinates of a node.
    tail, head, length_m, travel_time_s
        Ends of an arc, its length, and the time that it takes.
    """

    node: str = "node"
    x_m: str = "x_m"
    y_m: str = "y_m"
    tail: str = "from"
    head: str = "to"
    length_m: str = "length_m"
    travel_time_s: str = "travel_time_s"


def road_layout(network: RoadNetwork) -> Layout:
    """
    Return the graph of a road network.

    Parameters
    ----------
    network
        Its specification. Facilities that name no node and closed arcs that do not exist are ignored here
        (``check_places.py`` reports both).

    Raises
    ------
    ScenarioError
        With every row of a file that cannot be used (at most 20 are listed).
    """
    graph, note = read_roads(network.nodes, network.arcs, RoadColumns())
    if network.places is not None:
        mark_places(graph, network.places)
    graph.remove_edges_from(network.closed_arcs)
    mark_facilities(graph, network)
    part, left_out = largest_connected_part(graph)
    return Layout(part, note=". ".join(filter(None, (note, left_out))))


def read_roads(nodes: Path, arcs: Path, columns: RoadColumns) -> tuple[nx.DiGraph[str], str]:
    """
    Return the graph of a pair of files, and a sentence on the arcs that were left out.

    Parameters
    ----------
    nodes, arcs
        The files.
    columns
        What their columns are called; ``zone`` and ``kind`` of nodes are called that.

    Raises
    ------
    ScenarioError
        With every row of a file that cannot be used (at most 20 are listed).
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    _add_nodes(graph, read_table(nodes, [columns.node, columns.x_m, columns.y_m]), columns)
    num_left_out = _add_arcs(graph, read_table(arcs, [columns.tail, columns.head, columns.length_m]), columns)
    note = f"{num_left_out} arcs lead from a node to itself or beside a quicker one; left out" if num_left_out else ""
    return graph, note


def _add_nodes(graph: nx.DiGraph[str], table: Table, columns: RoadColumns) -> None:
    for row in table.rows:
        name, kind = row.cells[columns.node], row.cells.get("kind") or "junction"
        if not name:
            table.report(row, columns.node, "is empty; every node needs a name")
        elif name in graph:
            table.report(row, columns.node, f"is '{name}', as in a row above; give each node its own name")
        if kind not in KINDS:
            table.report(row, "kind", f"is '{kind}'; expected one of {', '.join(KINDS)}")
        x_m, y_m = _coordinate(table, row, columns.x_m), _coordinate(table, row, columns.y_m)
        degrees = _degrees(table, row) if table.has("lon") and table.has("lat") else {}
        graph.add_node(name, kind=kind, x_m=x_m, y_m=y_m, zone=row.cells.get("zone", ""), **degrees)
    table.check()


def _degrees(table: Table, row: Row) -> dict[str, float]:
    """Return longitude and latitude, for maps; a fault is noted."""
    found = {name: table.number(row, name) for name in ("lon", "lat")}
    for (name, value), limit in zip(found.items(), (180, 90), strict=True):
        if not abs(value) <= limit:
            table.report(row, name, f"is '{row.cells[name]}'; expected degrees from -{limit} to {limit}")
    return found


def _coordinate(table: Table, row: Row, column: str) -> float:
    value = table.number(row, column)
    if math.isinf(value):
        table.report(row, column, f"is '{row.cells[column]}'; expected a finite number")
    return value


def _add_arcs(graph: nx.DiGraph[str], table: Table, columns: RoadColumns) -> int:
    """Add the quickest arc between each two nodes, and return how many were left out."""
    num_left_out = 0
    for row in table.rows:
        tail, head = row.cells[columns.tail], row.cells[columns.head]
        arc = _arc(table, row, columns)
        unknown = [column for column in (columns.tail, columns.head) if row.cells[column] not in graph]
        for column in unknown:
            table.report(row, column, f"is '{row.cells[column]}', which is no node of the file of nodes")
        is_second = graph.has_edge(tail, head)
        num_left_out += is_second or tail == head
        if not unknown and tail != head and not (is_second and not _is_quicker(arc, graph.edges[tail, head])):
            graph.add_edge(tail, head, **arc, is_single_lane=False)
    table.check()
    return num_left_out


def _arc(table: Table, row: Row, columns: RoadColumns) -> dict[str, float]:
    length_m = _above_zero(table, row, columns.length_m)
    if not row.cells.get(columns.travel_time_s):
        return {"length_m": length_m, "max_speed_mps": math.inf}
    return {"length_m": length_m, "max_speed_mps": length_m / _above_zero(table, row, columns.travel_time_s)}


def _above_zero(table: Table, row: Row, column: str) -> float:
    """Return a cell as a number; a fault is noted, and 1 returned."""
    try:
        value = float(row.cells[column])
    except ValueError:
        value = math.nan
    if 0 < value < math.inf:
        return value
    table.report(row, column, f"is '{row.cells[column]}'; expected a number above 0")
    return 1.0


def _is_quicker(arc: dict[str, float], other: dict[str, float]) -> bool:
    """Compare two arcs beside each other: by time where both have one, else by length."""
    if math.isinf(max(arc["max_speed_mps"], other["max_speed_mps"])):
        return arc["length_m"] < other["length_m"]
    return arc["length_m"] / arc["max_speed_mps"] < other["length_m"] / other["max_speed_mps"]
