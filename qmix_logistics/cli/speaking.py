"""The options that all commands share, and what happens when a command cannot do what it was asked."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import inspect
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from qmix_logistics import __version__
from qmix_logistics.cli.excerpts import with_excerpts
from qmix_logistics.cli.interrupts import INTERRUPTED, two_interrupts
from qmix_logistics.cli.log_file import opened
from qmix_logistics.cli.talk import Talk
from qmix_logistics.errors import JobError, QmixLogisticsError, ScenarioError

RUN_FAILED, UNUSABLE, GATE_FAILED = 1, 2, 3
"""Exit statuses: a part of the run failed; the command, a scenario or a file cannot be used; a gate failed."""
OUTPUT = "Output"
"""Heading of the options that all commands share."""

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.", rich_help_panel=OUTPUT)]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say results and faults only.", rich_help_panel=OUTPUT)]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Say every detail, tracebacks too.", rich_help_panel=OUTPUT)
]
LogPath = Annotated[
    Path | None,
    typer.Option(
        "--log-file", metavar="FILE", help="Note all of it there, a JSON object a line.", rich_help_panel=OUTPUT
    ),
]


def speaking(command: Callable[..., None]) -> Callable[..., None]:
    """
    Give a command the options that all share, and hand it a ``Talk`` as its first argument.

    Parameters
    ----------
    command
        Its first parameter is the ``Talk``; all others are options and arguments.
    """

    def spoken(*, as_json: bool, quiet: bool, verbose: bool, log_file: Path | None, **words: Any) -> None:
        talk = Talk(is_quiet=quiet, is_verbose=verbose, as_json=as_json)
        with contextlib.ExitStack() as outside, _answering(talk):
            talk.log = outside.enter_context(opened(log_file))  # open until the last word is said
            talk.log.note("begin", version=__version__, command=["qmix-logistics", *sys.argv[1:]])
            with two_interrupts():
                command(talk, **words)
            talk.log.note("end", status=0)

    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    common = list(inspect.signature(_common, eval_str=True).parameters.values())
    functools.update_wrapper(spoken, command)
    del spoken.__wrapped__  # type: ignore[attr-defined]  # its signature is not this one's
    spoken.__signature__ = inspect.Signature([*own, *common])  # type: ignore[attr-defined]
    spoken.__annotations__ = {parameter.name: parameter.annotation for parameter in (*own, *common)}
    return spoken


def _common(as_json: Json = False, quiet: Quiet = False, verbose: Verbose = False, log_file: LogPath = None) -> None:
    """Carry the signature that all commands share."""


@contextlib.contextmanager
def _answering(talk: Talk) -> Iterator[None]:
    """Say what a user can mend without a traceback, and end with the status that it stands for."""
    try:
        yield
    except ScenarioError as error:
        _end(talk, _count(error), UNUSABLE, problems=[dataclasses.asdict(problem) for problem in error.problems])
    except JobError as error:
        talk.log.note("details", text=error.details)
        hint = "--verbose shows where it happened." if error.details else ""
        lines = [str(error), error.details if talk.is_verbose else hint, _go_on(talk, "Go on with")]
        _end(talk, "\n".join(filter(None, lines)), RUN_FAILED)
    except QmixLogisticsError as error:
        _end(talk, str(error), UNUSABLE)
    except typer.Exit as error:  # it has said why
        talk.log.note("end", status=error.exit_code)
        raise
    except BrokenPipeError:  # whoever reads has gone
        raise
    except OSError as error:
        _end(talk, "\n".join(filter(None, [_reason(error), _go_on(talk, _KEPT)])), UNUSABLE)
    except MemoryError:
        _end(talk, "\n".join(filter(None, ["There is not enough memory.", _go_on(talk, _KEPT)])), RUN_FAILED)
    except KeyboardInterrupt:
        _end(talk, f"\nInterrupted. {_go_on(talk, _KEPT)}".rstrip(), INTERRUPTED)


_KEPT = "What was finished is kept; go on with"


def _reason(error: OSError) -> str:
    """Name the file; a file that was being written has another name than it would have got, so name its folder."""
    if error.filename is None:
        return str(error.strerror or error)
    path = Path(error.filename)
    return f"{path.parent if path.name.startswith('.unfinished-') else path}: {error.strerror}"


def _count(error: ScenarioError) -> str:
    number = len(error.problems)
    return "\n".join([*with_excerpts(error.problems), "", f"{number} error{'s' * (number > 1)}. Nothing was run."])


def _go_on(talk: Talk, words: str) -> str:
    """Return the command that goes on where this one stopped; empty if nothing was begun."""
    if talk.folder is None or not talk.folder.exists():
        return ""
    return f"{words}\n  {resume_line(talk.folder)}"


def _end(talk: Talk, text: str, status: int, **values: Any) -> NoReturn:
    talk.log.note("error", status=status, text=text)
    talk.write(text)
    if talk.as_json:
        talk.answer((), {"status": status, "error": text.strip(), **values})
    raise typer.Exit(status)


def resume_line(folder: Path) -> str:
    """
    Return the command that goes on where this one was interrupted.

    Parameters
    ----------
    folder
        Where it has written.
    """
    words = ["qmix-logistics", *sys.argv[1:]]
    if not any(word == "--out" or word.startswith("--out=") for word in words):
        words += ["--out", str(folder)]
    return shlex.join(words if "--resume" in words else [*words, "--resume"])
