"""CSV tables read with every fault at its place."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from qmix_logistics.errors import Problem, ScenarioError

MAX_REPORTED_ROWS = 20


class Row(NamedTuple):
    """One row: its line in the file, from 1, and its cells by column; an empty cell is an empty text."""

    line: int
    cells: Mapping[str, str]


@dataclass(slots=True)
class Table:
    """
    The rows of a CSV file, and what is found to be wrong with them.

    Parameters
    ----------
    path
        The file.
    header
        Names of all its columns.
    rows
        Its rows, without empty ones.
    problems
        What is wrong.
    """

    path: Path
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: list[Problem]

    def has(self, column: str) -> bool:
        """
        Tell whether there is a column.

        Parameters
        ----------
        column
            Its name.
        """
        return column in self.header

    def number(
        self, row: Row, column: str, default: float = math.nan, *, low: float = -math.inf, high: float = math.inf
    ) -> float:
        """
        Return a cell as a number; a fault is noted, and the default returned.

        Parameters
        ----------
        row, column
            Which cell.
        default
            For an empty or absent cell; not a number: such a cell is a fault.
        low, high
            Bounds.
        """
        text = row.cells.get(column, "")
        if not text and not math.isnan(default):
            return default
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high or math.isinf(value):
            bounds = "" if low == -math.inf else f" of at least {low:g}"
            what = "finite number" if math.isinf(value) else "number"
            self.report(row, column, f"is '{text}'; expected a {what}{bounds}")
            return 0.0 if math.isnan(default) else default
        return value

    def report(self, row: Row, column: str, message: str) -> None:
        """
        Note a fault.

        Parameters
        ----------
        row, column
            Which cell.
        message
            What is wrong with it, and what was expected.
        """
        position = (
            1 + sum(len(row.cells.get(name, "")) + 1 for name in self.header[: self.header.index(column)])
            if column in self.header
            else 1
        )
        self.problems.append(Problem(str(self.path), row.line, position, column, message))

    def check(self) -> None:
        """
        Raise what has been noted.

        Raises
        ------
        ScenarioError
            With the first faults, and how many there are.
        """
        if not self.problems:
            return
        shown = self.problems[:MAX_REPORTED_ROWS]
        if len(self.problems) > MAX_REPORTED_ROWS:
            summary = f"has {len(self.problems)} faults; the first {MAX_REPORTED_ROWS} follow"
            shown = [Problem(str(self.path), 0, 0, "", summary), *shown]
        raise ScenarioError(shown)


def read_table(path: Path, required: Sequence[str]) -> Table:
    """
    Read a CSV file with a header.

    Parameters
    ----------
    path
        The file, in UTF-8.
    required
        Columns that it must have.

    Raises
    ------
    ScenarioError
        If it cannot be read, lacks a column, has no rows, or a row of another length than the header.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = tuple(name.strip() for name in next(reader, []))
            numbered = [(reader.line_num, cells) for cells in reader if cells]
    except OSError as error:
        raise ScenarioError([Problem(str(path), 0, 0, "", f"cannot be read: {error.strerror}")]) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ScenarioError([Problem(str(path), 0, 0, "", f"is not a CSV in UTF-8: {error}")]) from error
    missing = [name for name in required if name not in header]
    if missing:
        found = ", ".join(header) or "nothing"
        raise ScenarioError([Problem(str(path), 1, 1, n, f"is missing in the header ({found})") for n in missing])
    table = Table(path, header, (), [])
    if not numbered:
        table.problems.append(Problem(str(path), 1, 1, "", "has no rows; expected one below the header at least"))
    for line, cells in numbered:
        if len(cells) != len(header):
            message = f"has {len(cells)} fields; expected {len(header)}, as the header"
            table.problems.append(Problem(str(path), line, 1, "", message))
    table.check()
    table.rows = tuple(
        Row(line, dict(zip(header, (cell.strip() for cell in cells), strict=True))) for line, cells in numbered
    )
    return table
