"""One test day under a few policies: all that a replay is made from."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from qmix_logistics.evaluation.run_folder import RunFolder, UnitKey
from qmix_logistics.evaluation.shown.choosing import Choice
from qmix_logistics.evaluation.shown.site_map import SiteMap
from qmix_logistics.evaluation.units import read_whole_day
from qmix_logistics.scenario.operations import Objective
from qmix_logistics.simulation import NO_TASK, Day, DayRecords, Site


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
class ShownDay:
    """
    A test day to be shown.

    Parameters
    ----------
    choice
        Which day and which policies, and why.
    label
        Name of the day.
    objective
        What things cost.
    site_map
        Where it happened.
    policies
        What happened under each.
    tasks
        All tasks of the day.
    outages_s
        When no central planner could be reached: from and until.
    absent
        Why there is nothing to show; empty if there is.
    """

    choice: Choice
    label: str
    objective: Objective
    site_map: SiteMap
    policies: tuple[ShownPolicy, ...] = ()
    tasks: tuple[DemandedTask, ...] = ()
    outages_s: tuple[tuple[float, float], ...] = ()
    absent: str = ""


def read_shown_day(
    run: RunFolder, choice: Choice, day: Day, site: Site, shown_map: SiteMap, *, has_records: bool
) -> ShownDay:
    """
    Read what a run has recorded of the chosen day.

    Parameters
    ----------
    run
        The run.
    choice
        Which day and which policies.
    day
        The same day, realised.
    site, shown_map
        Where.
    has_records
        Whether the scenario has records written.
    """
    empty = ShownDay(choice, day.label, site.objective, shown_map)
    if not has_records:
        return dataclasses.replace(empty, absent="the scenario says report.records: false")
    missing = [
        f"{run.unit(unit).name}/{name}"
        for unit in choice.units
        for name in ("orders", "tasks", "stops", "vehicles", "visits")
        if not any((run.unit(unit) / f"{name}.{ending}").exists() for ending in ("csv", "parquet"))
    ]
    if missing:
        return dataclasses.replace(empty, absent=f"records are missing: {', '.join(missing)}")
    return dataclasses.replace(
        empty,
        policies=tuple(ShownPolicy(unit, read_whole_day(run.unit(unit))) for unit in choice.units),
        tasks=demanded_tasks(day, site.network.names),
        outages_s=tuple((span.from_s, span.until_s) for span in day.mishaps.planner_outages),
    )


def demanded_tasks(day: Day, names: Sequence[str]) -> tuple[DemandedTask, ...]:
    """
    Return all tasks of a day.

    Parameters
    ----------
    day
        The day.
    names
        Names of the places.
    """
    return tuple(
        DemandedTask(order, names[origin], names[destination], None if after == NO_TASK else after)
        for order, origin, destination, after in zip(
            *(day.tasks[name].tolist() for name in ("order", "origin", "destination", "after")), strict=True
        )
    )
