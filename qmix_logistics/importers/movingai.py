"""
Maps and scenarios of the MovingAI benchmarks [1]_.

References
----------
.. [1] Stern et al. (2019), Multi-Agent Pathfinding: Definitions, Variants, and Benchmarks, SoCS.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.importers.document import no_dynamism, sentences
from qmix_logistics.importers.grid_scenario import (
    ASSUMED,
    GridDay,
    draw_homes,
    grid_scenario,
    read_grid,
    spread,
)
from qmix_logistics.importers.imported import ImportedScenario, ImportOptions
from qmix_logistics.importers.scen_file import read_scen
from qmix_logistics.importers.transports import Transport, draw_transports

NUM_VEHICLES = 10
"""Size of the fleet, where the user does not say."""
NUM_ORDERS, SPAN_S = 200, 3600
"""Transports drawn on a map without a scenario, where the user does not say, and the time over which they come in."""
BUSY = 0.8
"""Share of its time that the fleet works: the pairs of a scenario, which have no times, are released to suit it."""


def import_movingai(path: Path, options: ImportOptions) -> ImportedScenario:
    """
    Return a scenario on a MovingAI map: the pairs of start and goal of a ``.scen`` as transports, or random ones.

    Parameters
    ----------
    path
        A map; or a ``.scen`` in the folder of its map.
    options
        What the user chose.

    Raises
    ------
    ScenarioError
        With everything that is wrong with the files (at most 20 rows are listed).
    """
    return _from_scen(path, options) if path.suffix == ".scen" else _from_map(path, options)


def _from_map(path: Path, options: ImportOptions) -> ImportedScenario:
    layout, rng = read_grid(path), np.random.default_rng(options.seed)
    num_vehicles = options.vehicles or NUM_VEHICLES
    transports = draw_transports(list(layout.graph), options.orders or NUM_ORDERS, SPAN_S, rng)
    homes = draw_homes(layout.graph, transports, num_vehicles, rng)
    drawn = (
        f"{len(transports)} transports between random cells over an hour, and the cells where {num_vehicles} vehicles "
        f"start, were drawn from the seed {options.seed}"
    )
    return grid_scenario(
        path,
        GridDay(path, layout.graph, transports, homes, num_vehicles),
        options,
        description=f"Random transports on {path.name}, a map of the MovingAI benchmarks or in their format.",
        note=sentences(layout.note, drawn, ASSUMED, no_dynamism(options)),
    )


def _from_scen(path: Path, options: ImportOptions) -> ImportedScenario:
    map_path, pairs = read_scen(path)
    layout, rng = read_grid(map_path), np.random.default_rng(options.seed)
    linked = [pair.nodes for pair in pairs if all(name in layout.graph for name in pair.nodes)][: options.orders]
    if not linked:
        message = "has no pair of cells in the part of the map whose cells reach each other; expected one at least"
        raise ScenarioError([Problem(str(path), 0, 0, "", message)])
    transports = [Transport(str(number), *nodes, release_s=0.0) for number, nodes in enumerate(linked, start=1)]
    num_vehicles = options.vehicles or NUM_VEHICLES
    homes = draw_homes(layout.graph, transports, num_vehicles, rng)
    day = GridDay(map_path, layout.graph, transports, homes, num_vehicles)
    gap_s = day.mean_task_s / (BUSY * num_vehicles)
    return grid_scenario(
        path,
        spread(day, gap_s),
        options,
        description=f"Pairs of {path.name} as transports on {map_path.name}, of the MovingAI benchmarks.",
        note=sentences(
            layout.note,
            f"{len(linked)} of {len(pairs)} pairs of start and goal became orders",
            f"they come in one after the other, {gap_s:.1f} s apart, so that {num_vehicles} vehicles are busy most of "
            "the time",
            f"the cells where vehicles start were drawn from the seed {options.seed}",
            ASSUMED,
            no_dynamism(options),
        ),
    )
