"""Transports read from a CSV, every unreadable row reported at its place."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from pathlib import Path

from qmix_logistics.scenario.tables import Row, Table, read_table


@dataclass(frozen=True, slots=True)
class TransportRow:
    """
    One task; see ``OrdersDemand`` for the columns.

    Parameters
    ----------
    line
        Line of the file, from 1.
    day, order
        Which order of which day.
    origin
        Name of the place where it begins.
    destinations
        Names of the places among which it may end.
    release_s
        When the order comes in.
    order_class
        Its class; empty: the first of the scenario.
    weight, due_s
        Those of the order; None: what its class says.
    load_units
        Load in each unit.
    pick_up_s, drop_off_s
        Handling times; None: what the scenario says.
    pick_up_from_s, pick_up_until_s, drop_off_from_s, drop_off_until_s
        When handling may begin.
    is_chained
        Whether it waits for the task before it.
    """

    line: int
    day: str
    order: str
    origin: str
    destinations: tuple[str, ...]
    release_s: float
    order_class: str
    weight: float | None
    due_s: float | None
    load_units: tuple[float, ...]
    pick_up_s: float | None
    drop_off_s: float | None
    pick_up_from_s: float
    pick_up_until_s: float
    drop_off_from_s: float
    drop_off_until_s: float
    is_chained: bool


@functools.lru_cache(maxsize=2)
def read_transports(path: Path) -> tuple[TransportRow, ...]:
    """
    Read transports in the order of the file.

    Parameters
    ----------
    path
        A CSV file with a header, in UTF-8.

    Raises
    ------
    ScenarioError
        With every row that cannot be read (at most 20 are listed), or a missing column, or no row at all.
    """
    table = read_table(path, ["order", "from", "to"])
    rows = tuple(_parse(table, row) for row in table.rows)
    num_units = {len(row.load_units) for row in rows}
    if len(num_units) > 1 and not table.problems:
        table.report(table.rows[0], "load_units", "does not have the same number of units in all rows")
    table.check()
    return rows


def _parse(table: Table, row: Row) -> TransportRow:
    cells = row.cells
    for column in ("order", "from", "to"):
        if not cells[column]:
            table.report(row, column, "is empty; every transport needs one")
    pick_up_from_s = table.number(row, "pick_up_from_s", 0.0, low=0)
    pick_up_until_s = table.number(row, "pick_up_until_s", math.inf, low=0)
    drop_off_from_s = table.number(row, "drop_off_from_s", 0.0, low=0)
    drop_off_until_s = table.number(row, "drop_off_until_s", math.inf, low=0)
    for column, from_s, until_s in (
        ("pick_up_until_s", pick_up_from_s, pick_up_until_s),
        ("drop_off_until_s", drop_off_from_s, drop_off_until_s),
    ):
        if until_s < from_s:
            table.report(row, column, f"is {until_s:g}, before the window opens at {from_s:g}; expected a later time")
    return TransportRow(
        line=row.line,
        day=cells.get("day", "") or "1",
        order=cells["order"],
        origin=cells["from"],
        destinations=tuple(name.strip() for name in cells["to"].split("|")),
        release_s=table.number(row, "release_s", 0.0, low=0),
        order_class=cells.get("class", ""),
        weight=_optional(table, row, "weight"),
        due_s=_optional(table, row, "due_s"),
        load_units=_loads(table, row),
        pick_up_s=_optional(table, row, "pick_up_s"),
        drop_off_s=_optional(table, row, "drop_off_s"),
        pick_up_from_s=pick_up_from_s,
        pick_up_until_s=pick_up_until_s,
        drop_off_from_s=drop_off_from_s,
        drop_off_until_s=drop_off_until_s,
        is_chained=cells.get("is_chained", "") not in ("", "0"),
    )


def _optional(table: Table, row: Row, column: str) -> float | None:
    return table.number(row, column, low=0) if row.cells.get(column) else None


def _loads(table: Table, row: Row) -> tuple[float, ...]:
    texts = (row.cells.get("load_units") or "1").split(";")
    try:
        loads = tuple(float(text) for text in texts)
    except ValueError:
        loads = (-1.0,)
    if any(not 0 <= load < math.inf for load in loads):
        table.report(row, "load_units", f"is '{';'.join(texts)}'; expected numbers from 0, separated by ';'")
    return loads
