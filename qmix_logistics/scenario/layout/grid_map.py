"""Maps of cells, read with every fault at its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.scenario.tables import Table

BLOCKED = frozenset("@TO#")
"""Characters of cells that no vehicle may enter."""
_HEADER = ("type", "height", "width", "map")


@dataclass(frozen=True, slots=True)
class GridMap:
    """
    The cells of a map.

    Parameters
    ----------
    rows
        Characters of each row, all rows of one length; the first is the top.
    """

    rows: tuple[str, ...]

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.rows[0])

    def is_free(self, row: int, column: int) -> bool:
        """
        Tell whether a cell lies on the map and may be entered.

        Parameters
        ----------
        row, column
            The cell, from 0.
        """
        return 0 <= row < len(self.rows) and 0 <= column < self.width and self.rows[row][column] not in BLOCKED

    def free_cells(self) -> Iterator[tuple[int, int, str]]:
        """Yield row, column and character of each free cell, row by row."""
        for row, cells in enumerate(self.rows):
            for column, character in enumerate(cells):
                if character not in BLOCKED:
                    yield row, column, character


def read_map(path: Path) -> GridMap:
    """
    Read a MovingAI map, or a plain text of cells.

    Parameters
    ----------
    path
        The file, in UTF-8. If its first word is ``type``, it begins with a MovingAI header.

    Raises
    ------
    ScenarioError
        If it cannot be read, its header is incomplete or contradicts its rows, rows differ in length, or no cell is
        free.
    """
    lines = _read_lines(path)
    first = len(_HEADER) if lines and lines[0].split()[:1] == ["type"] else 0
    rows, problems = lines[first:], list[Problem]()
    sizes = _read_header(path, lines, problems) if first else {}
    if "width" in sizes:
        problems += _row_faults(path, rows, first, sizes["width"], "in the header")
    elif rows:
        problems += _row_faults(path, rows, first, len(rows[0]), "of the first row")
    grid = GridMap(tuple(rows))
    if not problems and not any(grid.free_cells()):
        message = f"has no free cell; expected cells such as '.' beside the closed {' '.join(sorted(BLOCKED))}"
        problems.append(Problem(str(path), 0, 0, "", message))
    Table(path, (), (), problems).check()
    return grid


def _read_lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ScenarioError([Problem(str(path), 0, 0, "", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise ScenarioError([Problem(str(path), 0, 0, "", f"is not a text in UTF-8: {error}")]) from error
    return text.rstrip("\n").split("\n") if text.strip() else []


def _read_header(path: Path, lines: Sequence[str], problems: list[Problem]) -> dict[str, int]:
    """Return height and width as far as they can be read, and note what is wrong."""
    sizes: dict[str, int] = {}
    for index, word in enumerate(_HEADER):
        found = lines[index].split() if index < len(lines) else []
        is_size = word in ("height", "width")
        if is_size and len(found) == 2 and found[0] == word and found[1].isdecimal() and int(found[1]) > 0:
            sizes[word] = int(found[1])
        elif is_size or found[:1] != [word]:
            expected = f"'{word}' and a whole number above 0" if is_size else f"'{word}'"
            message = f"is '{' '.join(found)}'; expected {expected}, as in a MovingAI map"
            problems.append(Problem(str(path), index + 1, 1, word, message))
    num_rows = max(len(lines) - len(_HEADER), 0)
    if sizes.get("height", num_rows) != num_rows:
        message = f"is {sizes['height']}, but {num_rows} rows of cells follow; correct it or complete the map"
        problems.append(Problem(str(path), 2, 1, "height", message))
    return sizes


def _row_faults(path: Path, rows: Sequence[str], first: int, width: int, source: str) -> Iterator[Problem]:
    for index, cells in enumerate(rows):
        if len(cells) != width:
            message = f"has {len(cells)} cells; expected {width}, the width {source}"
            yield Problem(str(path), first + index + 1, min(len(cells), width) + 1, "", message)
