"""``sweep``: a scenario at every point of a grid."""

from __future__ import annotations

from typing import Annotated

import typer

from qmix_logistics.cli.app import (
    DryRun,
    Jobs,
    Out,
    Policies,
    Replications,
    Resume,
    ScenarioFile,
    Sets,
    default_folder,
    load,
    num_cores,
)
from qmix_logistics.cli.talk import Talk


def sweep(
    talk: Talk,
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
    dry_run: DryRun = False,
    policy: Policies = None,
    replications: Replications = None,
    sets: Sets = None,
) -> None:
    """
    Run a scenario at every point of a grid, such as fleet sizes, and draw cost and service.

    Every point plays the same days, and is a run of its own in points/, with a report; regret is left out.
    """
    from qmix_logistics.cli.sweep_options import grid_of, target_of
    from qmix_logistics.composition import sweeping

    axes, goal = grid_of(grid), target_of(target) if target else None
    fixed = ["experiment.hindsight_moves=0", *(sets or [])]
    specs = {}
    for point in sweeping.points_of(axes):
        here = [*fixed, *(f"{key}={value}" for key, value in point)]
        specs[point] = load(scenario, here, policy, replications=replications)
    folder = out or default_folder(f"{load(scenario, fixed).name}-sweep")
    planned, workers = sweeping.plan_sweep(specs, folder), jobs or num_cores()
    if dry_run:
        from qmix_logistics.cli.planned import answer_plan

        sweeping.check(specs, folder, resume=resume)
        what = f"run {len(specs)} points on {workers} processes"
        answer_plan(talk, what, folder, planned, sweeping.planned_files(specs, folder))
        return
    from qmix_logistics.cli.progress import shown_progress

    talk.folder = folder
    with shown_progress(planned, talk, has_best=False) as on_progress:
        found = sweeping.sweep(
            specs, folder, goal, resume=resume, num_workers=workers, on_point=talk.detail, on_progress=on_progress
        )
    table, page = folder / "sweep.csv", folder / "sweep.html"
    values = {"table": table, "report": page, "answers": found.lines, "kpis": found.table.to_dict("records")}
    talk.answer([*found.lines, str(table), str(page)], values)
