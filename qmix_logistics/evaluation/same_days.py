"""Whether two runs have played the same days: the same orders at the same times, from the same places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from qmix_logistics.evaluation.record_table import read_record_table
from qmix_logistics.evaluation.run_folder import RunFolder, UnitKey

OF_ORDERS = ("order_class", "weight", "num_tasks", "release_s", "due_s")
"""What chance, and no policy, decides of an order."""
OF_TASKS = ("task", "order", "origin", "load_units")


def differing_days(
    first: RunFolder, second: RunFolder, units: Sequence[tuple[UnitKey, UnitKey]]
) -> Iterator[tuple[int, str]]:
    """
    Yield the days on which the orders of two runs differ, and how.

    Parameters
    ----------
    first, second
        The runs, with records.
    units
        For each day a unit of either.
    """
    for one, other in units:
        places = first.unit(one), second.unit(other)
        orders = [read_record_table(place, "orders", OF_ORDERS) for place in places]
        seen = min(map(len, orders))  # a day that is cut off has not seen them all
        heads = [table[list(OF_ORDERS)].to_numpy()[:seen].tolist() for table in orders]
        if heads[0] != heads[1] or (seen == 0) != (len(orders[0]) == len(orders[1]) == 0):
            yield one.day, f"its orders differ ({len(orders[0])} and {len(orders[1])})"
        elif not _agree(*(_first_tasks(place) for place in places)):
            yield one.day, "its tasks begin elsewhere, or have other loads"


def _first_tasks(folder: Path) -> dict[int, tuple[str, float]]:
    """Return origin and load of the first task of each order; where later ones begin may be a choice."""
    tasks = read_record_table(folder, "tasks", OF_TASKS).sort_values("task").drop_duplicates("order")
    ends = zip(tasks["origin"].tolist(), tasks["load_units"].tolist(), strict=True)
    return dict(zip(tasks["task"].tolist(), ends, strict=True))


def _agree(one: Mapping[int, object], other: Mapping[int, object]) -> bool:
    return all(one[task] == other[task] for task in one.keys() & other.keys())
