"""Where a command speaks: results on standard output, all else on standard error, and all of it in a log."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import typer

from qmix_logistics.cli.log_file import LogFile


class Talk:
    """
    What a command says, and to whom.

    Parameters
    ----------
    log
        Takes notes of everything.
    is_quiet
        Whether to say only results and what is wrong.
    is_verbose
        Whether to say every detail.
    as_json
        Whether the result is one JSON object, for a program.
    """

    def __init__(
        self, log: LogFile | None = None, *, is_quiet: bool = False, is_verbose: bool = False, as_json: bool = False
    ) -> None:
        self.log, self.is_quiet, self.is_verbose, self.as_json = log or LogFile(), is_quiet, is_verbose, as_json
        self.folder: Path | None = None
        """The folder with which an interrupted command goes on, once there is one."""
        self.write: Callable[[str], None] = _to_standard_error
        """How a line gets to standard error; bars put it above themselves."""

    def say(self, text: str) -> None:
        """
        Say what goes on.

        Parameters
        ----------
        text
            The words.
        """
        self._speak("info", text, is_shown=not self.is_quiet)

    def detail(self, text: str) -> None:
        """
        Say what only those want to know who asked for it.

        Parameters
        ----------
        text
            The words.
        """
        self._speak("detail", text, is_shown=self.is_verbose)

    def warn(self, text: str) -> None:
        """
        Say what a reader must know.

        Parameters
        ----------
        text
            The words.
        """
        self._speak("warning", text, is_shown=True)

    def answer(self, lines: Iterable[str], values: Mapping[str, Any]) -> None:
        """
        Print the result: as lines, or as one JSON object.

        Parameters
        ----------
        lines
            For people.
        values
            For programs; a number that is none becomes null.
        """
        shown = [json.dumps(plain(values), ensure_ascii=False)] if self.as_json else list(lines)
        for line in shown:
            typer.echo(line)

    def _speak(self, level: str, text: str, *, is_shown: bool) -> None:
        self.log.note("message", level=level, text=text)
        if is_shown:
            self.write(text)


def plain(value: Any) -> Any:
    """
    Return a value as JSON can say it: paths as text, numpy's numbers as numbers, those that are none as None.

    Parameters
    ----------
    value
        Any value.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "item"):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _to_standard_error(text: str) -> None:
    typer.echo(text, err=True)
