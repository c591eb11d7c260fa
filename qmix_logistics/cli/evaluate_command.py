"""``evaluate``: policies that need no more training, on the test days of any scenario."""

from __future__ import annotations

from pathlib import Path
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
    Seed,
    Sets,
    default_folder,
    load,
)
from qmix_logistics.cli.run_command import run_scenario
from qmix_logistics.cli.talk import Talk


def evaluate(
    talk: Talk,
    scenario: ScenarioFile,
    policy_file: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="A trained policy (RUN/policy/NAME-1), one that export wrote, or a run: its best training. May be "
            "repeated.",
        ),
    ] = None,
    out: Out = None,
    resume: Resume = False,
    jobs: Jobs = None,
    dry_run: DryRun = False,
    sets: Sets = None,
    seed: Seed = None,
    policy: Policies = None,
    replications: Replications = None,
) -> None:
    """
    Play the test days of a scenario with policies that were trained before, beside its rules and optimisers.

    The scenario may be another than that of the training: what a vehicle sees is the same everywhere. Policies that
    would have to be trained are left out.
    """
    from qmix_logistics.composition.evaluating import with_trained

    spec = load(scenario, sets, policy, seed=seed, replications=replications)
    spec = with_trained(spec, policy_file or [])
    folder = out or default_folder(f"{spec.name}-evaluation")
    run_scenario(talk, spec, folder, resume=resume, jobs=jobs, dry_run=dry_run)
