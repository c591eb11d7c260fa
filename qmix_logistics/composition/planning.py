"""What a run would do and write, before anything is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qmix_logistics.composition.building import World, world_of
from qmix_logistics.composition.hindsight_job import HindsightJob
from qmix_logistics.composition.insight_job import InsightJob
from qmix_logistics.composition.jobs import PlayJob, TrainJob
from qmix_logistics.evaluation.jobs import Job
from qmix_logistics.evaluation.run_folder import RunFolder
from qmix_logistics.scenario import ScenarioSpec, dump_scenario
from qmix_logistics.simulation import DayKey, Split

RECORD_BYTES: Mapping[str, float] = {"csv": 600.0, "parquet": 160.0, "none": 0.0}
"""What a task leaves in the records of a day, as measured on the quick start."""
UNIT_BYTES, PLAN_BYTES, POLICY_BYTES, INSIGHT_BYTES, SHOWN_BYTES, REPORT_BYTES = 4e3, 80.0, 1e5, 2e5, 2e5, 6e5
"""KPIs and times of a day; a task in a plan with hindsight; a trained policy; insight; a shown day; a report."""
SAMPLED_DAYS = 5
"""Test days on which orders are counted."""


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """
    A file that would be written, or a folder of them.

    Parameters
    ----------
    path
        Where.
    meaning
        What it is.
    num_bytes
        About how large.
    """

    path: Path
    meaning: str
    num_bytes: float


def planned_files(spec: ScenarioSpec, folder: Path, jobs: Sequence[Job]) -> list[PlannedFile]:
    """
    Return what a run would write.

    Parameters
    ----------
    spec
        The scenario.
    folder
        The run's.
    jobs
        What it would do.
    """
    trainings, days, plans = (sum(isinstance(job, kind) for job in jobs) for kind in (TrainJob, PlayJob, HindsightJob))
    tasks = mean_tasks(world_of(spec.model_dump_json()))
    files = [("scenario.yaml", "the scenario, every default spelt out", 8e3)]
    if trainings:
        files.append(("policy/", _count(trainings, "trained policy", "trained policies"), trainings * POLICY_BYTES))
        most = trainings * spec.training.replay_mib * 2**20
        files.append(("checkpoints/", f"while training only, up to {most / 1e6:.0f} MB", 0.0))
    if days:
        per_day = UNIT_BYTES + tasks * RECORD_BYTES[spec.report.records]
        files.append(("units/", f"{_count(days, 'day', 'days')} of a policy: KPIs, times, records", days * per_day))
        files.append(("kpis.csv, replications.csv, comparisons.csv, training.csv, timings.csv", "the tables",
                      5e3 + 400 * days))  # fmt: skip
        files.append(("columns.json", "what each column means", 3e4))
        files.append(("provenance.json", "versions, command, machine", 1e3))
    if plans:
        plan_of_days = f"the best plan known of {_count(plans, 'day', 'days')}"
        files.append(("hindsight/", plan_of_days, plans * tasks * PLAN_BYTES))
    if any(isinstance(job, InsightJob) for job in jobs):
        files.append(("insight/", "what a learned policy was seen to do on one day", INSIGHT_BYTES))
    if days and spec.report.html:
        files.append(("shown_day.json", "where vehicles were on one day", SHOWN_BYTES))
        files.append(("report.html", "the report", REPORT_BYTES))
    return [PlannedFile(folder / name, meaning, num_bytes) for name, meaning, num_bytes in files]


def check_folder(spec: ScenarioSpec, folder: Path, *, resume: bool) -> None:
    """
    Refuse a folder that the run itself would refuse.

    Parameters
    ----------
    spec
        The scenario.
    folder
        The run's.
    resume
        Whether it may exist.

    Raises
    ------
    RunFolderError
        If it exists and is not to be resumed, or holds another scenario.
    """
    RunFolder(folder).check(dump_scenario(spec), resume=resume)


def mean_tasks(world: World) -> float:
    """
    Return how many tasks a test day has, the mean of the first few.

    Parameters
    ----------
    world
        The scenario's.
    """
    number = min(world.num_test_days, SAMPLED_DAYS)
    return float(np.mean([len(world.demand.realise(DayKey(Split.TEST, day)).tasks) for day in range(number)]))


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
