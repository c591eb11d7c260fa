"""What every column of the records means, and its unit. Records are flat, and never changed once they are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Column(NamedTuple):
    """A column: its unit, empty for names and counts, and its meaning."""

    unit: str
    meaning: str


_ORDER = Column("", "number of the order in its day, from 0")
_VEHICLE = Column("", "the vehicle, such as `amr-3`")

RECORD_COLUMNS: Mapping[str, Mapping[str, Column]] = {
    "orders": {
        "order": _ORDER,
        "order_class": Column("", "its class"),
        "weight": Column("", "its weight in the cost"),
        "num_tasks": Column("", "its tasks"),
        "release_s": Column("s", "when it came in"),
        "due_s": Column("s", "when it was due"),
        "closed_s": Column("s", "when it was done, declined or lost; empty while it is open"),
        "status": Column("", "open, done, declined or lost"),
    },
    "tasks": {
        "task": Column("", "number of the task in its day, from 0; only tasks that a vehicle took"),
        "order": _ORDER,
        "vehicle": _VEHICLE,
        "origin": Column("", "place where it was picked up"),
        "destination": Column("", "place where it was dropped off, or should be"),
        "load_units": Column("units", "its load, in the first unit of load"),
        "claimed_s": Column("s", "when the vehicle took it"),
        "picked_up_s": Column("s", "when its pick-up was done; empty if the day ended before"),
        "dropped_off_s": Column("s", "when its drop-off was done; empty if the day ended before"),
    },
    "stops": {
        "vehicle": _VEHICLE,
        "chosen_s": Column("s", "when it was sent there"),
        "stop": Column("", "pick_up, drop_off, charge or park"),
        "place": Column("", "where"),
        "task": Column("", "number of the task; empty for charge and park"),
        "way": Column("", "which of the ways that were offered, from 0"),
    },
    "vehicles": {
        "vehicle": _VEHICLE,
        "state": Column("", "what it did: one of the vehicle states"),
        "start_s": Column("s", "from when"),
        "end_s": Column("s", "until when"),
        "place": Column("", "where it was, or set out from"),
        "target": Column("", "where it drove to; the place itself if it stood"),
        "distance_m": Column("m", "how far it drove"),
        "energy_wh": Column("Wh", "energy drawn from its battery"),
        "battery_wh": Column("Wh", "energy in its battery when it began; empty without a battery"),
        "lane": Column(
            "",
            "lane that it was on, `tail>head`, or the place to or from which it drove off the lanes;"
            " empty where there are none",
        ),
        "from_m": Column("m", "where on the lane it began, from the tail; off the lanes, from the junction"),
        "to_m": Column("m", "where it ended"),
    },
    "visits": {
        "facility": Column("", "name of the facility"),
        "kind": Column("", "station, dock, depot or charger"),
        "servers": Column("", "its servers, or plugs"),
        "vehicle": _VEHICLE,
        "arrived_s": Column("s", "when the vehicle came"),
        "started_s": Column("s", "when it got a server; empty if the day ended before"),
        "ended_s": Column("s", "when it left; empty if the day ended before"),
    },
}
"""Columns by table and name, in the order of the files."""
