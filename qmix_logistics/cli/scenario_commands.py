"""``validate`` and ``policies``: what a scenario says, and may say."""

from __future__ import annotations

import typer

from qmix_logistics.cli.app import ScenarioFile, Sets, load


def validate(scenario: ScenarioFile, sets: Sets = None) -> None:
    """Check a scenario, and report everything that is wrong with it."""
    spec = load(scenario, sets, {})
    vehicles = sum(vehicle_class.count for vehicle_class in spec.fleet)
    typer.echo(f"{scenario}: {spec.name} is sound: {vehicles} vehicles, {len(spec.policies)} policies")


def policies() -> None:
    """List the kinds of policies that a scenario may name."""
    from qmix_logistics.scenario.catalogue import policy_catalogue

    for kinds, meaning in policy_catalogue():
        typer.echo(f"{kinds}\n    {meaning}")
