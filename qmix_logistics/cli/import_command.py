"""``import``: scenarios from published instances, maps and shops."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qmix_logistics.cli.talk import Talk
from qmix_logistics.errors import Problem, ScenarioError


def _print_formats(is_asked: bool) -> None:
    if is_asked:
        from qmix_logistics.importers import FORMATS

        for name, entry in FORMATS.items():
            typer.echo(f"{name:<12} {entry.meaning}")
        raise typer.Exit


def import_(
    talk: Talk,
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
    from qmix_logistics.scenario.messages import did_you_mean

    if format_name not in FORMATS:
        near = did_you_mean(format_name, FORMATS)
        message = f"is no format; expected one of {', '.join(FORMATS)} (see --formats){'.' * bool(near)}{near}"
        raise ScenarioError([Problem(format_name, 0, 0, "", message)])
    options = ImportOptions(dynamism_pct, urgency_s, vehicles, orders, seed)
    imported = import_scenario(format_name, source, options)
    written = write_imported(imported, f"{source.name} ({FORMATS[format_name].meaning})", out, force=force)
    talk.say(imported.note)
    talk.answer(map(str, written), {"format": format_name, "note": imported.note, "files": list(written)})
    talk.say(f"Next: qmix-logistics validate {out}")
