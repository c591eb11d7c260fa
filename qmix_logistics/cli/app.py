"""What all commands share: the program, its options and small words."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qmix_logistics import __version__
from qmix_logistics.cli.grouped_help import SETTINGS, GroupedCommands, examples
from qmix_logistics.errors import Problem, ScenarioError

if TYPE_CHECKING:
    from qmix_logistics.scenario import ScenarioSpec

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    cls=GroupedCommands,
    context_settings=SETTINGS,
    epilog=examples(
        "qmix-logistics init my-site.yaml",
        "qmix-logistics validate my-site.yaml",
        "qmix-logistics run my-site.yaml --out runs/first",
    ),
)

SCENARIO, RUN = "Scenario", "Run"
"""Headings of options."""

ScenarioFile = Annotated[Path, typer.Argument(metavar="SCENARIO", help="A scenario in YAML.")]
RunFolders = Annotated[list[Path], typer.Argument(metavar="RUN", help="Folder of a finished run.")]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY.PATH=VALUE",
        help="Replace a value of the scenario; may be repeated.",
        rich_help_panel=SCENARIO,
    ),
]
Seed = Annotated[int | None, typer.Option(help="Root of all random numbers.", rich_help_panel=SCENARIO)]
Policies = Annotated[
    list[str] | None,
    typer.Option("--policy", metavar="NAME", help="Only this policy; may be repeated.", rich_help_panel=SCENARIO),
]
Replications = Annotated[int | None, typer.Option(help="Test days that every policy plays.", rich_help_panel=SCENARIO)]
TrainingSeeds = Annotated[
    int | None, typer.Option(help="Independent trainings of each learned policy.", rich_help_panel=SCENARIO)
]
TrainBudget = Annotated[
    str | None,
    typer.Option(
        metavar="300days|5m",
        help="Training: in days (repeatable) or computing time.",
        rich_help_panel=SCENARIO,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(help="Folder for the results; by default runs/<scenario>-<UTC time>.", rich_help_panel=RUN),
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run in --out.", rich_help_panel=RUN)]
Jobs = Annotated[int | None, typer.Option(min=1, help="Processes; by default one for each core.", rich_help_panel=RUN)]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", "-n", help="Say what would be done and written, and do nothing.", rich_help_panel=RUN),
]
FIELDS = {
    "seed": "experiment.seed",
    "replications": "experiment.replications",
    "training_seeds": "experiment.training_seeds",
    "train_budget": "training.budget",
}
"""Options that are fields of the scenario."""


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Simulate a fleet, learn a decentralised dispatch policy, compare it with an optimiser on the same days."""


def load(
    scenario: Path, sets: Sequence[str] | None, policies: Sequence[str] | None = None, **options: str | int | None
) -> ScenarioSpec:
    """
    Read a scenario with the values that the user replaces, and the policies that are asked for.

    Parameters
    ----------
    scenario
        The file.
    sets
        What follows ``--set``.
    policies
        Names; None or none: all.
    options
        What follows options that are fields of the scenario, by their names in :data:`FIELDS`; None: not given.

    Raises
    ------
    ScenarioError
        With everything that is wrong.
    """
    from qmix_logistics.scenario import load_scenario, parse_override

    overrides = [parse_override(text) for text in sets or []]
    for name, value in options.items():
        if value is not None:
            overrides.append(parse_override(f"{FIELDS[name]}={value}", f"--{name.replace('_', '-')} {value}"))
    spec = load_scenario(scenario, overrides)
    return restrict(spec, policies) if policies else spec


def restrict(spec: ScenarioSpec, names: Sequence[str]) -> ScenarioSpec:
    """
    Return the scenario with some of its policies only; learners keep their advisers.

    Parameters
    ----------
    spec
        The scenario.
    names
        Of the policies.

    Raises
    ------
    ScenarioError
        If there is no such policy.
    """
    from qmix_logistics.scenario.advisers import adviser_of, teacher_of
    from qmix_logistics.scenario.choosing import with_policies
    from qmix_logistics.scenario.messages import did_you_mean
    from qmix_logistics.scenario.policies import LearnedPolicy, policy_name

    known = {policy_name(entry): entry for entry in spec.policies}
    problems = []
    for name in names:
        if name not in known:
            near = did_you_mean(name, known)
            text = f"is no policy of this scenario; expected one of {', '.join(known)}{'.' * bool(near)}{near}"
            problems.append(Problem(f"--policy {name}", 0, 0, "", text))
        source = getattr(known.get(name), "weights_of", None)
        if source not in (None, *names):
            problems.append(Problem(f"--policy {name}", 0, 0, "", f"uses what {source} learned; add --policy {source}"))
    if problems:
        raise ScenarioError(problems)
    kept = [
        entry.model_copy(update={"adviser": adviser_of(spec, entry), "teacher": teacher_of(spec, entry)})
        if isinstance(entry, LearnedPolicy)
        else entry
        for name, entry in known.items()
        if name in names
    ]
    return with_policies(spec, kept)


def default_folder(name: str) -> Path:
    """
    Return where results go if the user does not say.

    Parameters
    ----------
    name
        Of the scenario.
    """
    return Path("runs") / f"{name}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"


def num_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
