"""The command line: data on standard output, everything else on standard error."""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qmix_logistics import __version__
from qmix_logistics.errors import JobError, Problem, QmixLogisticsError, ScenarioError

if TYPE_CHECKING:
    from qmix_logistics.evaluation.result import ExperimentResult
    from qmix_logistics.scenario import ScenarioSpec

USAGE_ERROR, RUN_FAILED, INTERRUPTED = 2, 1, 130
"""Exit statuses."""

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)

ScenarioFile = Annotated[Path, typer.Argument(metavar="SCENARIO", help="A scenario in YAML.")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY.PATH=VALUE", help="Replace a value of the scenario; may be repeated."),
]


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(__version__)
        raise typer.Exit


def _print_formats(is_asked: bool) -> None:
    if is_asked:
        from qmix_logistics.importers import FORMATS

        for name, entry in FORMATS.items():
            typer.echo(f"{name:<12} {entry.meaning}")
        raise typer.Exit


def _print_families(is_asked: bool) -> None:
    if is_asked:
        from qmix_logistics.environment.outside.registry import FAMILIES

        for name, family in FAMILIES.items():
            extra = f'; needs pip install "qmix-logistics[{family.extra}]"' if family.extra else ""
            typer.echo(f"{name:<12} {family.meaning}{extra}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Simulate a fleet, learn a decentralised dispatch policy, compare it with an optimiser on the same days."""


@app.command(epilog="Example: qmix-logistics run scenarios/warehouse-peak.yaml --training-seeds 3 --out runs/peak")
def run(
    scenario: ScenarioFile,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results; by default runs/<scenario>-<UTC time>.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run in --out.")] = False,
    seed: Annotated[int | None, typer.Option(help="Root of all random numbers.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; by default one for each core.")] = None,
    sets: Sets = None,
    policy: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Compare only this policy; may be repeated.")
    ] = None,
    replications: Annotated[int | None, typer.Option(help="Test days that every policy plays.")] = None,
    training_seeds: Annotated[int | None, typer.Option(help="Independent trainings of each learned policy.")] = None,
    train_budget: Annotated[
        str | None, typer.Option(metavar="300days|5m", help="Training: in days (repeatable) or computing time.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Train, play the same test days with every policy, and write CSV files and a report."""
    options = {
        "experiment.seed": ("--seed", seed),
        "experiment.replications": ("--replications", replications),
        "experiment.training_seeds": ("--training-seeds", training_seeds),
        "training.budget": ("--train-budget", train_budget),
    }
    spec = _load(scenario, sets, options)
    spec = _restrict(spec, policy) if policy else spec
    folder = out or _default_folder(spec.name)
    from qmix_logistics import composition
    from qmix_logistics.progress import shown_progress

    try:
        with shown_progress(composition.plan(spec, folder), quiet=quiet) as on_progress:
            result = composition.run_experiment(
                spec,
                folder,
                resume=resume,
                num_workers=jobs or _num_cores(),
                on_progress=on_progress,
                command=["qmix-logistics", *sys.argv[1:]],
            )
    except KeyboardInterrupt:
        typer.echo(f"\nInterrupted. What was finished is kept; go on with\n  {_resume_line(folder)}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    _print_result(result, folder, as_json=as_json, quiet=quiet)


@app.command(epilog="Example: qmix-logistics validate scenarios/quickstart.yaml")
def validate(scenario: ScenarioFile, sets: Sets = None) -> None:
    """Check a scenario, and report everything that is wrong with it."""
    spec = _load(scenario, sets, {})
    vehicles = sum(vehicle_class.count for vehicle_class in spec.fleet)
    typer.echo(f"{scenario}: {spec.name} is sound: {vehicles} vehicles, {len(spec.policies)} policies")


@app.command(
    name="import",
    epilog="Examples: qmix-logistics import solomon C101.txt -o c101.yaml --dynamism-pct 50   "
    "qmix-logistics import road munich/ -o munich.yaml --vehicles 100 --orders 2000",
)
def import_(
    format_name: Annotated[str, typer.Argument(metavar="FORMAT", help="One of those listed by --formats.")],
    source: Annotated[Path, typer.Argument(metavar="PATH", help="The file or folder.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The scenario to write; other files go beside it.")],
    vehicles: Annotated[int | None, typer.Option(min=1, help="Fleet; by default what the source says.")] = None,
    orders: Annotated[int | None, typer.Option(min=1, help="Orders to take or draw; by default all.")] = None,
    dynamism_pct: Annotated[
        float, typer.Option(min=0, max=100, help="Share of orders that are not known at the start.")
    ] = 0.0,
    urgency_s: Annotated[
        float | None, typer.Option(min=0, help="Seconds between an order's reveal and the last moment to set out.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="For all that is drawn.")] = 1,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
    formats: Annotated[
        bool, typer.Option("--formats", help="List the formats and stop.", is_eager=True, callback=_print_formats)
    ] = False,
) -> None:
    """Make a scenario of a published instance, a map, a road network or a shop's order lines."""
    from qmix_logistics.importers import FORMATS, ImportOptions, import_scenario
    from qmix_logistics.importers.writing import write_imported

    if format_name not in FORMATS:
        raise ScenarioError(
            [Problem(format_name, 0, 0, "", f"is no format; expected one of {', '.join(FORMATS)} (see --formats)")]
        )
    options = ImportOptions(dynamism_pct, urgency_s, vehicles, orders, seed)
    imported = import_scenario(format_name, source, options)
    written = write_imported(imported, f"{source.name} ({FORMATS[format_name].meaning})", out, force=force)
    typer.echo(imported.note, err=True)
    for path in written:
        typer.echo(path)


@app.command(
    epilog="Examples: qmix-logistics learn game:matrix-2 --algorithm qplex --steps 20k --out runs/game   "
    "qmix-logistics learn lbforaging:Foraging-8x8-2p-2f-coop-v3 --seeds 5 --steps 1M --set reward_scale=20 "
    "--out runs/foraging"
)
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
    from qmix_logistics.composition import learning
    from qmix_logistics.learning_options import learning_plan
    from qmix_logistics.progress import shown_progress

    plan = learning_plan(environment, algorithm or ["qmix"], seeds, steps, sets or [], option or [])
    try:
        with shown_progress(learning.plan_jobs(plan, out), quiet=quiet) as on_progress:
            curves, alerts = learning.learn(
                plan, out, resume=resume, num_workers=jobs or _num_cores(), on_progress=on_progress
            )
    except KeyboardInterrupt:
        typer.echo(f"\nInterrupted. What was finished is kept; go on with\n  {_resume_line(out)}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    for line in learning.final_lines(curves):
        typer.echo(line)
    for alert in alerts:
        typer.echo(f"warning: {alert.text} {alert.remedy}", err=True)
    typer.echo(out / "curves.svg")


@app.command()
def policies() -> None:
    """List the kinds of policies that a scenario may name."""
    from qmix_logistics.scenario.catalogue import policy_catalogue

    for kinds, meaning in policy_catalogue():
        typer.echo(f"{kinds}\n    {meaning}")


def main() -> None:
    """Run the command line; print errors that a user can mend without a traceback."""
    try:
        app()
    except ScenarioError as error:
        number = len(error.problems)
        typer.echo(f"{error}\n\n{number} error{'s' if number > 1 else ''}. Nothing was run.", err=True)
        sys.exit(USAGE_ERROR)
    except JobError as error:
        typer.echo(str(error), err=True)
        sys.exit(RUN_FAILED)
    except QmixLogisticsError as error:
        typer.echo(str(error), err=True)
        sys.exit(USAGE_ERROR)


def _load(scenario: Path, sets: Sequence[str] | None, options: Mapping[str, tuple[str, Any]]) -> ScenarioSpec:
    from qmix_logistics.scenario import load_scenario, parse_override

    overrides = [parse_override(text) for text in sets or []]
    for path, (option, value) in options.items():
        if value is not None:
            overrides.append(parse_override(f"{path}={value}", f"{option} {value}"))
    return load_scenario(scenario, overrides)


def _restrict(spec: ScenarioSpec, names: Sequence[str]) -> ScenarioSpec:
    """Return the scenario with some of its policies only."""
    from qmix_logistics.scenario.policies import policy_name

    known = {policy_name(entry): entry for entry in spec.policies}
    problems = [
        Problem(f"--policy {name}", 0, 0, "", f"is no policy of this scenario; expected one of {', '.join(known)}")
        for name in names
        if name not in known
    ]
    if problems:
        raise ScenarioError(problems)
    reference = spec.experiment.reference if spec.experiment.reference in names else None
    experiment = spec.experiment.model_copy(update={"reference": reference})
    kept = tuple(entry for name, entry in known.items() if name in names)
    return spec.model_copy(update={"policies": kept, "experiment": experiment})


def _default_folder(name: str) -> Path:
    return Path("runs") / f"{name}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"


def _num_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _resume_line(folder: Path) -> str:
    words = ["qmix-logistics", *sys.argv[1:]]
    if not any(word == "--out" or word.startswith("--out=") for word in words):
        words += ["--out", str(folder)]
    return shlex.join(words if "--resume" in words else [*words, "--resume"])


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
        from qmix_logistics.progress import print_scoreboard

        print_scoreboard(rows, result.reference)
    for alert in result.alerts:
        typer.echo(f"{alert.severity.value}: {alert.text} {alert.remedy}", err=True)
    typer.echo(f"{verdict}\n{report or folder}")
