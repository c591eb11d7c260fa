"""Order lines read from a CSV, every unreadable row reported at its place."""

from __future__ import annotations

import csv
import datetime
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.scenario.demand import TraceColumns

MAX_REPORTED_ROWS = 20


class OrderLine(NamedTuple):
    """
    One line of an order; a tuple, since files have millions.

    Parameters
    ----------
    date
        Day of the order.
    time_s
        Time of day, seconds since midnight, in [0, 86400).
    order_id
        Which order, unique within its day.
    sku
        What was ordered.
    qty
        How many pieces, above 0.
    """

    date: datetime.date
    time_s: float
    order_id: str
    sku: str
    qty: float


def read_order_lines(path: Path, columns: TraceColumns) -> tuple[OrderLine, ...]:
    """
    Read order lines in the order of the file.

    Parameters
    ----------
    path
        A CSV file with a header, in UTF-8.
    columns
        What its columns are called.

    Raises
    ------
    ScenarioError
        With every row that cannot be read (at most 20 are listed), or a missing column, or no row at all.
    """
    lines: list[OrderLine] = []
    problems: list[Problem] = []
    num_unread = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            positions = _positions(path, header, columns)
            parse = _Parser(positions)
            for row in reader:
                if row:
                    try:
                        lines.append(parse(row))
                    except (ValueError, IndexError):
                        num_unread += 1
                        if num_unread <= MAX_REPORTED_ROWS:
                            problems.append(_problem(path, reader.line_num, row, positions))
    except OSError as error:
        raise ScenarioError([Problem(str(path), 0, 0, "", f"cannot be read: {error.strerror}")]) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ScenarioError([Problem(str(path), 0, 0, "", f"is not a CSV in UTF-8: {error}")]) from error
    if not lines and not problems:
        problems.append(Problem(str(path), 1, 1, "", "has no rows; expected one order line a row below the header"))
    if num_unread > MAX_REPORTED_ROWS:
        summary = f"has {num_unread} rows that cannot be read; the first {MAX_REPORTED_ROWS} follow"
        problems.append(Problem(str(path), 0, 0, "", summary))
    if problems:
        raise ScenarioError(problems)
    return tuple(lines)


def _positions(path: Path, header: Sequence[str], columns: TraceColumns) -> dict[str, int]:
    wanted = columns.model_dump()
    missing = [name for name in wanted.values() if name not in header]
    if missing:
        found = ", ".join(header) or "nothing"
        message = "is missing in the header ({}). Name the column in demand.columns"
        raise ScenarioError([Problem(str(path), 1, 1, name, message.format(found)) for name in missing])
    return {field: list(header).index(name) for field, name in wanted.items()}


class _Parser:
    """Makes order lines of rows; what repeats from row to row is kept once."""

    def __init__(self, positions: Mapping[str, int]) -> None:
        self._time, self._order, self._sku, self._qty = (
            positions[name] for name in ("order_time", "order_id", "sku", "qty")
        )
        self._texts: dict[str, str] = {}
        self._dates: dict[datetime.date, datetime.date] = {}
        self._last: tuple[str | None, datetime.date, float] = (None, datetime.date.min, 0.0)
        self._last_order = ""

    def __call__(self, row: Sequence[str]) -> OrderLine:
        """Return the order line of a row; a value or index error if it is none."""
        text, order_id, sku = row[self._time].strip(), row[self._order].strip(), row[self._sku].strip()
        if text != self._last[0]:
            time = datetime.datetime.fromisoformat(text)
            time_s = time.hour * 3600 + time.minute * 60 + time.second + time.microsecond / 1e6
            date = time.date()
            self._last = (text, self._dates.setdefault(date, date), time_s)
        if order_id != self._last_order:
            self._last_order = order_id
        qty = float(row[self._qty])
        if not (order_id and sku and 0 < qty < math.inf):
            raise ValueError("a field is empty or out of range")
        return OrderLine(self._last[1], self._last[2], self._last_order, self._texts.setdefault(sku, sku), qty)


def _problem(path: Path, line: int, row: Sequence[str], positions: Mapping[str, int]) -> Problem:
    """Say what is wrong with a row that is no order line."""
    if len(row) <= max(positions.values()):
        return Problem(str(path), line, 1, "", f"has {len(row)} fields; expected {max(positions.values()) + 1} or more")
    fields = {name: row[position].strip() for name, position in positions.items()}
    field, message = next(_faults(fields))
    column = 1 + sum(len(cell) + 1 for cell in row[: positions[field]])
    return Problem(str(path), line, column, field, message)


def _faults(fields: dict[str, str]) -> Iterator[tuple[str, str]]:
    try:
        datetime.datetime.fromisoformat(fields["order_time"])
    except ValueError:
        yield "order_time", f"is '{fields['order_time']}'; expected a date and time such as 2011-02-01 08:23:00"
    for field in ("order_id", "sku"):
        if not fields[field]:
            yield field, "is empty; every order line needs one"
    try:
        qty = float(fields["qty"])
    except ValueError:
        qty = math.nan
    if not (qty > 0 and math.isfinite(qty)):
        yield "qty", f"is '{fields['qty']}'; expected a number above 0 (drop cancellations and returns from the file)"
