"""The layout of points: every pair is a trip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import networkx as nx
import numpy as np
from jaxtyping import Float

from qmix_logistics.scenario.identifiers import NodeKind
from qmix_logistics.scenario.layout.customers import customer_positions_m
from qmix_logistics.scenario.layout.layout import Layout, Trips, mark_facilities
from qmix_logistics.scenario.network.points import Point, PointsNetwork
from qmix_logistics.scenario.tables import read_table


def points_layout(network: PointsNetwork) -> Layout:
    """
    Return points and the distances between all of them.

    Parameters
    ----------
    network
        Their specification.

    Raises
    ------
    ScenarioError
        With every row of a file that cannot be used (at most 20 are listed).
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    for point in _points(network):
        graph.add_node(point.node, kind=point.kind, x_m=point.x_m, y_m=point.y_m, zone=point.zone)
    mark_facilities(graph, network)
    xy_m = np.array([(node["x_m"], node["y_m"]) for node in graph.nodes.values()]).reshape(-1, 2)
    return Layout(graph, Trips(distances_m(network, xy_m)))


def distances_m(network: PointsNetwork, xy_m: Float[np.ndarray, "node 2"]) -> Float[np.ndarray, "node node"]:
    """
    Return the distances between points.

    Parameters
    ----------
    network
        How they are measured.
    xy_m
        Their coordinates.
    """
    step_m = np.abs(xy_m[:, None] - xy_m[None])
    distance_m = step_m.sum(axis=2) if network.metric == "manhattan" else np.hypot(step_m[..., 0], step_m[..., 1])
    distance_m *= network.circuity
    if network.truncate_decimals is None:
        return distance_m
    scale = 10.0**network.truncate_decimals
    return np.floor(distance_m * scale + 1e-9) / scale


def _points(network: PointsNetwork) -> Iterator[Point]:
    yield from _read_points(network.points) if isinstance(network.points, Path) else network.points
    if network.customers is not None:
        for number, (x_m, y_m) in enumerate(customer_positions_m(network.customers).tolist(), start=1):
            yield Point(node=f"K{number}", x_m=x_m, y_m=y_m)


def _read_points(path: Path) -> tuple[Point, ...]:
    table, kinds = read_table(path, ["node", "x_m", "y_m"]), get_args(NodeKind)
    points = []
    for row in table.rows:
        kind = row.cells.get("kind") or "customer"
        if kind not in kinds:
            table.report(row, "kind", f"is '{kind}'; expected one of {', '.join(kinds)}")
            continue
        x_m, y_m = table.number(row, "x_m"), table.number(row, "y_m")
        points.append(Point(node=row.cells["node"], x_m=x_m, y_m=y_m, kind=kind, zone=row.cells.get("zone", "")))
    table.check()
    return tuple(points)
