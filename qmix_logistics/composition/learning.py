"""Learning in environments that are not ours: trainings, curves, and what they say."""

from __future__ import annotations

import csv
import dataclasses
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qmix_logistics.composition.planning import PlannedFile
from qmix_logistics.errors import TeamError
from qmix_logistics.evaluation.jobs import Job, Progress, Report, run_jobs
from qmix_logistics.evaluation.run_folder import committed, write_atomically, write_json
from qmix_logistics.evaluation.team_curves import TeamAlert, TeamCurves, find_alerts, summarise
from qmix_logistics.scenario.policies import Algorithm
from qmix_logistics.scenario.team_training import TeamTraining

PLAN, CURVE, CHECKPOINT = "learn.json", "curve.csv", "checkpoint.safetensors"


@dataclass(frozen=True, slots=True)
class LearningPlan:
    """
    What is learned: all that decides the result.

    Parameters
    ----------
    environment
        Its name, ``family:name``.
    options
        Keyword arguments of the environment's own maker.
    algorithms
        Which are compared.
    num_seeds
        Trainings of each.
    training
        Settings.
    """

    environment: str
    options: Mapping[str, Any]
    algorithms: tuple[Algorithm, ...]
    num_seeds: int
    training: TeamTraining

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "environment": self.environment,
            "options": dict(self.options),
            "algorithms": list(self.algorithms),
            "num_seeds": self.num_seeds,
            "training": self.training.model_dump(mode="json"),
        }


@dataclass(frozen=True, slots=True)
class TeamJob(Job):
    """
    Train one team; see ``Job``.

    Parameters
    ----------
    environment, options, algorithm, training
        As in ``LearningPlan``.
    seed
        Which training, from 1.
    folder
        Where all trainings are.
    """

    environment: str
    options: str
    algorithm: Algorithm
    training: TeamTraining
    seed: int
    folder: Path

    @property
    def name(self) -> str:
        """Name of the training, and of its folder."""
        return f"{self.algorithm}-{self.seed}"

    @property
    def stage(self) -> str:
        """The algorithm."""
        return self.algorithm

    @property
    def subject(self) -> str:
        """The training."""
        return self.name

    @property
    def size(self) -> float:
        """The budget."""
        return float(self.training.steps)

    @property
    def counted_in(self) -> str:
        """Steps of the environment."""
        return "steps"

    def is_done(self) -> bool:
        """Return whether the training is finished."""
        return self._place.exists()

    def run(self, report: Report) -> None:
        """Train, from the last checkpoint if there is one; see ``Job``."""
        from qmix_logistics.environment.outside.registry import make_environments
        from qmix_logistics.learning.episodes.team_policy import save_team
        from qmix_logistics.learning.episodes.trainer import TeamTrainer, train_team

        cpu_s = time.process_time()
        training, options = self.training, json.loads(self.options)
        trainer = TeamTrainer(
            make_environments(self.environment, training.envs, options),
            make_environments(self.environment, training.evaluation_episodes, options),
            self.algorithm,
            training,
            self.seed,
        )
        checkpoint = self._place.with_name(f"{self.name}-{CHECKPOINT}")
        train_team(trainer, checkpoint, report)
        with committed(self._place) as unfinished:
            _write(unfinished / CURVE, [dataclasses.asdict(point) for point in trainer.curve])
            _write(
                unfinished / "timings.csv", [{"training_s": trainer.training_s, "cpu_s": time.process_time() - cpu_s}]
            )
            about = {"environment": self.environment, "options": options, "algorithm": self.algorithm}
            save_team(trainer.agents, trainer.spec, training, unfinished, about)
        checkpoint.unlink(missing_ok=True)

    @property
    def _place(self) -> Path:
        return self.folder / "trainings" / self.name


def plan_jobs(plan: LearningPlan, folder: Path) -> list[Job]:
    """
    Return the trainings, the first of every algorithm before the second of any.

    Parameters
    ----------
    plan
        What is learned.
    folder
        Where to.
    """
    options = json.dumps(dict(plan.options))
    return [
        TeamJob(plan.environment, options, algorithm, plan.training, seed, folder)
        for seed in range(1, plan.num_seeds + 1)
        for algorithm in plan.algorithms
    ]


