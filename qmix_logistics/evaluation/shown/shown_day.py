"""One test day under a few policies: all that a replay is made from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qmix_logistics.evaluation.run_folder import RunFolder, UnitKey, read_json, write_atomically
from qmix_logistics.evaluation.shown.choosing import Choice
from qmix_logistics.evaluation.shown.site_map import SiteMap
from qmix_logistics.evaluation.units import read_whole_day
from qmix_logistics.scenario.operations import Objective
from qmix_logistics.simulation import NO_TASK, Day, DayRecords


@dataclass(frozen=True, slots=True)
class DemandedTask:
    """
    A task of the day, whether a vehicle took it or not.

    Parameters
    ----------
    order
        Number of its order.
    origin, destination
        Names of the places where it waits and where it ends; of a task that waits for another, where that one was
        expected to end; where the end may be chosen, the nearest.
    after
        Number of the task that must be done first; None if there is none.
    """

    order: int
    origin: str
    destination: str
    after: int | None


@dataclass(frozen=True, slots=True)
class ShownPolicy:
    """
    One policy on the day.

    Parameters
    ----------
    unit
        Policy, training and day.
    records
        What happened.
    """

    unit: UnitKey
    records: DayRecords


@dataclass(frozen=True, slots=True)
class Demanded:
    """
    What came in on a test day, whatever the policies did.

    Parameters
    ----------
    day, label
        Its number, and its name.
    tasks
        All its tasks, by number.
    outages_s
        When no central planner could be reached: from and until.
    """

    day: int
    label: str
    tasks: tuple[DemandedTask, ...]
    outages_s: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ShownDay:
    """
    A test day to be shown.

    Parameters
    ----------
    choice
        Which day and which policies, and why.
    demanded
        What came in.
    objective
        What things cost.
    site_map
        Where it happened.
    policies
        What happened under each.
    """

    choice: Choice
    demanded: Demanded
    objective: Objective
    site_map: SiteMap
    policies: tuple[ShownPolicy, ...]


def missing_records(run: RunFolder, choice: Choice) -> list[str]:
    """
    Return the records of the chosen day that are not there.

    Parameters
    ----------
    run
        The run.
    choice
        Which day and which policies.
    """
    return [
        f"{run.unit(unit).name}/{name}"
        for unit in choice.units
        for name in ("orders", "tasks", "stops", "vehicles", "visits")
        if not any((run.unit(unit) / f"{name}.{ending}").exists() for ending in ("csv", "parquet"))
    ]


def read_policies(run: RunFolder, choice: Choice) -> tuple[ShownPolicy, ...]:
    """
    Read what a run has recorded of the chosen day.

    Parameters
    ----------
    run
        The run; it lacks none of the records.
    choice
        Which day and which policies.
    """
    return tuple(ShownPolicy(unit, read_whole_day(run.unit(unit))) for unit in choice.units)


def demanded_of(number: int, day: Day, names: Sequence[str]) -> Demanded:
    """
    Return what comes in on a day.

    Parameters
    ----------
    number
        Number of the test day.
    day
        The day, realised.
    names
        Names of the places.
    """
    tasks = tuple(
        DemandedTask(order, names[origin], names[destination], None if after == NO_TASK else after)
        for order, origin, destination, after in zip(
            *(day.tasks[name].tolist() for name in ("order", "origin", "destination", "after")), strict=True
        )
    )
    outages_s = tuple((span.from_s, span.until_s) for span in day.mishaps.planner_outages)
    return Demanded(number, day.label, tasks, outages_s)


def write_demanded(path: Path, demanded: Demanded) -> None:
    """
    Keep what came in on a day, so that it can be shown again without its source.

    Parameters
    ----------
    path
        The file.
    demanded
        What came in.
    """
    tasks = [[task.order, task.origin, task.destination, task.after] for task in demanded.tasks]
    values = {"day": demanded.day, "label": demanded.label, "outages_s": demanded.outages_s, "tasks": tasks}
    write_atomically(path, json.dumps(values) + "\n")


def read_demanded(path: Path, day: int) -> Demanded | None:
    """
    Read what was kept of a day; None if it is not there, or was another day.

    Parameters
    ----------
    path
        The file.
    day
        Number of the test day.
    """
    if not path.exists():
        return None
    values = read_json(path)
    if values["day"] != day:
        return None
    tasks = tuple(DemandedTask(*task) for task in values["tasks"])
    return Demanded(day, values["label"], tasks, tuple((low, high) for low, high in values["outages_s"]))
