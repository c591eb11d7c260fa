"""Help in which commands and options stand in groups."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from typer.core import TyperCommand, TyperGroup

Row = tuple[str, str]
WIDTH = 100
"""Help is at most so wide."""
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": WIDTH}


class GroupedCommand(TyperCommand):
    """A command whose options stand under the headings that they name."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments, then options by heading."""
        rows = [(heading_of(param), record) for param in self.get_params(ctx) if (record := shown_record(ctx, param))]
        _write(formatter, rows, ("Arguments", "Options"))


class GroupedCommands(TyperGroup):
    """A program whose commands stand under the headings that they name."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write commands by heading, each with its short help in full."""
        rows = [
            (command.rich_help_panel or "Commands", (name, command.short_help or ""))
            for name, command in self.commands.items()
            if isinstance(command, TyperCommand) and not command.hidden
        ]
        _write(formatter, rows, ())


def examples(*lines: str) -> str:
    """
    Return the end of a command's help: examples, as they are typed.

    Parameters
    ----------
    lines
        Of a shell; what does not begin with ``qmix-logistics`` goes on with the line before.
    """
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


def heading_of(param: Any) -> str:
    """
    Return the heading under which a parameter stands.

    Parameters
    ----------
    param
        An argument or option of a command.
    """
    if param.param_type_name == "argument":
        return "Arguments"
    if param.name == "help":
        return "Output"
    return getattr(param, "rich_help_panel", None) or "Options"


def shown_record(ctx: Any, param: Any) -> Row | None:
    """
    Return how a parameter is written, and its help; None if it is hidden.

    Parameters
    ----------
    ctx
        The command's.
    param
        An argument or option of it.
    """
    record = param.get_help_record(ctx)
    if record and param.param_type_name == "argument":
        return record[0].partition(" <")[0], record[1]  # its type is said in its help
    return record


def _write(formatter: Any, rows: Iterable[tuple[str, Row]], first: Sequence[str]) -> None:
    groups: dict[str, list[Row]] = {heading: [] for heading in first}
    for heading, row in rows:
        groups.setdefault(heading, []).append(row)
    for heading, members in groups.items():
        if members:
            with formatter.section(heading):
                formatter.write_dl(members)
