"""Scenarios of the MovingAI benchmarks: rows ``bucket map width height start-x start-y goal-x goal-y length``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qmix_logistics.errors import Problem
from qmix_logistics.importers.text_file import read_lines
from qmix_logistics.scenario.layout.grid import cell_name
from qmix_logistics.scenario.layout.grid_map import GridMap, read_map
from qmix_logistics.scenario.tables import Table

_FIELDS = ("bucket", "map", "map width", "map height", "start x", "start y", "goal x", "goal y", "optimal length")


@dataclass(frozen=True, slots=True)
class CellPair:
    """
    A start and a goal.

    Parameters
    ----------
    line
        Line of the file, from 1.
    map_name
        Name of the map's file, without its folder.
    size
        Width and height of the map.
    cells
        Row and column of start and goal; the file's x is the column, its y the row, both from the top left.
    """

    line: int
    map_name: str
    size: tuple[int, int]
    cells: tuple[tuple[int, int], tuple[int, int]]

    @property
    def nodes(self) -> tuple[str, str]:
        """Names of start and goal."""
        return cell_name(*self.cells[0]), cell_name(*self.cells[1])


def read_scen(path: Path) -> tuple[Path, tuple[CellPair, ...]]:
    """
    Read a scenario.

    Parameters
    ----------
    path
        The file; its map must lie in the same folder.

    Returns
    -------
    The map's file, and the pairs in the order of the file.

    Raises
    ------
    ScenarioError
        With every row that cannot be read or does not suit the map (at most 20 are listed).
    """
    lines, problems, pairs = read_lines(path), list[Problem](), list[CellPair]()
    if not lines or lines[0].split()[:1] != ["version"]:
        message = f"is '{lines[0].strip() if lines else ''}'; expected 'version 1', as a MovingAI scenario begins"
        problems.append(Problem(str(path), 1, 1, "version", message))
    for number, line in enumerate(lines[1:] if not problems else [], start=2):
        if line.strip():
            parsed = _parse(path, number, line)
            (pairs if isinstance(parsed, CellPair) else problems).append(parsed)  # type: ignore[arg-type]
    if not pairs and not problems:
        problems.append(Problem(str(path), 1, 1, "", "has no rows; expected one pair of start and goal a row"))
    Table(path, (), (), problems).check()
    map_path = path.parent / pairs[0].map_name
    if not map_path.is_file():
        message = f"names '{map_path.name}', which is not in the same folder; put it there"
        problems.append(Problem(str(path), pairs[0].line, 1, "map", message))
    else:
        problems += _misfits(path, pairs, read_map(map_path))
    Table(path, (), (), problems).check()
    return map_path, tuple(pairs)


def _parse(path: Path, number: int, line: str) -> CellPair | Problem:
    found = list(re.finditer(r"[^\t\r]+" if "\t" in line else r"\S+", line))
    if len(found) != len(_FIELDS):
        message = f"has {len(found)} fields; expected {len(_FIELDS)}: {', '.join(_FIELDS)}"
        return Problem(str(path), number, 1, "", message)
    for field, match in list(zip(_FIELDS, found, strict=True))[2:8]:
        if not match.group().strip().isdecimal():
            message = f"is '{match.group()}'; expected a whole number of 0 or more"
            return Problem(str(path), number, match.start() + 1, field, message)
    width, height, start_x, start_y, goal_x, goal_y = (int(match.group()) for match in found[2:8])
    name = re.split(r"[/\\]", found[1].group().strip())[-1]
    return CellPair(number, name, (width, height), ((start_y, start_x), (goal_y, goal_x)))


def _misfits(path: Path, pairs: Sequence[CellPair], grid: GridMap) -> Iterator[Problem]:
    first, (width, height) = pairs[0].map_name, (grid.width, len(grid.rows))
    for pair in pairs:
        if pair.map_name != first:
            message = f"is '{pair.map_name}'; expected {first}, as in the first row: one map a scenario"
            yield Problem(str(path), pair.line, 1, "map", message)
        elif pair.size != (width, height):
            message = f"is {pair.size[0]} x {pair.size[1]}, but {first} has {width} columns and {height} rows"
            yield Problem(str(path), pair.line, 1, "map width", message)
        else:
            for field, (row, column) in zip(("start", "goal"), pair.cells, strict=True):
                if not grid.is_free(row, column):
                    message = f"is x {column}, y {row}, which is no free cell of {first}"
                    yield Problem(str(path), pair.line, 1, field, message)
