"""Places where tasks begin or end, as a CSV lists them."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import networkx as nx

from qmix_logistics.scenario.network.grid import PlainKind
from qmix_logistics.scenario.tables import read_table


def mark_places(graph: nx.DiGraph[str], path: Path) -> None:
    """
    Give nodes the kind that a CSV with the columns ``node`` and ``kind`` says.

    Parameters
    ----------
    graph
        Changed.
    path
        The CSV.

    Raises
    ------
    ScenarioError
        With every row that names no node of the graph, or another kind than rack and customer.
    """
    table, kinds = read_table(path, ["node", "kind"]), get_args(PlainKind)
    for row in table.rows:
        node, kind = row.cells["node"], row.cells["kind"]
        if node not in graph:
            table.report(row, "node", f"is '{node}', which is no node of this network; remove the row or correct it")
        elif kind not in kinds:
            table.report(row, "kind", f"is '{kind}'; expected {' or '.join(kinds)}")
        else:
            graph.nodes[node]["kind"] = kind
    table.check()
