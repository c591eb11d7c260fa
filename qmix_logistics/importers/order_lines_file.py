"""Order lines as shops export them: columns under their usual names, times in the usual formats, returns among them."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.importers.document import csv_text, plain
from qmix_logistics.scenario.tables import Row, Table, read_table
from qmix_logistics.scenario.trace import OrderLine

_SPELLINGS = {
    "order_time": ("order_time", "InvoiceDate", "order_date", "created_at", "timestamp", "datetime", "date", "time"),
    "order_id": ("order_id", "InvoiceNo", "Invoice", "order_no", "order_number", "order"),
    "sku": ("sku", "StockCode", "product_id", "item_id", "product_code", "article", "product", "item"),
    "qty": ("qty", "Quantity", "pieces", "units"),
}
"""Names of the columns, the best first; capitals and underscores do not matter."""
_FORMATS = {
    "year-month-day": (),
    "month/day/year": ("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%y %H:%M"),
    "day/month/year": ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%y %H:%M"),
    "day.month.year": ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%y %H:%M"),
}
"""How times may be written: ISO 8601, or in these formats. The first that suits all rows is taken."""

Reader = Callable[[str], datetime.datetime | None]


@dataclass(frozen=True, slots=True)
class OrderLines:
    """
    Order lines, and what was found on the way.

    Parameters
    ----------
    lines
        One or more, in the order of the file.
    num_dropped
        Lines of no pieces or fewer: cancellations and returns.
    times_as
        How times were read, such as ``month/day/year``.
    """

    lines: tuple[OrderLine, ...]
    num_dropped: int
    times_as: str


def read_shop_lines(path: Path) -> OrderLines:
    """
    Read order lines, and drop cancellations and returns.

    Parameters
    ----------
    path
        A CSV file with a header, in UTF-8.

    Raises
    ------
    ScenarioError
        If a column is not found under any of its usual names, no line is left, or with every row that cannot be read
        (at most 20 are listed).
    """
    table = read_table(path, [])
    columns = _columns(table)
    times_as, read_time = _time_reader({row.cells[columns["order_time"]] for row in table.rows})
    parsed = [_parse(table, row, columns, read_time) for row in table.rows]
    table.check()
    lines = tuple(line for line in parsed if line is not None)
    if not lines:
        message = "has cancellations and returns only; expected lines of one piece or more"
        raise ScenarioError([Problem(str(path), 0, 0, "", message)])
    return OrderLines(lines, len(parsed) - len(lines), times_as)


def order_lines_csv(lines: tuple[OrderLine, ...]) -> str:
    """
    Return order lines as ``TraceDemand`` reads them.

    Parameters
    ----------
    lines
        The lines.
    """
    rows = [(_spell(line), line.order_id, line.sku, plain(line.qty, 6)) for line in lines]
    return csv_text(("order_time", "order_id", "sku", "qty"), rows)


def _spell(line: OrderLine) -> str:
    midnight = datetime.datetime.combine(line.date, datetime.time())
    return (midnight + datetime.timedelta(seconds=line.time_s)).isoformat(sep=" ")


def _columns(table: Table) -> Mapping[str, str]:
    known = {_normalise(name): name for name in reversed(table.header)}
    found = {
        field: [known[_normalise(name)] for name in names if _normalise(name) in known]
        for field, names in _SPELLINGS.items()
    }
    message = "is missing in the header ({}); expected one of {}"
    header = ", ".join(table.header) or "nothing"
    missing = [
        Problem(str(table.path), 1, 1, field, message.format(header, ", ".join(_SPELLINGS[field])))
        for field, names in found.items()
        if not names
    ]
    if missing:
        raise ScenarioError(missing)
    return {field: names[0] for field, names in found.items()}


def _normalise(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _time_reader(texts: set[str]) -> tuple[str, Reader]:
    """Return the way of reading times that fails least often, and its name."""
    readers = {name: _reader(formats) for name, formats in _FORMATS.items()}
    failures = {name: sum(read(text) is None for text in texts) for name, read in readers.items()}
    best = min(failures, key=lambda name: failures[name])
    return best, readers[best]


def _reader(formats: tuple[str, ...]) -> Reader:
    def read(text: str) -> datetime.datetime | None:
        for reading in formats:
            try:
                return datetime.datetime.strptime(text, reading)
            except ValueError:
                continue
        try:
            return None if formats else datetime.datetime.fromisoformat(text).replace(tzinfo=None)
        except ValueError:
            return None

    return read


def _parse(table: Table, row: Row, columns: Mapping[str, str], read_time: Reader) -> OrderLine | None:
    """Return a line; None if it is cancelled or returned, or if a fault of it was noted."""
    cells = {field: row.cells[name] for field, name in columns.items()}
    time = read_time(cells["order_time"])
    if time is None:
        message = f"is '{cells['order_time']}'; expected a date and time such as 2011-02-01 08:23:00"
        table.report(row, columns["order_time"], message)
    for field in ("order_id", "sku"):
        if not cells[field]:
            table.report(row, columns[field], "is empty; every order line needs one")
    try:
        qty = float(cells["qty"])
    except ValueError:
        qty = math.nan
    if not math.isfinite(qty):
        table.report(row, columns["qty"], f"is '{cells['qty']}'; expected a number of pieces")
    if time is None or not qty > 0:
        return None
    time_s = time.hour * 3600 + time.minute * 60 + time.second + time.microsecond / 1e6
    return OrderLine(time.date(), time_s, cells["order_id"], cells["sku"], qty)
