"""A warehouse for the order lines of a real shop, as large as they ask for."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.importers.document import fleet_of, no_dynamism, plain, scenario_document, sentences
from qmix_logistics.importers.imported import ImportedScenario, ImportOptions
from qmix_logistics.importers.order_lines_file import order_lines_csv, read_shop_lines
from qmix_logistics.scenario.trace import OrderLine

SKUS_PER_RACK, RACKS_PER_AISLE, AISLES_PER_STATION = 5, 24, 7
"""Articles that share a rack, racks of an aisle in two blocks, and aisles for each station."""
MAX_AISLES = 100
"""A larger stock is put into fuller racks."""
RACK_PITCH_M, AISLE_PITCH_M, CROSS_AISLE_WIDTH_M, SPEED_MPS = 1.4, 3.5, 3, 1.4
"""Distance of racks and of aisles, width of a cross-aisle, and speed of a vehicle."""
PICK_UP_S, SERVICE_S = 12, 10
"""Mean time to pick up a line, and to hand it over at a station."""
RESERVE = 2
"""Size of the fleet over what the mean of the day asks for; the rest is for the peak."""
CAPACITY_PCT = 99
"""A vehicle carries so many of all lines whole; the others are split."""
DUE_S = 2 * 3600
"""Orders are due after this time, where the user does not say."""
DRAIN_S = 6 * 3600
"""How long the fleet may go on after the last order."""


def import_order_lines(path: Path, options: ImportOptions) -> ImportedScenario:
    """
    Return a warehouse scenario for a CSV of order lines.

    Parameters
    ----------
    path
        The CSV: one line an order line, with time, order, article and number of pieces.
    options
        What the user chose; nothing is drawn from the seed.

    Raises
    ------
    ScenarioError
        If a column is missing, with every row that cannot be read (at most 20 are listed), or if there are orders on
        fewer than three days.
    """
    shop = read_shop_lines(path)
    lines = _first_orders(shop.lines, options.orders)
    num_days = len({line.date for line in lines})
    if num_days < 3:
        message = (
            f"has orders on {num_days} of at least three days{' among those taken' if options.orders else ''}; a trace "
            "needs one each to train, to validate and to compare on"
        )
        raise ScenarioError([Problem(str(path), 0, 0, "", message)])
    size = _size(lines, num_days, options.vehicles)
    return ImportedScenario(
        document=_document(path, size, num_days, options),
        files={"lines.csv": order_lines_csv(lines)},
        note=sentences(
            f"{len(lines)} of {len(shop.lines) + shop.num_dropped} lines were taken: {_num_orders(lines)} orders for "
            f"{size.num_skus} articles on {num_days} days",
            f"{shop.num_dropped} lines of no pieces or fewer, cancellations and returns, were dropped"
            if shop.num_dropped
            else "",
            f"times were read as {shop.times_as}",
            f"the warehouse has {size.num_aisles * RACKS_PER_AISLE} racks in {size.num_aisles} aisles and "
            f"{size.num_stations} station{'s' * (size.num_stations > 1)}",
            f"the fleet is {size.num_vehicles}, for {size.lines_per_h:.0f} lines an hour between {size.opens_h} and "
            f"{size.closes_h} h, of about {size.task_s:.0f} s each",
            f"lines of more than {size.capacity_units:g} pieces are split",
            no_dynamism(options),
        ),
    )


def _first_orders(lines: Sequence[OrderLine], number: int | None) -> tuple[OrderLine, ...]:
    """Return the lines of the first orders by time, in the order of the file; None: all."""
    if number is None:
        return tuple(lines)
    first_s: dict[tuple[datetime.date, str], float] = {}
    for line in lines:
        key = (line.date, line.order_id)
        first_s[key] = min(line.time_s, first_s.get(key, math.inf))
    taken = set(sorted(first_s, key=lambda key: (key[0], first_s[key], key[1]))[:number])
    return tuple(line for line in lines if (line.date, line.order_id) in taken)


def _num_orders(lines: Sequence[OrderLine]) -> int:
    return len({(line.date, line.order_id) for line in lines})


@dataclass(frozen=True, slots=True)
class _Size:
    """How large the warehouse is, and when it is open."""

    num_skus: int
    num_aisles: int
    num_stations: int
    num_vehicles: int
    capacity_units: float
    lines_per_h: float
    task_s: float
    opens_h: int
    closes_h: int


def _size(lines: Sequence[OrderLine], num_days: int, num_vehicles: int | None) -> _Size:
    num_skus = len({line.sku for line in lines})
    num_aisles = min(math.ceil(num_skus / SKUS_PER_RACK / RACKS_PER_AISLE), MAX_AISLES)
    opens_h = int(min(line.time_s for line in lines) // 3600)
    closes_h = int(max(line.time_s for line in lines) // 3600) + 1
    lines_per_h = len(lines) / num_days / (closes_h - opens_h)
    task_s = _task_s(num_aisles)
    return _Size(
        num_skus=num_skus,
        num_aisles=num_aisles,
        num_stations=max(round(num_aisles / AISLES_PER_STATION), 1),
        num_vehicles=num_vehicles or math.ceil(RESERVE * lines_per_h * task_s / 3600),
        capacity_units=math.ceil(np.percentile([line.qty for line in lines], CAPACITY_PCT)),
        lines_per_h=lines_per_h,
        task_s=task_s,
        opens_h=opens_h,
        closes_h=closes_h,
    )


def _task_s(num_aisles: int) -> float:
    """Return how long a line keeps a vehicle: across a third of the aisles and half their length, there and back."""
    depth_m = RACKS_PER_AISLE * RACK_PITCH_M + 2 * CROSS_AISLE_WIDTH_M
    return 2 * (num_aisles * AISLE_PITCH_M / 3 + depth_m / 2) / SPEED_MPS + PICK_UP_S + SERVICE_S


def _document(path: Path, size: _Size, num_days: int, options: ImportOptions) -> dict[str, Any]:
    stations = _stations(size)
    document = scenario_document(
        source=path,
        description=f"The order lines of {path.name}, picked one by one in a warehouse made for them.",
        network={
            "kind": "warehouse",
            "num_aisles": size.num_aisles,
            "num_blocks": 2,
            "racks_per_block": RACKS_PER_AISLE // 2,
            "rack_pitch_m": RACK_PITCH_M,
            "aisle_pitch_m": AISLE_PITCH_M,
            "cross_aisle_width_m": CROSS_AISLE_WIDTH_M,
            "stations": stations,
        },
        fleet=fleet_of(
            size.num_vehicles,
            [station["id"] for station in stations],
            id="robot",
            speed_mps=SPEED_MPS,
            capacity_units=plain(size.capacity_units),
        ),
        due_s=DUE_S if options.urgency_s is None else options.urgency_s,
        demand={
            "kind": "trace",
            "path": "lines.csv",
            "day_starts_s": size.opens_h * 3600,
            "test_days": min(max(num_days // 4, 1), 8),
            "validation_days": min(max(num_days // 6, 1), 4),
            "pick_up_s": {"dist": "lognormal", "mean_s": PICK_UP_S, "cv": 0.4},
        },
        horizon={"demand_s": (size.closes_h - size.opens_h) * 3600, "drain_s": DRAIN_S},
    )
    del document["experiment"]  # a trace has several test days: all are played
    return document


def _stations(size: _Size) -> list[dict[str, Any]]:
    """Spread stations evenly, with servers for half more than a busy fleet brings."""
    busy_servers = size.num_vehicles * SERVICE_S / size.task_s
    servers = max(2, math.ceil(1.5 * busy_servers / size.num_stations))
    service_s = {"dist": "lognormal", "mean_s": SERVICE_S, "cv": 0.4}
    return [
        {
            "id": f"S{number}",
            "aisle": math.ceil((number - 0.5) * size.num_aisles / size.num_stations),
            "servers": servers,
            "service_s": dict(service_s),
        }
        for number in range(1, size.num_stations + 1)
    ]
