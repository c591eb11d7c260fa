"""The layout of a table of trips."""

from __future__ import annotations

from typing import get_args

import networkx as nx
import numpy as np
from jaxtyping import Float

from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.scenario.identifiers import NodeKind
from qmix_logistics.scenario.layout.layout import Layout, Trips, mark_facilities
from qmix_logistics.scenario.network.matrix import MatrixNetwork
from qmix_logistics.scenario.tables import Table, read_table


def matrix_layout(network: MatrixNetwork) -> Layout:
    """
    Return places and the table of trips between them.

    Parameters
    ----------
    network
        Its specification.

    Raises
    ------
    ScenarioError
        With every row that cannot be used, or how many trips are missing.
    """
    graph = _places(read_table(network.places, ["node"]))
    mark_facilities(graph, network)
    table = read_table(network.trips, ["from", "to", "distance_m"])
    distance_m = _trips(table, graph, "distance_m")
    travel_time_s = _trips(table, graph, "travel_time_s") if table.has("travel_time_s") else None
    table.check()
    missing = np.argwhere(np.isnan(distance_m))
    if len(missing):
        names = list(graph)
        tail, head = missing[0]
        message = f"lacks {len(missing)} trips, such as {names[tail]} -> {names[head]}; every pair of places needs one"
        raise ScenarioError([Problem(str(network.trips), 0, 0, "", message)])
    return Layout(graph, Trips(distance_m, travel_time_s))


def _places(table: Table) -> nx.DiGraph[str]:
    graph: nx.DiGraph[str] = nx.DiGraph()
    kinds = get_args(NodeKind)
    for row in table.rows:
        node, kind = row.cells["node"], row.cells.get("kind") or "customer"
        if kind not in kinds:
            table.report(row, "kind", f"is '{kind}'; expected one of {', '.join(kinds)}")
        if node in graph:
            table.report(row, "node", f"is '{node}', which stands above already; give each place its own name")
        x_m, y_m = table.number(row, "x_m", 0.0), table.number(row, "y_m", 0.0)
        graph.add_node(node, kind=kind, x_m=x_m, y_m=y_m, zone=row.cells.get("zone", ""))
    table.check()
    return graph


def _trips(table: Table, graph: nx.DiGraph[str], column: str) -> Float[np.ndarray, "node node"]:
    number = {name: index for index, name in enumerate(graph)}
    values = np.full((len(number), len(number)), np.nan)
    np.fill_diagonal(values, 0.0)
    for row in table.rows:
        ends = row.cells["from"], row.cells["to"]
        for end, name in zip(("from", "to"), ends, strict=True):
            if name not in number:
                table.report(row, end, f"is '{name}', which is no place of the other file")
        if all(name in number for name in ends):
            values[number[ends[0]], number[ends[1]]] = table.number(row, column, low=0)
    return values
