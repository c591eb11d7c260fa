"""Problem files of the League of Robot Runners: JSON that names a map, agents and tasks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.importers.text_file import read_lines, read_text
from qmix_logistics.scenario.layout.grid import cell_name
from qmix_logistics.scenario.layout.grid_map import GridMap, read_map
from qmix_logistics.scenario.tables import Table


@dataclass(frozen=True, slots=True)
class LorrProblem:
    """
    A problem instance.

    Parameters
    ----------
    map_path
        Its map.
    starts
        Cell where each agent starts, as many as its team has.
    tasks
        Cells of the errands of each task, in order, at least one.
    num_revealed
        Tasks that are visible at the same time.
    """

    map_path: Path
    starts: tuple[str, ...]
    tasks: tuple[tuple[str, ...], ...]
    num_revealed: int


def read_lorr(path: Path) -> LorrProblem:
    """
    Read a problem instance.

    Parameters
    ----------
    path
        The JSON file; the files that it names are relative to it.

    Raises
    ------
    ScenarioError
        With everything that is wrong with the JSON, or with the rows of the files that it names (at most 20 a file).
    """
    values = _read_json(path)
    problems: list[Problem] = []
    names = {key: _text(path, values, key, problems) for key in ("mapFile", "agentFile", "taskFile")}
    team_size = _number(path, values, "teamSize", problems)
    revealed = _number(path, values, "numTasksReveal", problems, default=1.0)
    Table(path, (), (), problems).check()
    map_path = path.parent / names["mapFile"]
    grid = read_map(map_path)
    agents_path = path.parent / names["agentFile"]
    starts = [cells[0] for cells in _read_cells(agents_path, grid)]
    if len(starts) < team_size:
        message = f"has {len(starts)} agents; expected {team_size:g}, the teamSize of {path.name}"
        raise ScenarioError([Problem(str(agents_path), 0, 0, "", message)])
    tasks = tuple(_read_cells(path.parent / names["taskFile"], grid))
    return LorrProblem(map_path, tuple(starts[: int(team_size)]), tasks, max(int(revealed * team_size), 1))


def _read_json(path: Path) -> Mapping[str, Any]:
    try:
        values = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise ScenarioError([Problem(str(path), error.lineno, error.colno, "", f"is not JSON: {error.msg}")]) from error
    if not isinstance(values, dict):
        raise ScenarioError([Problem(str(path), 1, 1, "", "is no mapping; expected mapFile, agentFile, taskFile, ...")])
    return values


def _text(path: Path, values: Mapping[str, Any], key: str, problems: list[Problem]) -> str:
    value = values.get(key)
    if isinstance(value, str) and value:
        return value
    found = f"is {json.dumps(value)}" if key in values else "is missing"
    problems.append(Problem(str(path), 1, 1, key, f"{found}; expected the name of a file, relative to this one"))
    return ""


def _number(
    path: Path, values: Mapping[str, Any], key: str, problems: list[Problem], default: float | None = None
) -> float:
    value = values.get(key, default)
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        return value
    found = f"is {json.dumps(value)}" if key in values else "is missing"
    problems.append(Problem(str(path), 1, 1, key, f"{found}; expected a number above 0"))
    return 1.0


def _read_cells(path: Path, grid: GridMap) -> list[tuple[str, ...]]:
    """Read rows of locations, row x width + column, below comments and the number of rows."""
    numbered = [
        (number, line)
        for number, line in enumerate(read_lines(path), start=1)
        if line.strip() and not line.startswith("#")
    ]
    problems: list[Problem] = []
    count = int(numbered[0][1]) if numbered and numbered[0][1].strip().isdecimal() else None
    if count is None:
        line = numbered[0][0] if numbered else 1
        problems.append(Problem(str(path), line, 1, "", "has no number of rows; expected it below the comments"))
    elif count != len(numbered) - 1 or count == 0:
        message = f"is {count}, but {len(numbered) - 1} rows follow; expected as many, and one at least"
        problems.append(Problem(str(path), numbered[0][0], 1, "number of rows", message))
    rows = [_cells(path, number, line.split(","), grid, problems) for number, line in numbered[1:]]
    Table(path, (), (), problems).check()
    return rows


def _cells(path: Path, line: int, texts: Sequence[str], grid: GridMap, problems: list[Problem]) -> tuple[str, ...]:
    cells: list[str] = []
    for index, text in enumerate(texts):
        position = 1 + sum(len(before) + 1 for before in texts[:index])
        row, column = divmod(int(text), grid.width) if text.strip().isdecimal() else (-1, -1)
        if row < 0:
            message = f"is '{text.strip()}'; expected a whole number, row x {grid.width} + column"
            problems.append(Problem(str(path), line, position, "location", message))
        elif not grid.is_free(row, column):
            message = f"is {text.strip()}, row {row} and column {column}, which is no free cell of the map"
            problems.append(Problem(str(path), line, position, "location", message))
        cells.append(cell_name(row, column))
    return tuple(cells)
