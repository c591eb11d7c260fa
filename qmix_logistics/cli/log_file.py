"""A log of a command: one JSON object a line, each with its time."""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import typer

from qmix_logistics.errors import Problem, ScenarioError


class LogFile:
    """
    Takes notes of all that a command says, and of how its jobs go on. A log that fails stops nothing.

    Parameters
    ----------
    stream
        Where to; None: nowhere.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def note(self, event: str, **values: Any) -> None:
        """
        Write a line.

        Parameters
        ----------
        event
            What it is about: ``begin``, ``message``, ``progress``, ``error`` or ``end``.
        values
            What there is to say of it.
        """
        if self._stream is None:
            return
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": now, "event": event, **values}, ensure_ascii=False)
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except OSError as error:
            typer.echo(f"warning: {self._stream.name}: {error.strerror}; the log ends here", err=True)
            self._stream = None


@contextlib.contextmanager
def opened(path: Path | None) -> Iterator[LogFile]:
    """
    Open a log; what it holds already is kept.

    Parameters
    ----------
    path
        The file; None: there is no log.

    Raises
    ------
    ScenarioError
        If it cannot be written.
    """
    if path is None:
        yield LogFile()
        return
    try:
        stream = path.open("a", encoding="utf-8")
    except OSError as error:
        reason = f"cannot be written: {error.strerror}"
        raise ScenarioError([Problem(f"--log-file {path}", 0, 0, "", reason)]) from error
    try:
        yield LogFile(stream)
    finally:
        with contextlib.suppress(OSError):  # a full disk was complained of when the line was written
            stream.close()
