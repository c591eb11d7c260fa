"""``export`` and ``agents``: what a run brought, outside the simulator."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qmix_logistics.cli.app import ScenarioFile, Sets, load
from qmix_logistics.cli.speaking import RUN_FAILED
from qmix_logistics.cli.talk import Talk
from qmix_logistics.evaluation.export_format import ExportFormat

SHOWN = ("total_cost", "orders_in", "orders_done", "on_time_pct", "lead_time_mean_s", "distance_km", "mask_violations")


def export(
    talk: Talk,
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished run.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="The new folder.")],
    kind: Annotated[
        ExportFormat,
        typer.Option(
            "--format",
            help="A trained policy to deploy; or results: an event log, a map with tracks, data for marl-eval, "
            "tables and records as Parquet, figures as SVG.",
        ),
    ] = ExportFormat.POLICY,
    policy: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which policy; by default the one that learned, or all.")
    ] = None,
    training_seed: Annotated[
        int | None, typer.Option(min=0, help="Which training; by default the best on the validation days, or all.")
    ] = None,
    day: Annotated[int | None, typer.Option(min=0, help="Only this test day; by default all.")] = None,
) -> None:
    """Pack a trained policy for use on vehicles, or write the results of a run in another format."""
    from qmix_logistics.composition.exporting import Selection, export_run

    folder = export_run(run, out, kind, Selection(policy, training_seed, day))
    files = [path for path in folder.rglob("*") if path.is_file()]
    shown = sorted({path.relative_to(folder).parts[0] for path in files})
    size_mb = sum(path.stat().st_size for path in files) / 1e6
    text = f"{folder}: {', '.join(shown)} ({len(files)} file{'s' * (len(files) > 1)}, {size_mb:.1f} MB)"
    talk.answer([text], {"folder": folder, "files": sorted(str(path.relative_to(folder)) for path in files)})


def agents(
    talk: Talk,
    scenario: ScenarioFile,
    policy_file: Annotated[Path, typer.Option(metavar="DIR", help="An exported policy.")],
    day: Annotated[int, typer.Option(min=0, help="Which test day.")] = 0,
    lose: Annotated[int, typer.Option(min=0, help="Kill the processes of so many vehicles.")] = 0,
    lose_at_s: Annotated[float, typer.Option(min=0, help="When, in seconds of the simulated day.")] = 1800.0,
    sets: Sets = None,
) -> None:
    """Play a test day with a process for each vehicle, connected to the order board by ZeroMQ on this machine."""
    from qmix_logistics.composition.deploying import deploy

    found = deploy(load(scenario, sets), policy_file, day, lose, lose_at_s)
    if found.lost:
        talk.say(f"killed after {lose_at_s:g} s: {', '.join(found.lost)}")
    lines = [f"{'kpi':<20} {'in one process':>16} {'as processes':>16}"]
    for name in SHOWN:
        figures = ("-" if value is None else f"{value:.6g}" for value in (found.inside[name], found.processes[name]))
        lines.append(f"{name:<20} " + " ".join(f"{figure:>16}" for figure in figures))
    is_same = found.inside == found.processes
    if not found.lost:
        lines.append(f"all {len(found.inside)} KPIs are {'the same' if is_same else 'NOT the same'}")
    values = {"lost": found.lost, "in_one_process": found.inside, "as_processes": found.processes, "is_same": is_same}
    talk.answer(lines, values)
    if not (found.lost or is_same):
        raise typer.Exit(RUN_FAILED)
