"""
Vans on a road network, as FleetPy [1]_ publishes them or in our own columns.

References
----------
.. [1] Engelhardt et al. (2022), FleetPy: A Modular Open-Source Simulation Tool for Mobility On-Demand Services,
   arXiv:2207.14246; https://github.com/TUM-VT/FleetPy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import networkx as nx
import numpy as np

from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.importers.document import fleet_of, hours_up, no_dynamism, plain, scenario_document, sentences
from qmix_logistics.importers.imported import ImportedScenario, ImportOptions
from qmix_logistics.importers.road_files import arcs_csv, has_travel_times, nodes_csv, read_road_folder
from qmix_logistics.importers.transports import Transport, draw_transports, mean_way_m, orders_csv, places_csv
from qmix_logistics.scenario.layout.layout import largest_connected_part

NUM_ORDERS, NUM_VEHICLES = 500, 20
"""Orders that are drawn and vans, where the user does not say."""
DAY_S = 8 * 3600
"""Orders come in over this time."""
DUE_S = 2 * 3600
"""Orders are due after this time, where the user does not say."""
TASKS_ON_BOARD = 8
"""Orders that a van may carry at the same time."""
HANDLING_S = 60
"""Time to pick up an order, and to drop it off."""
TOWN_KMH, TOP_KMH = 30, 120
"""Speed of vans where arcs have no travel times, and the highest where they do."""


def import_road(path: Path, options: ImportOptions) -> ImportedScenario:
    """
    Return a scenario of vans that carry parcels between random nodes of a road network.

    Parameters
    ----------
    path
        A folder with ``nodes.csv``, and ``arcs.csv`` or ``edges.csv``.
    options
        What the user chose.

    Raises
    ------
    ScenarioError
        If a file is missing, or with every row that cannot be used (at most 20 are listed).
    """
    complete, beside, num_stops_only = read_road_folder(path)
    graph, left_out = largest_connected_part(complete)
    if len(graph) < 3:
        message = "has no three nodes that reach each other; expected a network on which vehicles can drive"
        raise ScenarioError([Problem(str(path), 0, 0, "", message)])
    depot, has_times = _middle(graph), has_travel_times(graph)
    rng, num_vehicles = np.random.default_rng(options.seed), options.vehicles or NUM_VEHICLES
    names = [name for name in graph if name != depot]
    transports = draw_transports(names, options.orders or NUM_ORDERS, DAY_S, rng)
    files = {
        "nodes.csv": nodes_csv(graph),
        "arcs.csv": arcs_csv(graph),
        "places.csv": places_csv(transports),
        "orders.csv": orders_csv(transports),
    }
    vans = fleet_of(
        num_vehicles, [depot], id="van", speed_mps=plain((TOP_KMH if has_times else TOWN_KMH) / 3.6),
        capacity_units=TASKS_ON_BOARD, max_tasks_on_board=TASKS_ON_BOARD, returns_home=True,
    )  # fmt: skip
    note = sentences(
        beside,
        left_out,
        f"nodes that are stops only in the source ({num_stops_only}) may be driven through" if num_stops_only else "",
        f"{len(transports)} orders between random nodes over {DAY_S // 3600} h were drawn from the seed {options.seed}",
        f"the fleet is {num_vehicles} with room for {TASKS_ON_BOARD} orders each, and starts at a depot in the middle, "
        f"node {depot}",
        "on each arc vans drive as fast as its travel time says"
        if has_times
        else f"arcs have no travel times: vans drive {TOWN_KMH} km/h",
        no_dynamism(options),
    )
    return ImportedScenario(_document(path, graph, depot, vans, transports, options), files, note)


def _middle(graph: nx.DiGraph[str]) -> str:
    """Return the node nearest to the median of the coordinates."""
    x_m = median(node["x_m"] for node in graph.nodes.values())
    y_m = median(node["y_m"] for node in graph.nodes.values())
    return min(graph, key=lambda name: math.hypot(graph.nodes[name]["x_m"] - x_m, graph.nodes[name]["y_m"] - y_m))


def _document(
    path: Path,
    graph: nx.DiGraph[str],
    depot: str,
    vans: list[dict[str, Any]],
    transports: Sequence[Transport],
    options: ImportOptions,
) -> dict[str, Any]:
    task_s = 2 * mean_way_m(transports, graph) * 3.6 / TOWN_KMH + 2 * HANDLING_S
    work_s = len(transports) * task_s / sum(van["count"] for van in vans)
    return scenario_document(
        source=path,
        description=f"Random pick-ups and deliveries on the road network {path.resolve().name}.",
        network={
            "kind": "road",
            "nodes": "nodes.csv",
            "arcs": "arcs.csv",
            "places": "places.csv",
            "depots": [{"node": depot, "servers": None}],
        },
        fleet=vans,
        due_s=DUE_S if options.urgency_s is None else options.urgency_s,
        demand={"kind": "orders", "path": "orders.csv", "pick_up_s": HANDLING_S, "drop_off_s": HANDLING_S},
        horizon={"demand_s": DAY_S, "drain_s": hours_up(work_s) + 3600},
    )
