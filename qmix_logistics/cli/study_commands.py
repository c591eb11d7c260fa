"""``tune`` and ``sweep``: many runs for one answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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


def tune(
    scenario: ScenarioFile,
    target: Annotated[Path, typer.Option("-o", "--output", help="The tuned scenario to write.")],
    days: Annotated[
        int | None, typer.Option(min=4, help="Training days that each baseline may play; by default the learner's.")
    ] = None,
    out: Out = None,
    resume: Resume = False,
    jobs: Jobs = None,
    policy: Policies = None,
    sets: Sets = None,
    quiet: Quiet = False,
) -> None:
    """Choose the settings of the baselines on training days, with the budget that the learner gets."""
    from qmix_logistics.cli.progress import shown_progress
    from qmix_logistics.composition import tuning

    spec = load(scenario, sets, {})
    folder, budget = out or default_folder(f"{spec.name}-tuning"), days or tuning.budget_days(spec)
    tried = restrict(spec, policy) if policy else spec
    try:
        with shown_progress(tuning.plan_trials(tried, folder, budget), quiet=quiet) as on_progress:
            tuned = tuning.tune(
                tried, folder, budget, resume=resume, num_workers=jobs or num_cores(), on_progress=on_progress
            )
    except KeyboardInterrupt:
        typer.echo(f"\nInterrupted. What was finished is kept; go on with\n  {resume_line(folder)}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    tuning.write_tuned(tuning.with_tuned(spec, tuned, budget), target)
    for line in tuning.lines_of(spec, tuned):
        typer.echo(line)
    typer.echo(f"{folder / 'tuning.csv'}\n{target}")


def sweep(
    scenario: ScenarioFile,
    grid: Annotated[
        list[str],
        typer.Option(metavar="KEY.PATH=VALUES", help="4..12, 4..12:2 or a,b,c; may be repeated: all combinations."),
    ],
    target: Annotated[
        str | None, typer.Option(metavar="KPI>=VALUE", help="Say the first point of the grid that meets it.")
    ] = None,
    out: Out = None,
    resume: Resume = False,
    jobs: Jobs = None,
    policy: Policies = None,
    replications: Annotated[int | None, typer.Option(help="Test days that every policy plays.")] = None,
    sets: Sets = None,
    quiet: Quiet = False,
) -> None:
    """Run a scenario at every point of a grid, such as fleet sizes, and draw cost and service."""
    from qmix_logistics.cli.sweep_options import grid_of, target_of
    from qmix_logistics.composition import sweeping

    axes, goal = grid_of(grid), target_of(target) if target else None
    fixed = ["experiment.hindsight_moves=0", *(sets or [])]
    options = {"experiment.replications": ("--replications", replications)}
    specs = {}
    for point in sweeping.points_of(axes):
        spec = load(scenario, [*fixed, *(f"{key}={value}" for key, value in point)], options)
        specs[point] = restrict(spec, policy) if policy else spec
    folder = out or default_folder(f"{load(scenario, fixed, options).name}-sweep")
    try:
        found = sweeping.sweep(
            specs, folder, goal, resume=resume, num_workers=jobs or num_cores(), on_point=None if quiet else _say
        )
    except KeyboardInterrupt:
        typer.echo(f"\nInterrupted. What was finished is kept; go on with\n  {resume_line(folder)}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    for line in found.lines:
        typer.echo(line)
    typer.echo(f"{folder / 'sweep.csv'}\n{folder / 'sweep.html'}")


def _say(text: str) -> None:
    typer.echo(text, err=True)
