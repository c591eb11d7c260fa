"""``schema``: what editors need to help with scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qmix_logistics.cli.talk import Talk


def schema(
    talk: Talk,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write it there instead; replaces the file.")
    ] = None,
) -> None:
    """
    Print the JSON schema of scenarios: every field with its meaning, unit, default and examples.

    Editors that speak the YAML language server use the schema that the first line of a scenario names.
    """
    from qmix_logistics.scenario.templates import MODELINE, schema_text

    if output is None:
        typer.echo(schema_text(), nl=False)
        return
    from qmix_logistics.evaluation.run_folder import write_atomically

    write_atomically(output, schema_text())
    talk.answer([str(output)], {"schema": output})
    talk.say(f"First line of a scenario beside it: {MODELINE}{output.name}")
