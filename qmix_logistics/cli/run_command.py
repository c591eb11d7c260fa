"""``run``: train, play, compare."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qmix_logistics.cli.app import (
    INTERRUPTED,
    Jobs,
    Out,
    Policies,
    Quiet,
    Resume,
    ScenarioFile,
    Sets,
    default_folder,
    load,
    num_cores,
    restrict,
    resume_line,
)
from qmix_logistics.evaluation.mirrors import MirrorName

if TYPE_CHECKING:
    from qmix_logistics.evaluation.result import ExperimentResult


def run(
    scenario: ScenarioFile,
    out: Out = None,
    resume: Resume = False,
    seed: Annotated[int | None, typer.Option(help="Root of all random numbers.")] = None,
    jobs: Jobs = None,
    sets: Sets = None,
    policy: Policies = None,
    replications: Annotated[int | None, typer.Option(help="Test days that every policy plays.")] = None,
    training_seeds: Annotated[int | None, typer.Option(help="Independent trainings of each learned policy.")] = None,
    train_budget: Annotated[
        str | None, typer.Option(metavar="300days|5m", help="Training: in days (repeatable) or computing time.")
    ] = None,
    mirror: Annotated[
        list[MirrorName] | None,
        typer.Option(help="Show curves and KPIs there, too; may be repeated. A mirror never stops a run."),
    ] = None,
    quiet: Quiet = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Train, play the same test days with every policy, and write CSV files and a report."""
    options = {
        "experiment.seed": ("--seed", seed),
        "experiment.replications": ("--replications", replications),
        "experiment.training_seeds": ("--training-seeds", training_seeds),
        "training.budget": ("--train-budget", train_budget),
    }
    spec = load(scenario, sets, options)
    spec = restrict(spec, policy) if policy else spec
    folder = out or default_folder(spec.name)
    from qmix_logistics import composition
    from qmix_logistics.cli.progress import shown_progress

    try:
        with shown_progress(composition.plan(spec, folder), quiet=quiet) as on_progress:
            result = composition.run_experiment(
                spec,
                folder,
                resume=resume,
                num_workers=jobs or num_cores(),
                on_progress=on_progress,
                command=["qmix-logistics", *sys.argv[1:]],
                mirrors=mirror or (),
                on_warning=lambda text: typer.echo(f"warning: {text}", err=True),
            )
    except KeyboardInterrupt:
        typer.echo(f"\nInterrupted. What was finished is kept; go on with\n  {resume_line(folder)}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    _print_result(result, folder, as_json=as_json, quiet=quiet)


def _print_result(result: ExperimentResult, folder: Path, *, as_json: bool, quiet: bool) -> None:
    from qmix_logistics_reports.scoreboard import scoreboard
    from qmix_logistics_reports.verdict import verdict_sentence

    rows, verdict = scoreboard(result), verdict_sentence(result)
    report = folder / "report.html" if result.scenario.report.html else None
    if as_json:
        kpis = result.kpis.astype(object).where(result.kpis.notna(), None).to_dict("records")
        alerts = [{"severity": a.severity.value, "text": a.text, "remedy": a.remedy} for a in result.alerts]
        place = {"folder": str(folder), "report": str(report) if report else None}
        typer.echo(
            json.dumps({**place, "reference": result.reference, "verdict": verdict, "alerts": alerts, "kpis": kpis})
        )
        return
    if not quiet:
        from qmix_logistics.cli.progress import print_scoreboard

        print_scoreboard(rows, result.reference)
    for alert in result.alerts:
        typer.echo(f"{alert.severity.value}: {alert.text} {alert.remedy}", err=True)
    typer.echo(f"{verdict}\n{report or folder}")
