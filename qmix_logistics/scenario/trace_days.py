"""Which days of a trace are for training, for validation and for the comparison."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qmix_logistics.scenario.demand import TraceColumns, TraceDemand
from qmix_logistics.scenario.synthetic_trace import generate_order_lines
from qmix_logistics.scenario.trace import OrderLine, read_order_lines

Dates = tuple[datetime.date, ...]


@dataclass(frozen=True, slots=True)
class TraceDays:
    """
    Dates by purpose; the three are disjoint and training comes first.

    Parameters
    ----------
    training, validation, test
        Dates in order.
    """

    training: Dates
    validation: Dates
    test: Dates


def load_order_lines(demand: TraceDemand) -> tuple[OrderLine, ...]:
    """
    Return the order lines of a trace, read or generated.

    Parameters
    ----------
    demand
        The trace.

    Raises
    ------
    ScenarioError
        If the file or any of its rows cannot be read.
    """
    if demand.path is None:
        return generate_order_lines(demand.synthetic)
    found = demand.path.stat() if demand.path.is_file() else None
    return _read(demand.path, demand.columns, None if found is None else (found.st_mtime_ns, found.st_size))


def forget_order_lines() -> None:
    """Free the memory of the file that was read last."""
    _read.cache_clear()


@functools.lru_cache(maxsize=1)
def _read(path: Path, columns: TraceColumns, state: object) -> tuple[OrderLine, ...]:
    """Read a file once: it is checked first, and played then."""
    return read_order_lines(path, columns)


def split_days(demand: TraceDemand, lines: Sequence[OrderLine]) -> TraceDays:
    """
    Split the days with orders: the test days, before them the validation days, before those the training days.

    Parameters
    ----------
    demand
        How many test and validation days, or which test days.
    lines
        The order lines.

    Raises
    ------
    ValueError
        If a test day has no orders, or no day is left to train on.
    """
    dates = sorted({line.date for line in lines})
    if isinstance(demand.test_days, int):
        test = dates[-demand.test_days :]
    else:
        test = sorted(set(demand.test_days))
        absent = [str(date) for date in test if date not in set(dates)]
        if absent:
            raise ValueError(
                f"names days without orders: {', '.join(absent)}; the trace runs from {dates[0]} to {dates[-1]}"
            )
    before = [date for date in dates if date < test[0]]
    num_training = len(before) - demand.validation_days
    if num_training < 1:
        raise ValueError(
            f"leaves no day to train on: {len(dates)} days with orders, of which {len(before)} before the first test "
            f"day and {demand.validation_days} of these for validation. Take fewer test or validation days"
        )
    return TraceDays(tuple(before[:num_training]), tuple(before[num_training:]), tuple(test))
