"""What is wrong with a file, with the line where it is."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from qmix_logistics.errors import Problem

WIDEST = 100
"""A longer line is shown in part."""
MOST_EXCERPTS = 20
"""So many problems are shown with their line; those after them say where they are, no more."""
_WORD = re.compile(r"(?:[^\s,:{}\[\]#]|:(?=[^\s,{}\[\]]))+|.")


def with_excerpts(problems: Iterable[Problem]) -> Iterator[str]:
    """
    Yield each problem, and below it its line with a mark under the place.

    Parameters
    ----------
    problems
        What is wrong.
    """
    by_place = itertools.groupby(problems, key=lambda problem: (problem.path, problem.line, problem.column))
    for number, (_, found) in enumerate(by_place):
        for problem in found:
            yield printable(str(problem))
        if number < MOST_EXCERPTS and problem.line:
            yield from _excerpt(problem)


def printable(text: str) -> str:
    """
    Return a text in which nothing can move the cursor or change colours.

    Parameters
    ----------
    text
        The text; lines may be broken.
    """
    return "".join(character if character.isprintable() or character == "\n" else "�" for character in text)


def _excerpt(problem: Problem) -> Iterator[str]:
    lines = _lines(problem.path)
    if problem.line > len(lines):
        return
    line, column = lines[problem.line - 1], problem.column - 1
    word = _WORD.match(line, column)
    if word is None:
        return
    first = max(0, column - WIDEST + 30) if len(line) > WIDEST else 0
    shown = line[first : first + WIDEST]
    width = min(len(word[0]), first + WIDEST - column)
    yield f"{problem.line:>6} | {'…' if first else ''}{shown}{'…' if len(line) > first + WIDEST else ''}"
    yield f"{'':>6} | {' ' * (column - first + bool(first))}{'^' * width}"


@functools.lru_cache(maxsize=8)
def _lines(path: str) -> tuple[str, ...]:
    """Return the first lines of a file; as many as a message can point at, and none if it cannot be read."""
    try:
        with Path(path).open(encoding="utf-8-sig", errors="replace") as file:
            text = file.read(2**22)
    except (OSError, ValueError):
        return ()
    return tuple(printable(line.replace("\t", " ")) for line in text.splitlines())
