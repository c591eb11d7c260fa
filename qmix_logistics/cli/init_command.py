"""``init``: a scenario to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qmix_logistics.cli.talk import Talk
from qmix_logistics.errors import Problem, ScenarioError


def _print_templates(is_asked: bool) -> None:
    if is_asked:
        from qmix_logistics.scenario.templates import TEMPLATES

        for name, template in TEMPLATES.items():
            typer.echo(f"{name:<12} {template.meaning}")
        raise typer.Exit


def init(
    talk: Talk,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="The scenario to write; by default TEMPLATE.yaml.")
    ] = None,
    template: Annotated[
        str, typer.Option("--template", "-t", metavar="NAME", help="What to begin with; see --list.")
    ] = "warehouse",
    list_templates: Annotated[
        bool, typer.Option("--list", help="List the templates and stop.", is_eager=True, callback=_print_templates)
    ] = False,
) -> None:
    """
    Write a scenario to begin with: every field that it has is explained in it.

    The schema for editors is written beside it, so that they complete, explain and check what you write. Files that
    exist are left as they are.
    """
    from qmix_logistics.composition.beginning import begin
    from qmix_logistics.scenario.messages import did_you_mean
    from qmix_logistics.scenario.templates import TEMPLATES

    if template not in TEMPLATES:
        message = f"is no template; expected one of {', '.join(TEMPLATES)}."
        near = did_you_mean(template, TEMPLATES)
        raise ScenarioError([Problem(f"--template {template}", 0, 0, "", message + near)])
    path = file or Path(f"{template}.yaml")
    path = path / f"{template}.yaml" if path.is_dir() else path
    written = begin(template, path if path.suffix else path.with_suffix(".yaml"))
    talk.answer(map(str, written), {"template": template, "files": written})
    talk.say(f"Next: qmix-logistics validate {written[0]}")
