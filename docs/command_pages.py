"""The page of the command line, written from the help of the commands."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from json_keys import KEYS
from typer.core import TyperCommand
from typer.main import get_command

from qmix_logistics.cli import app
from qmix_logistics.cli.grouped_help import heading_of, shown_record

INTRODUCTION = """\
Results go to standard output, everything else to standard error. `qmix-logistics COMMAND --help` prints what stands
here for one command.
"""
STATUSES = (
    ("0", "done"),
    ("1", "a part of the run failed; what was finished is kept, and the command that goes on is printed"),
    ("2", "the command, a scenario or a file cannot be used"),
    ("3", "a gate failed: `compare --fail-if`"),
    ("130", "interrupted; what was finished is kept, and the command that goes on is printed"),
)
RULES = """\
## Rules that hold for all commands

- **Overrides.** `--set` takes keys and list indices separated by dots, counted from 0, and a YAML value. It may be
  repeated; later ones win. Paths inside a scenario are relative to its file, those in `--set` to the working directory.

  ```sh
  qmix-logistics run scenarios/quickstart.yaml --set fleet.0.count=4 --set "horizon.demand_s=1 h"
  qmix-logistics run scenarios/quickstart.yaml --set "policies=[{kind: nearest}, {kind: qmix}]"
  ```

- **Folders.** A folder that exists is refused without `--resume`, and with it if it holds another scenario or other
  settings. Results do not depend on `--jobs`, nor on interruptions.
- **Ctrl-C** ends a command in order; a second one kills it and its processes at once. What was finished is kept.
- **`--json`** prints one object, also where something is wrong: then it has `status`, `error` and, for scenarios,
  `problems` with path, line, column, field and message. Messages still go to standard error.
- **`--dry-run`** loads the scenario and says jobs, files and about how large they are. Nothing is written. With
  `--json` it prints `dry_run`, `what`, `folder`, `stages`, `files` and `bytes`.
- **`--log-file`** appends one JSON object a line, each with `time` and `event`: `begin`, `message`, `progress`,
  `error`, `details` (a traceback) or `end`. Progress has `stage`, `done`, `total`, `per_s`, `left_s` and `best`.
- **Progress.** On a terminal bars, otherwise a line every 10 seconds: how much of each stage is done, how fast, what
  time is left, and the lowest cost so far: in training of the validation days without exploration, in playing the mean
  of the policy's days. `NO_COLOR` and `TERM=dumb` are honoured.
- **Mistakes.** Faults of a scenario are reported all at once, with file, line, column and the line itself; unknown
  commands, options, fields, policies, indicators and templates are answered with what was probably meant. See
  [messages](errors.md).
- **A verdict against a policy** is a result, not a failure: the status is 0.
"""


def command_page(note: str) -> str:
    """
    Return the page.

    Parameters
    ----------
    note
        The comment that it begins with.
    """
    program: Any = get_command(app)
    commands = {name: command for name, command in program.commands.items() if isinstance(command, TyperCommand)}
    lines = [note, "", "# Command line", "", INTRODUCTION]
    for group in dict.fromkeys(command.rich_help_panel for command in commands.values()):
        lines += [f"**{group}**", "", "| command | |", "| --- | --- |"]
        members = [(name, command) for name, command in commands.items() if command.rich_help_panel == group]
        lines += [f"| [`{name}`](#{name}) | {command.short_help} |" for name, command in members]
        lines.append("")
    lines += [RULES, "## Exit statuses", "", "| status | means |", "| --- | --- |"]
    lines += [f"| {status} | {meaning} |" for status, meaning in STATUSES]
    for name, command in commands.items():
        lines += ["", *_command(name, command)]
    return "\n".join([*lines, ""])


def _command(name: str, command: TyperCommand) -> Iterator[str]:
    context: Any = command.make_context(name, [], resilient_parsing=True)
    arguments = " ".join(command.collect_usage_pieces(context)).replace("[OPTIONS]", "[options]")
    yield from (f"## {name}", "", f"`qmix-logistics {name} {arguments}`", "")
    yield inspect.cleandoc(command.help or "")
    yield from ("", "| | meaning |", "| --- | --- |")
    heading = ""
    for param in sorted(command.get_params(context), key=_is_common):
        record = shown_record(context, param)
        if record is None or _is_common(param):
            continue
        if heading_of(param) != heading:
            heading = heading_of(param)
        yield f"| `{_cell(record[0])}` | {_cell(record[1])} |"
    yield "| `--json`, `-q`, `-v`, `--log-file FILE`, `-h` | see [above](#rules-that-hold-for-all-commands) |"
    examples = [line.strip() for line in (command.epilog or "").splitlines() if line.startswith("  ")]
    yield from ("", "```sh", *examples, "```")
    yield from ("", f"`--json` prints {', '.join(f'`{key}`{about}' for key, about in KEYS[name].items())}.")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _is_common(param: Any) -> bool:
    return heading_of(param) == "Output"
