"""
Problems of the League of Robot Runners [1]_: tasks of several errands for robots on a grid.

References
----------
.. [1] https://www.leagueofrobotrunners.org, competitions of 2023, 2024 and 2026; the format is described in the
   start kit's Input_Output_Format.md.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.importers.document import no_dynamism, sentences
from qmix_logistics.importers.grid_scenario import ASSUMED, GridDay, grid_scenario, read_grid, spread
from qmix_logistics.importers.imported import ImportedScenario, ImportOptions
from qmix_logistics.importers.lorr_files import read_lorr
from qmix_logistics.importers.transports import Transport

NUM_ORDERS, NUM_VEHICLES = 1000, 400
"""At most so many tasks and agents are taken, where the user does not say: all pairs of their cells are tabled."""


def import_lorr(path: Path, options: ImportOptions) -> ImportedScenario:
    """
    Return a scenario of a problem of the League of Robot Runners.

    A task of one errand is a transport from its cell to the same cell; one of several is a chain of transports, each
    from one errand's cell to the next.

    Parameters
    ----------
    path
        The problem's JSON file.
    options
        What the user chose.

    Raises
    ------
    ScenarioError
        With everything that is wrong with the files (at most 20 rows a file are listed).
    """
    problem = read_lorr(path)
    layout = read_grid(problem.map_path)
    tasks = [task for task in problem.tasks if all(cell in layout.graph for cell in task)]
    starts = [cell for cell in problem.starts if cell in layout.graph]
    if not tasks or not starts:
        message = "has no task, or no agent, in the part of its map whose cells reach each other"
        raise ScenarioError([Problem(str(path), 0, 0, "", message)])
    num_vehicles = options.vehicles or min(len(starts), NUM_VEHICLES)
    taken = tasks[: options.orders or NUM_ORDERS]
    homes = list(dict.fromkeys(starts[:num_vehicles]))
    day = GridDay(problem.map_path, layout.graph, list(_transports(taken)), homes, num_vehicles)
    num_at_start = max(problem.num_revealed * num_vehicles // len(problem.starts), 1)
    gap_s = _gap_s(day, len(taken))
    return grid_scenario(
        path,
        spread(day, gap_s, num_at_start),
        options,
        description=f"Problem {path.name} of the League of Robot Runners on {problem.map_path.name}.",
        note=sentences(
            layout.note,
            f"{len(taken)} of {len(problem.tasks)} tasks were taken; the fleet is {num_vehicles} for "
            f"{len(problem.starts)} agents of the original; ask for other numbers of orders and vehicles",
            f"the first {min(num_at_start, len(taken))} orders are there from the start, as many for each vehicle as "
            f"the original shows at once; the others follow {gap_s:.1f} s apart, no slower than the fleet can do them, "
            "so that there is always a choice",
            "errands of one task may be done by different vehicles, one after the other",
            ASSUMED,
            "the original's delays and turns are left out",
            no_dynamism(options),
        ),
    )


def _transports(tasks: Sequence[tuple[str, ...]]) -> Iterator[Transport]:
    for number, cells in enumerate(tasks, start=1):
        legs = list(itertools.pairwise(cells)) or [(cells[0], cells[0])]
        for index, (origin, destination) in enumerate(legs):
            yield Transport(str(number), origin, destination, release_s=0.0, is_chained=index > 0)


def _gap_s(day: GridDay, num_orders: int) -> float:
    """Time in which the fleet does one order if no way is longer than along the axes, and none is driven empty."""
    return day.mean_task_s / 2 * len(day.transports) / num_orders / day.num_vehicles
