"""``learn``: teams in environments of others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qmix_logistics.cli.app import INTERRUPTED, num_cores, resume_line


def _print_families(is_asked: bool) -> None:
    if is_asked:
        from qmix_logistics.environment.outside.registry import FAMILIES

        for name, family in FAMILIES.items():
            extra = f'; needs pip install "qmix-logistics[{family.extra}]"' if family.extra else ""
            typer.echo(f"{name:<12} {family.meaning}{extra}")
        raise typer.Exit


def learn(
    environment: Annotated[str, typer.Argument(metavar="ENV", help="FAMILY:NAME; --families lists them.")],
    out: Annotated[Path, typer.Option(help="Folder for curves and teams.")],
    algorithm: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Such as qmix (default); may be repeated.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Independent trainings of each algorithm.")] = 1,
    steps: Annotated[
        str | None, typer.Option(metavar="1M", help="Steps of the environment; k and M are allowed.")
    ] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Replace a setting of the training; may be repeated."),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="Pass a value to the environment's maker; may be repeated."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the trainings in --out, or add some.")] = False,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; by default one for each core.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
    families: Annotated[
        bool, typer.Option("--families", help="List the families and stop.", is_eager=True, callback=_print_families)
    ] = False,
) -> None:
    """Learn a game, or a team in an environment of others (PettingZoo, Gymnasium, SMAC, SMAX), and draw the curves."""
    from qmix_logistics.cli.learning_options import learning_plan
    from qmix_logistics.cli.progress import shown_progress
    from qmix_logistics.composition import learning

    plan = learning_plan(environment, algorithm or ["qmix"], seeds, steps, sets or [], option or [])
    try:
        with shown_progress(learning.plan_jobs(plan, out), quiet=quiet) as on_progress:
            curves, alerts = learning.learn(
                plan, out, resume=resume, num_workers=jobs or num_cores(), on_progress=on_progress
            )
    except KeyboardInterrupt:
        typer.echo(f"\nInterrupted. What was finished is kept; go on with\n  {resume_line(out)}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    for line in learning.final_lines(curves):
        typer.echo(line)
    for alert in alerts:
        typer.echo(f"warning: {alert.text} {alert.remedy}", err=True)
    typer.echo(out / "curves.svg")
