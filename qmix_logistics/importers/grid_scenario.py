"""Scenarios on a grid of cells: transports between cells, and vehicles that drive a cell a second."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import networkx as nx
import numpy as np

from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.importers.document import fleet_of, hours_up, scenario_document
from qmix_logistics.importers.imported import ImportedScenario, ImportOptions
from qmix_logistics.importers.text_file import read_text
from qmix_logistics.importers.transports import Transport, mean_way_m, nodes_used, orders_csv, places_csv
from qmix_logistics.scenario.layout.grid import grid_layout
from qmix_logistics.scenario.layout.layout import Layout
from qmix_logistics.scenario.network.grid import GridNetwork

DUE_TASK_TIMES = 4
"""Orders are due after so many times the mean time of a task, where the user does not say."""
ASSUMED = "a cell is 1 m wide and driven in 1 s; vehicles do not hinder each other unless network.congestion says so"
"""What all of these scenarios assume."""


@dataclass(frozen=True, slots=True)
class GridDay:
    """
    What happens on a grid.

    Parameters
    ----------
    map_path
        The map.
    graph
        Its layout.
    transports
        One or more.
    homes
        Cells where vehicles start, in turn.
    num_vehicles
        How many.
    """

    map_path: Path
    graph: nx.DiGraph[str]
    transports: Sequence[Transport]
    homes: Sequence[str]
    num_vehicles: int

    @property
    def mean_task_s(self) -> float:
        """How long a task keeps a vehicle, roughly: the way to it is taken to be as long as the way with it."""
        return 2 * max(mean_way_m(self.transports, self.graph), 1.0)


def read_grid(map_path: Path) -> Layout:
    """
    Return the layout of a map, 1 m a cell.

    Parameters
    ----------
    map_path
        The map.

    Raises
    ------
    ScenarioError
        If it cannot be read, or no two free cells share a side.
    """
    layout = grid_layout(GridNetwork(kind="grid", map=map_path))
    if len(layout.graph) < 2:
        message = "has no two free cells that share a side; expected a map on which vehicles can drive"
        raise ScenarioError([Problem(str(map_path), 0, 0, "", message)])
    return layout


def spread(day: GridDay, gap_s: float, num_at_start: int = 1) -> GridDay:
    """
    Release the orders of a day one after the other.

    Parameters
    ----------
    day
        The day.
    gap_s
        Time between two orders.
    num_at_start
        So many are there from the start, at least 1.
    """
    number = {order: index for index, order in enumerate(dict.fromkeys(one.order for one in day.transports))}
    transports = [
        dataclasses.replace(one, release_s=float(math.floor(max(number[one.order] - num_at_start + 1, 0) * gap_s)))
        for one in day.transports
    ]
    return dataclasses.replace(day, transports=transports)


def draw_homes(
    graph: nx.DiGraph[str], transports: Sequence[Transport], number: int, rng: np.random.Generator
) -> list[str]:
    """
    Draw cells where vehicles start, apart from those where transports begin or end if there are others.

    Parameters
    ----------
    graph
        The layout.
    transports
        The transports.
    number
        How many at most.
    rng
        Draws the cells.
    """
    used = set(nodes_used(transports))
    names = [name for name in graph if name not in used] or list(graph)
    return [names[index] for index in rng.permutation(len(names))[:number]]


def grid_scenario(
    source: Path, day: GridDay, options: ImportOptions, *, description: str, note: str
) -> ImportedScenario:
    """
    Return a scenario on a grid.

    Parameters
    ----------
    source
        What was imported.
    day
        What happens.
    options
        What the user chose.
    description
        What the source is.
    note
        What was dropped or assumed.
    """
    name = day.map_path.name
    due_s = math.ceil(DUE_TASK_TIMES * day.mean_task_s / 60) * 60
    document = scenario_document(
        source=source,
        description=description,
        network={"kind": "grid", "map": name, "cell_m": 1, "places": "places.csv",
                 "parking": [{"node": home} for home in day.homes]},
        fleet=fleet_of(day.num_vehicles, day.homes, id="robot", speed_mps=1),
        due_s=due_s if options.urgency_s is None else options.urgency_s,
        demand={"kind": "orders", "path": "orders.csv", "pick_up_s": 0, "drop_off_s": 0},
        horizon={
            "demand_s": hours_up(max(one.release_s for one in day.transports) + 1),
            "drain_s": hours_up(2 * len(day.transports) * day.mean_task_s / day.num_vehicles) + 3600,
        },
    )  # fmt: skip
    files = {
        name: read_text(day.map_path),
        "places.csv": places_csv(day.transports),
        "orders.csv": orders_csv(day.transports),
    }
    return ImportedScenario(document, files, note)
