"""Road networks as CSV files: in the columns of FleetPy, and in ours."""

from __future__ import annotations

import math
from pathlib import Path

import networkx as nx

from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.importers.document import csv_text, plain
from qmix_logistics.scenario.layout.road import RoadColumns, read_roads
from qmix_logistics.scenario.tables import read_table

_SPELLINGS = {
    "node": "node_index",
    "x_m": "pos_x",
    "y_m": "pos_y",
    "from": "from_node",
    "to": "to_node",
    "length_m": "distance",
    "travel_time_s": "travel_time",
}
"""Our columns as FleetPy calls them."""


def read_road_folder(folder: Path) -> tuple[nx.DiGraph[str], str, int]:
    """
    Read a road network.

    Parameters
    ----------
    folder
        Has ``nodes.csv``, and ``arcs.csv`` or ``edges.csv``, in the columns of FleetPy or in those of ``RoadNetwork``.

    Returns
    -------
    Its graph, a sentence on the arcs that were left out, and how many nodes are stops only in the source.

    Raises
    ------
    ScenarioError
        If a file is missing, or with every row that cannot be used (at most 20 are listed).
    """
    nodes, arcs = _file(folder, "nodes.csv"), _file(folder, "arcs.csv", "edges.csv")
    table, num_stops_only = read_table(nodes, []), 0
    if table.has("is_stop_only"):
        num_stops_only = sum(row.cells["is_stop_only"] == "True" for row in table.rows)
    header = {*table.header, *read_table(arcs, []).header}
    names = {ours: theirs if theirs in header and ours not in header else ours for ours, theirs in _SPELLINGS.items()}
    columns = RoadColumns(
        node=names["node"],
        x_m=names["x_m"],
        y_m=names["y_m"],
        tail=names["from"],
        head=names["to"],
        length_m=names["length_m"],
        travel_time_s=names["travel_time_s"],
    )
    graph, note = read_roads(nodes, arcs, columns)
    return graph, note, num_stops_only


def has_travel_times(graph: nx.DiGraph[str]) -> bool:
    """
    Tell whether any arc limits the speed.

    Parameters
    ----------
    graph
        A road network.
    """
    return any(math.isfinite(arc["max_speed_mps"]) for _, _, arc in graph.edges(data=True))


def nodes_csv(graph: nx.DiGraph[str]) -> str:
    """
    Return nodes as ``RoadNetwork`` reads them, coordinates to the millimetre, degrees to the centimetre.

    Parameters
    ----------
    graph
        A road network.
    """
    degrees = ("lon", "lat") if all("lon" in node for node in graph.nodes.values()) else ()
    rows = [
        (name, plain(node["x_m"]), plain(node["y_m"]), node["zone"], *(f"{node[axis]:.7f}" for axis in degrees))
        for name, node in graph.nodes.items()
    ]
    return csv_text(("node", "x_m", "y_m", "zone", *degrees), rows)


def arcs_csv(graph: nx.DiGraph[str]) -> str:
    """
    Return arcs as ``RoadNetwork`` reads them, to the millimetre and the millisecond.

    Parameters
    ----------
    graph
        A road network.
    """
    rows = [
        (tail, head, _positive(arc["length_m"]), _positive(arc["length_m"] / arc["max_speed_mps"]))
        if math.isfinite(arc["max_speed_mps"])
        else (tail, head, _positive(arc["length_m"]), "")
        for tail, head, arc in graph.edges(data=True)
    ]
    return csv_text(("from", "to", "length_m", "travel_time_s"), rows)


def _positive(value: float) -> float:
    return max(plain(value), 0.001)


def _file(folder: Path, *names: str) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    message = f"has no {' and no '.join(names)}; expected a folder with the nodes and the arcs of a road network"
    raise ScenarioError([Problem(str(folder), 0, 0, "", message)])
