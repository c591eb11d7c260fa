"""``learn``: teams in environments of others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qmix_logistics.cli.app import RUN, DryRun, Jobs, num_cores
from qmix_logistics.cli.talk import Talk

if TYPE_CHECKING:
    from qmix_logistics.evaluation.team_curves import TeamAlert, TeamCurves


def _print_families(is_asked: bool) -> None:
    if is_asked:
        from qmix_logistics.environment.outside.registry import FAMILIES

        for name, family in FAMILIES.items():
            extra = f'; needs pip install "qmix-logistics[{family.extra}]"' if family.extra else ""
            typer.echo(f"{name:<12} {family.meaning}{extra}")
        raise typer.Exit


def learn(
    talk: Talk,
    environment: Annotated[str, typer.Argument(metavar="ENV", help="FAMILY:NAME; --families lists them.")],
    out: Annotated[Path, typer.Option(help="Folder for curves and teams.", rich_help_panel=RUN)],
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
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on with the trainings in --out, or add some.", rich_help_panel=RUN),
    ] = False,
    jobs: Jobs = None,
    dry_run: DryRun = False,
    families: Annotated[
        bool, typer.Option("--families", help="List the families and stop.", is_eager=True, callback=_print_families)
    ] = False,
) -> None:
    """
    Learn a game, or a team in an environment of others (PettingZoo, Gymnasium, SMAC, SMAX), and draw the curves.

    curves.csv has a row for each training and play without exploration, summary.csv the interquartile mean over
    trainings with its interval, curves.svg draws it; trainings/ has each team's weights.
    """
    from qmix_logistics.cli.learning_options import learning_plan
    from qmix_logistics.composition import learning

    plan = learning_plan(environment, algorithm or ["qmix"], seeds, steps, sets or [], option or [])
    planned, workers = learning.plan_jobs(plan, out), jobs or num_cores()
    if dry_run:
        from qmix_logistics.cli.planned import answer_plan

        learning.check(plan, out, resume=resume)
        what = f"learn {environment} on {workers} processes"
        answer_plan(talk, what, out, planned, learning.planned_files(plan, out))
        return
    from qmix_logistics.cli.progress import shown_progress

    talk.folder = out
    with shown_progress(planned, talk) as on_progress:
        curves, alerts = learning.learn(plan, out, resume=resume, num_workers=workers, on_progress=on_progress)
    _answer(talk, curves, alerts, out)


def _answer(talk: Talk, curves: TeamCurves, alerts: Sequence[TeamAlert], out: Path) -> None:
    from qmix_logistics.composition.learning import final_lines

    for alert in alerts:
        talk.warn(f"warning: {alert.text} {alert.remedy}")
    values = {
        "folder": out,
        "summary": curves.summary.groupby("algorithm", sort=False).tail(1).to_dict("records"),
        "alerts": [{"severity": "warning", "text": alert.text, "remedy": alert.remedy} for alert in alerts],
    }
    talk.answer([*final_lines(curves), str(out / "curves.svg")], values)