def check(plan: LearningPlan, folder: Path, *, resume: bool) -> None:
    """
    Refuse an environment or a folder that learning could not use, and write nothing.

    Parameters
    ----------
    plan
        What is learned.
    folder
        Where to.
    resume
        Whether it may exist; more seeds and algorithms may come, other settings may not.

    Raises
    ------
    TeamError
        If the environment is unknown, or the folder is used and not to be resumed, or holds other trainings.
    """
    from qmix_logistics.environment.outside.registry import make_environments

    make_environments(plan.environment, 1, plan.options)
    if folder.exists() and any(folder.iterdir()):
        if not resume:
            raise TeamError(f"{folder} exists; add --resume to go on with it, or name another with --out")
        place, wanted = folder / PLAN, plan.as_json()
        kept = json.loads(place.read_text(encoding="utf-8")) if place.exists() else {}
        fixed = ("environment", "options", "training")
        different = [name for name in fixed if kept.get(name) != wanted[name]]
        if different:
            raise TeamError(f"{folder} holds trainings with another {', another '.join(different)}; name another --out")


def learn(
    plan: LearningPlan, folder: Path, *, resume: bool, num_workers: int, on_progress: Callable[[Progress], None]
) -> tuple[TeamCurves, tuple[TeamAlert, ...]]:
    """
    Train all teams, and write curves, their summary and a figure.

    Parameters
    ----------
    plan
        What is learned.
    folder
        Where to.
    resume
        Whether the folder may hold an unfinished or a smaller plan of the same settings.
    num_workers
        Processes.
    on_progress
        Told how trainings stand.

    Returns
    -------
    The curves and their summary, and what limits them.
    """
    check(plan, folder, resume=resume)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / PLAN, plan.as_json())
    run_jobs(plan_jobs(plan, folder), num_workers, on_progress)
    curves = summarise(
        {
            (algorithm, seed): folder / "trainings" / f"{algorithm}-{seed}" / CURVE
            for algorithm in plan.algorithms
            for seed in range(1, plan.num_seeds + 1)
        }
    )
    curves.points.to_csv(folder / "curves.csv", index=False, lineterminator="\n")
    curves.summary.to_csv(folder / "summary.csv", index=False, lineterminator="\n")
    _draw(plan, curves, folder)
    return curves, find_alerts(curves)


def planned_files(plan: LearningPlan, folder: Path) -> list[PlannedFile]:
    """
    Return what learning would write.

    Parameters
    ----------
    plan
        What is learned.
    folder
        Where to.
    """
    number = plan.num_seeds * len(plan.algorithms)
    files = [
        (PLAN, "the settings", 1e3),
        ("trainings/", f"curve and weights of {number} trainings", number * 5e5),
        ("curves.csv, summary.csv, curves.svg", "the curves, and their mean over trainings", 1e5),
    ]
    return [PlannedFile(folder / name, meaning, num_bytes) for name, meaning, num_bytes in files]


def final_lines(curves: TeamCurves) -> list[str]:
    """
    Return what came out, a line for each algorithm.

    Parameters
    ----------
    curves
        The curves.
    """
    lines = []
    for algorithm, group in curves.summary.groupby("algorithm", sort=False):
        last: Mapping[Any, Any] = group.iloc[-1].to_dict()
        seeds = int(last["num_seeds"])
        interval = f" [{last['ci_low']:.3f}, {last['ci_high']:.3f}]" if seeds > 1 else ""
        metric = f", metric {last['metric_mean']:.2f}" if last["metric_mean"] else ""
        trainings = f"{seeds} training{'s' * (seeds > 1)}"
        lines.append(
            f"{algorithm:<11} {last['steps']:>9,} steps  return {last['iqm']:.3f}{interval}  "
            f"median {last['median']:.3f} of {trainings}{metric}"
        )
    return lines


def _draw(plan: LearningPlan, curves: TeamCurves, folder: Path) -> None:
    from qmix_logistics_reports.figures.team_figure import team_figure

    write_atomically(folder / "curves.svg", team_figure(curves, plan.environment))


def _write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
