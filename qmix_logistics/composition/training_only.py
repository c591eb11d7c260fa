"""The trainings of a run, without the days that it would play."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qmix_logistics.composition.experiment import plan
from qmix_logistics.composition.jobs import TrainJob
from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.evaluation.jobs import Job, Progress, run_jobs
from qmix_logistics.evaluation.run_folder import RunFolder
from qmix_logistics.scenario import ScenarioSpec, dump_scenario


@dataclass(frozen=True, slots=True)
class Trained:
    """
    A training that is finished.

    Parameters
    ----------
    name
        The policy and the number of the training.
    cost
        Mean cost of the validation days under the policy that was kept.
    folder
        Where it is.
    """

    name: str
    cost: float
    folder: Path


def plan_trainings(spec: ScenarioSpec, folder: Path) -> list[Job]:
    """
    Return the trainings of a run.

    Parameters
    ----------
    spec
        The scenario.
    folder
        The run's.

    Raises
    ------
    ScenarioError
        If no policy learns.
    """
    jobs: list[Job] = [job for job in plan(spec, folder) if isinstance(job, TrainJob)]
    if not jobs:
        message = "has no policy that learns; add one to policies, such as {kind: qmix}"
        raise ScenarioError([Problem(spec.name, 0, 0, "", message)])
    return jobs


def train_policies(
    spec: ScenarioSpec, folder: Path, *, resume: bool, num_workers: int, on_progress: Callable[[Progress], None]
) -> list[Trained]:
    """
    Train, and play no test day; ``run_experiment`` can go on in the same folder.

    Parameters
    ----------
    spec
        The scenario.
    folder
        Where to.
    resume
        Whether the folder may hold an unfinished run of this scenario.
    num_workers
        Processes.
    on_progress
        Told how trainings stand.
    """
    jobs = plan_trainings(spec, folder)
    RunFolder(folder).open(dump_scenario(spec), resume=resume)
    run_jobs(jobs, num_workers, on_progress)
    return [Trained(job.subject, job.cost() or 0.0, folder / "policy" / job.subject) for job in jobs]
