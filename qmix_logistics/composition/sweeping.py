"""One scenario at every point of a grid: how cost and service change, and what meets a target."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qmix_logistics.composition.experiment import plan, run_experiment
from qmix_logistics.composition.planning import PlannedFile, check_folder
from qmix_logistics.composition.planning import planned_files as run_files
from qmix_logistics.evaluation.jobs import Job, Progress
from qmix_logistics.evaluation.run_folder import write_atomically
from qmix_logistics.scenario import ScenarioSpec

if TYPE_CHECKING:
    import pandas as pd

Point = tuple[tuple[str, str], ...]
"""A value for each axis: key and text."""


@dataclass(frozen=True, slots=True)
class Axis:
    """
    One axis of a grid.

    Parameters
    ----------
    key
        Path of a field of the scenario.
    values
        What it takes, as a document would say it.
    """

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """
    What a policy must reach.

    Parameters
    ----------
    kpi
        In which indicator.
    is_least
        Whether ``value`` is the least, or else the most.
    value
        The bound.
    """

    kpi: str
    is_least: bool
    value: float

    def __str__(self) -> str:
        """Return it as a user writes it."""
        return f"{self.kpi} {'>=' if self.is_least else '<='} {self.value:g}"


@dataclass(frozen=True, slots=True)
class Sweep:
    """
    What a sweep brought.

    Parameters
    ----------
    table
        One row for each point, policy and KPI: the values of the axes, mean and interval.
    lines
        What came out, in words.
    """

    table: pd.DataFrame
    lines: tuple[str, ...]


def points_of(axes: Sequence[Axis]) -> Iterator[Point]:
    """
    Yield all combinations, the last axis first.

    Parameters
    ----------
    axes
        The axes.
    """
    for values in itertools.product(*(axis.values for axis in axes)):
        yield tuple((axis.key, value) for axis, value in zip(axes, values, strict=True))


def plan_sweep(specs: Mapping[Point, ScenarioSpec], folder: Path) -> list[Job]:
    """
    Return the jobs of all points.

    Parameters
    ----------
    specs
        The scenario at each point.
    folder
        Where to.
    """
    return [job for point, spec in specs.items() for job in plan(spec, _place(folder, point))]


def check(specs: Mapping[Point, ScenarioSpec], folder: Path, *, resume: bool) -> None:
    """
    Refuse a folder in which any point could not be run, before the first one is.

    Parameters
    ----------
    specs, folder
        As for ``plan_sweep``.
    resume
        Whether it may hold an unfinished sweep.

    Raises
    ------
    RunFolderError
        If it holds other scenarios, or any and is not to be resumed.
    """
    for point, spec in specs.items():
        check_folder(spec, _place(folder, point), resume=resume)


def planned_files(specs: Mapping[Point, ScenarioSpec], folder: Path) -> list[PlannedFile]:
    """
    Return what a sweep would write.

    Parameters
    ----------
    specs, folder
        As for ``plan_sweep``.
    """
    points = [
        PlannedFile(place, f"the run at {_spelt(point)}", sum(file.num_bytes for file in run_files(spec, place, jobs)))
        for point, spec in specs.items()
        for place in [_place(folder, point)]
        for jobs in [plan(spec, place)]
    ]
    tables = (("sweep.csv", "every indicator at every point", 1e4 * len(specs)), ("sweep.html", "the figures", 1e5))
    return [*points, *(PlannedFile(folder / name, meaning, num_bytes) for name, meaning, num_bytes in tables)]


def _place(folder: Path, point: Point) -> Path:
    return folder / "points" / _spelt(point).replace("/", "_")


def _spelt(point: Point) -> str:
    return ", ".join(f"{key}={value}" for key, value in point)


def sweep(
    specs: Mapping[Point, ScenarioSpec],
    folder: Path,
    target: Target | None,
    *,
    resume: bool,
    num_workers: int,
    on_point: Callable[[str], None],
    on_progress: Callable[[Progress], None],
) -> Sweep:
    """
    Run every point, and write ``sweep.csv`` and ``sweep.html``.

    Every point is a run of its own in ``points/``, with a report; all play the same days of demand.

    Parameters
    ----------
    specs
        The scenario at each point.
    folder
        Where to.
    target
        What is to be reached, if anything.
    resume
        Whether the folder may hold an unfinished sweep.
    num_workers
        Processes.
    on_point
        Told of each point when it begins.
    on_progress
        Told how the jobs of all points stand.
    """
    import pandas as pd

    from qmix_logistics_reports.sweep_report import sweep_report

    check(specs, folder, resume=resume)
    tables = []
    for number, (point, spec) in enumerate(specs.items(), start=1):
        on_point(f"{number} of {len(specs)}: {_spelt(point)}")
        place = _place(folder, point)
        again = resume and place.exists()
        result = run_experiment(
            spec, place, resume=again, num_workers=num_workers, on_progress=on_progress, command=("sweep",)
        )
        tables.append(result.kpis.assign(**dict(point))[[*dict(point), *result.kpis.columns]])
    table = pd.concat(tables, ignore_index=True)
    lines = tuple(_answers(table, [key for key, _ in next(iter(specs))], target)) if target is not None else ()
    write_atomically(folder / "sweep.csv", table.to_csv(index=False, lineterminator="\n"))
    keys = [key for key, _ in next(iter(specs))]
    kpis = ["total_cost", "on_time_pct", *([target.kpi] if target is not None else [])]
    report = sweep_report(table, keys, list(dict.fromkeys(kpis)), lines, None if target is None else target.value)
    write_atomically(folder / "sweep.html", report)
    return Sweep(table, lines)


def _answers(table: pd.DataFrame, keys: Sequence[str], target: Target) -> Iterator[str]:
    """Say for each policy the first point that it played whose mean meets the target, and whose whole interval does."""
    for policy, rows in table[table["kpi"] == target.kpi].groupby("policy", sort=False):
        points = [_spelt(tuple(zip(keys, row, strict=True))) for row in rows[list(keys)].itertuples(index=False)]
        bound = rows["ci_low"] if target.is_least else rows["ci_high"]
        on_average, surely = (_meeting(points, values.tolist(), target) for values in (rows["mean"], bound))
        if not on_average:
            yield f"{policy}: {target} is met nowhere on the grid"
            continue
        missed = [point for point in points[points.index(on_average[0]) :] if point not in on_average]
        beyond = f", its whole interval {f'first at {surely[0]}' if surely else 'nowhere'}"
        answer = f"{policy}: {target} is first met at {on_average[0]}"
        answer += "" if surely[:1] == on_average[:1] else beyond
        yield f"{answer}; not at {', '.join(missed)}" if missed else answer


def _meeting(points: Sequence[str], values: Sequence[float], target: Target) -> list[str]:
    """Return the points of the grid whose value meets the target."""
    return [
        point
        for point, value in zip(points, values, strict=True)
        if (value >= target.value if target.is_least else value <= target.value)
    ]
