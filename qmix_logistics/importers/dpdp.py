"""Days of the ICAPS 2021 competition on the dynamic pick-up and delivery problem, from Huawei's factories."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from qmix_logistics.importers.document import csv_text, plain, policies_of, sentences
from qmix_logistics.importers.imported import ImportedScenario, ImportOptions
from qmix_logistics.importers.numbers import report
from qmix_logistics.scenario.tables import Row, Table, read_table

ORDER_COLUMNS = ("order_id", "demand", "creation_time", "committed_completion_time", "load_time", "unload_time",
                 "pickup_id", "delivery_id")  # fmt: skip
APPROACH_S = 1800
"""Time to dock, once for each arrival (Hao et al. 2022, arXiv 2202.01256, Sec. 2)."""
DAY_S = 86_400
DRAIN_S = 43_200
SPEED_MPS = 11
"""Some 40 km/h; without effect, as times come from the table."""
METRES_PER_DEGREE = 111_195.0


def import_dpdp(path: Path, options: ImportOptions) -> ImportedScenario:
    """
    Import a day: factories with docks, a table of trips, orders with four hours' time, and vehicles that unload LIFO.

    Parameters
    ----------
    path
        The folder of an instance, with one file of orders (``<number>_<copy>.csv``) and one of vehicles
        (``vehicle_info_<number>.csv``); the files of factories and routes lie in the folder above.
    options
        Vehicles, orders and seed; the seed draws at which factory each vehicle starts.

    Raises
    ------
    ScenarioError
        If a file is missing, or any of its rows cannot be used.
    """
    orders = read_table(_only(path, "[0-9]*_*.csv", "orders"), ORDER_COLUMNS)
    vehicles = read_table(_only(path, "vehicle_info_*.csv", "vehicles"), ["car_num", "capacity"])
    factories = read_table(
        path.parent / "factories_compact.csv", ["idx", "factory_id", "longitude", "latitude", "port_num"]
    )
    capacity = vehicles.number(vehicles.rows[0], "capacity", low=1)
    vehicles.check()
    name_of = {row.cells["factory_id"]: f"F{row.cells['idx']}" for row in factories.rows}
    rows = orders.rows[: options.orders]
    texts = [cells for row in rows for cells in _transports(orders, row, name_of, capacity)]
    orders.check()
    used = list(dict.fromkeys(name for cells in texts for name in (str(cells[1]), str(cells[2]))))
    count = options.vehicles or len(vehicles.rows)
    homes = np.random.default_rng(options.seed).choice(used, size=count).tolist()
    files = {
        "places.csv": _places(factories, name_of),
        "trips.csv": _trips(path.parent / "routes_compact.csv"),
        "orders.csv": csv_text(
            ("order", "from", "to", "release_s", "due_s", "load_units", "pick_up_s", "drop_off_s"), texts
        ),
    }
    fleet = {
        "id": "truck",
        "count": count,
        "speed_mps": SPEED_MPS,
        "capacity_units": plain(capacity),
        "max_tasks_on_board": 1000,
        "unloading": "lifo",
        "home": homes,
    }
    split = len(texts) - len(rows)
    note = sentences(
        f"{len(rows)} of {len(orders.rows)} orders were taken; {count} vehicles start at factories drawn from the seed "
        f"{options.seed}",
        f"{split} more tasks come from orders that no vehicle can carry at once" if split else "",
        "Every arrival at a factory docks for half an hour; the competition weighs lateness against kilometres by "
        "its own rule, here an hour late costs as much as 100 km",
    )
    return ImportedScenario(_document(path.name, _docks(factories, name_of), fleet), files, note)


def _document(name: str, docks: list[dict[str, Any]], fleet: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": 1,
        "name": f"dpdp-{name}",
        "description": (
            f"{name} of the ICAPS 2021 dynamic pick-up and delivery competition (Hao et al. 2022, arXiv 2202.01256): a "
            "day between the factories of a manufacturer."
        ),
        "network": {"kind": "matrix", "places": "places.csv", "trips": "trips.csv", "docks": docks},
        "fleet": [fleet],
        "order_classes": [{"id": "standard", "share_pct": 100, "due_s": 14_400}],
        "demand": {"kind": "orders", "path": "orders.csv"},
        "horizon": {"demand_s": DAY_S, "drain_s": DRAIN_S},
        "objective": {"open_order_cost_per_h": 0, "late_order_cost_per_h": 100, "travel_cost_per_km": 1},
        "policies": policies_of(fleet["count"]),
        "experiment": {"replications": 1},
    }


def _docks(factories: Table, name_of: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"node": name_of[row.cells["factory_id"]], "servers": int(row.cells["port_num"]), "approach_s": APPROACH_S}
        for row in factories.rows
    ]


def _only(folder: Path, pattern: str, what: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        report(folder, f"holds {len(found)} files of {what} ({pattern}); expected one")
    return found[0]


def _transports(table: Table, row: Row, name_of: dict[str, str], capacity: float) -> list[tuple[object, ...]]:
    """Return the order's tasks: one, or several alike where no vehicle can carry all at once."""
    cells = row.cells
    ends = [name_of.get(cells[end], "") for end in ("pickup_id", "delivery_id")]
    for end, name in zip(("pickup_id", "delivery_id"), ends, strict=True):
        if not name:
            table.report(row, end, f"is '{cells[end]}', which is no factory")
    release_s, due_s = (_clock_s(table, row, column) for column in ("creation_time", "committed_completion_time"))
    due_s += DAY_S if due_s < release_s else 0
    demand = table.number(row, "demand", low=0)
    number = max(math.ceil(demand / capacity - 1e-9), 1)
    shares = [table.number(row, column, low=0) / number for column in ("load_time", "unload_time")]
    one = (cells["order_id"], *ends, release_s, due_s, plain(demand / number, 6), *(plain(share) for share in shares))
    return [one] * number


def _clock_s(table: Table, row: Row, column: str) -> int:
    parts = row.cells[column].split(":")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        table.report(row, column, f"is '{row.cells[column]}'; expected a time such as 08:30:00")
        return 0
    hours, minutes, seconds = map(int, parts)
    return 3600 * hours + 60 * minutes + seconds


def _places(factories: Table, name_of: dict[str, str]) -> str:
    rows = []
    for row in factories.rows:
        x_degrees, y_degrees = factories.number(row, "longitude"), factories.number(row, "latitude")
        x_m = x_degrees * METRES_PER_DEGREE * math.cos(math.radians(y_degrees))
        rows.append((name_of[row.cells["factory_id"]], plain(x_m, 0), plain(y_degrees * METRES_PER_DEGREE, 0)))
    factories.check()
    return csv_text(("node", "x_m", "y_m"), rows)


def _trips(path: Path) -> str:
    table = read_table(path, ["from_idx", "to_idx", "distance_km", "time_s"])
    rows = [
        (
            f"F{row.cells['from_idx']}",
            f"F{row.cells['to_idx']}",
            plain(1000 * table.number(row, "distance_km", low=0)),
            plain(table.number(row, "time_s", low=0)),
        )
        for row in table.rows
    ]
    table.check()
    return csv_text(("from", "to", "distance_m", "travel_time_s"), rows)
