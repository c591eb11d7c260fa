"""``run``: train, play, compare."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qmix_logistics.cli.app import (
    DryRun,
    Jobs,
    Out,
    Policies,
    Replications,
    Resume,
    ScenarioFile,
    Seed,
    Sets,
    TrainBudget,
    TrainingSeeds,
    default_folder,
    load,
    num_cores,
)
from qmix_logistics.cli.talk import Talk
from qmix_logistics.evaluation.mirrors import MirrorName

if TYPE_CHECKING:
    from qmix_logistics.evaluation.result import ExperimentResult
    from qmix_logistics.scenario import ScenarioSpec


def run(
    talk: Talk,
    scenario: ScenarioFile,
    out: Out = None,
    resume: Resume = False,
    jobs: Jobs = None,
    dry_run: DryRun = False,
    sets: Sets = None,
    seed: Seed = None,
    policy: Policies = None,
    replications: Replications = None,
    training_seeds: TrainingSeeds = None,
    train_budget: TrainBudget = None,
    mirror: Annotated[
        list[MirrorName] | None,
        typer.Option(help="Show curves and KPIs there, too; may be repeated. A mirror never stops a run."),
    ] = None,
) -> None:
    """
    Train, play the same test days with every policy, and write CSV files and a report.

    An interrupted run goes on with --resume; its result is the same as without the interruption, whatever --jobs is.
    """
    spec = load(
        scenario,
        sets,
        policy,
        seed=seed,
        replications=replications,
        training_seeds=training_seeds,
        train_budget=train_budget,
    )
    folder = out or default_folder(spec.name)
    run_scenario(talk, spec, folder, resume=resume, jobs=jobs, dry_run=dry_run, mirrors=mirror or ())


def run_scenario(
    talk: Talk,
    spec: ScenarioSpec,
    folder: Path,
    *,
    resume: bool,
    jobs: int | None,
    dry_run: bool,
    mirrors: Sequence[MirrorName] = (),
) -> None:
    """
    Run an experiment, and say how it came out.

    Parameters
    ----------
    talk
        Where to.
    spec
        The scenario.
    folder
        Where results go.
    resume
        Whether the folder may hold an unfinished run.
    jobs
        Processes; None: one for each core.
    dry_run
        Whether only to say what would be done.
    mirrors
        Where else to show curves and KPIs.
    """
    from qmix_logistics import composition

    workers = jobs or num_cores()
    if dry_run:
        _say_plan(talk, spec, folder, resume=resume, workers=workers)
        return
    from qmix_logistics.cli.progress import shown_progress

    talk.folder = folder
    planned = composition.plan(spec, folder)
    talk.detail(f"{spec.name}: {len(planned)} jobs on {workers} processes, seed {spec.experiment.seed}, into {folder}")
    with shown_progress(planned, talk) as on_progress:
        result = composition.run_experiment(
            spec,
            folder,
            resume=resume,
            num_workers=workers,
            on_progress=on_progress,
            command=["qmix-logistics", *sys.argv[1:]],
            mirrors=mirrors,
            on_warning=lambda text: talk.warn(f"warning: {text}"),
        )
    _answer(talk, result, folder)


def _say_plan(talk: Talk, spec: ScenarioSpec, folder: Path, *, resume: bool, workers: int) -> None:
    from qmix_logistics import composition
    from qmix_logistics.cli.planned import answer_plan
    from qmix_logistics.composition.planning import check_folder, planned_files

    check_folder(spec, folder, resume=resume)
    jobs = composition.plan(spec, folder)
    precision = spec.experiment.precision_pct
    note = "" if precision is None else f"then more days, until differences are known to {precision:g} %"
    what = f"run {spec.name} on {workers} processes, seed {spec.experiment.seed}"
    answer_plan(talk, what, folder, jobs, planned_files(spec, folder, jobs), note)


def _answer(talk: Talk, result: ExperimentResult, folder: Path) -> None:
    from qmix_logistics_reports.verdict import verdict_sentence

    verdict, report = verdict_sentence(result), folder / "report.html" if result.scenario.report.html else None
    if not (talk.is_quiet or talk.as_json):
        from qmix_logistics.cli.tables import print_scoreboard
        from qmix_logistics_reports.scoreboard import scoreboard

        print_scoreboard(scoreboard(result), result.reference)
    for alert in result.alerts:
        talk.warn(f"{alert.severity.value}: {alert.text} {alert.remedy}")
    values: dict[str, Any] = {
        "folder": folder,
        "report": report,
        "reference": result.reference,
        "verdict": verdict,
        "alerts": [{"severity": a.severity.value, "text": a.text, "remedy": a.remedy} for a in result.alerts],
        "kpis": result.kpis.to_dict("records"),
    }
    talk.answer([verdict, str(report or folder)], values)
