"""Text files of numbers, as most published instances are."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, NoReturn

from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.importers.text_file import read_lines


class NumberedLine(NamedTuple):
    """A line that holds numbers only: its number in the file, from 1, and the numbers."""

    line: int
    values: tuple[float, ...]


def numbered_lines(path: Path) -> list[NumberedLine]:
    """
    Return the lines of a file that hold numbers and nothing else.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    ScenarioError
        If it cannot be read.
    """
    found = []
    for number, text in enumerate(read_lines(path), start=1):
        try:
            values = tuple(float(word) for word in text.split())
        except ValueError:
            continue
        if values:
            found.append(NumberedLine(number, values))
    return found


def report(path: Path, message: str, line: int = 0) -> NoReturn:
    """
    Raise what is wrong with a file.

    Parameters
    ----------
    path
        The file.
    message
        What is wrong, and what was expected.
    line
        Where, from 1; 0: the file as a whole.

    Raises
    ------
    ScenarioError
        Always.
    """
    raise ScenarioError([Problem(str(path), line, 1 if line else 0, "", message)])
