"""Instances in the VRPLIB format, read by the package ``vrplib``."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from qmix_logistics.importers.imported import ImportedScenario, ImportOptions
from qmix_logistics.importers.instance import StaticInstance, StaticTransport, Visit
from qmix_logistics.importers.numbers import report
from qmix_logistics.importers.static_scenario import static_scenario
from qmix_logistics.importers.text_file import read_text


def import_vrplib(path: Path, options: ImportOptions) -> ImportedScenario:
    """
    Import an instance in the VRPLIB format: capacitated routing, with or without time windows.

    Parameters
    ----------
    path
        The text file.
    options
        What the user chooses.

    Raises
    ------
    ScenarioError
        If the file is none, or has several depots.
    """
    return static_scenario(read_vrplib(path), path, options)


def read_vrplib(path: Path) -> StaticInstance:
    """
    Read an instance in the VRPLIB format.

    Distances are those that the instance says (``EDGE_WEIGHT_TYPE``), unrounded. Where it has no time windows, its
    vehicles have all the time that visiting every customer from the depot takes.

    Parameters
    ----------
    path
        The text file.

    Raises
    ------
    ScenarioError
        If the file is none, or has several depots.
    """
    import vrplib  # only where it is needed

    read_text(path)
    try:
        data: dict[str, Any] = vrplib.read_instance(path)
        distance_m = np.asarray(data["edge_weight"], float)
        demand = np.asarray(data["demand"], float)
        depots = np.asarray(data["depot"]).reshape(-1)
        capacity_units = float(data["capacity"])
    except (KeyError, ValueError, TypeError, IndexError) as error:
        report(path, f"is no VRPLIB instance with demand, depot, capacity and distances: {error}")
    if len(depots) != 1:
        report(path, f"has {len(depots)} depots; only instances with one can be imported")
    depot, number = int(depots[0]), len(demand)
    windows = np.asarray(data.get("time_window", [[0.0, math.inf]] * number), float)
    service_s = np.broadcast_to(np.asarray(data.get("service_time", 0.0), float), (number,))
    longest_s = float((distance_m[depot] + distance_m[:, depot]).sum() + service_s.sum())
    closes_s = float(windows[depot, 1]) if math.isfinite(windows[depot, 1]) else longest_s
    xy = np.asarray(data.get("node_coord", np.zeros((number, 2))), float)
    order = [depot, *(node for node in range(number) if node != depot)]
    return StaticInstance(
        origin=f"Vehicle routing: instance {data.get('name', path.stem)} in the VRPLIB format.",
        points=[(str(node), float(xy[node, 0]), float(xy[node, 1])) for node in order],
        num_vehicles=int(data.get("vehicles") or math.ceil(1.2 * demand.sum() / capacity_units)),
        capacity_units=capacity_units,
        closes_s=closes_s,
        transports=[
            StaticTransport(
                str(node),
                Visit(str(depot)),
                Visit(str(node), float(windows[node, 0]), float(windows[node, 1]), float(service_s[node])),
                float(demand[node]),
            )
            for node in order[1:]
        ],
        trips=[(str(a), str(b), float(distance_m[a, b])) for a in order for b in order if a != b],
    )
