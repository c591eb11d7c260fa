"""Small scenarios for the tests."""

from __future__ import annotations

import copy
from typing import Any

from qmix_logistics.scenario import ScenarioSpec

TINY: dict[str, Any] = {
    "version": 1,
    "name": "tiny",
    "network": {
        "kind": "warehouse",
        "num_aisles": 3,
        "num_blocks": 1,
        "racks_per_block": 4,
        "rack_pitch_m": 1.0,
        "aisle_pitch_m": 4.0,
        "cross_aisle_width_m": 2.0,
        "stations": [{"id": "S1", "aisle": 2, "offset_m": 3.0, "service_s": 5.0}],
    },
    "fleet": [{"id": "amr", "count": 2, "speed_mps": 1.0}],
    "order_classes": [
        {"id": "express", "share_pct": 25, "weight": 4, "due_s": 120},
        {"id": "standard", "share_pct": 75, "weight": 1, "due_s": 600},
    ],
    "demand": {"kind": "poisson", "rate_per_h": 120, "pick_up_s": 10.0},
    "horizon": {"demand_s": 1200, "drain_s": 1800},
    "objective": {
        "open_order_cost_per_h": 1.0,
        "late_order_cost_per_h": 4.0,
        "travel_cost_per_km": 0.1,
        "energy_cost_per_kwh": 0.3,
        "unfinished_order_cost": 5.0,
        "stranding_cost": 20.0,
    },
}

BATTERY: dict[str, Any] = {
    "capacity_wh": 100,
    "drive_wh_per_m": 0.05,
    "standby_w": 20,
    "charging_curve": [{"from_pct": 0, "power_w": 400}, {"from_pct": 80, "power_w": 200}],
}


def document(**changes: Any) -> dict[str, Any]:
    """Return a small scenario; ``demand__rate_per_h=60`` changes an inner field, ``fleet__0__count`` a list entry."""
    values = copy.deepcopy(TINY)
    for path, value in changes.items():
        parent: Any = values
        *parts, last = path.split("__")
        for part in parts:
            parent = parent[int(part)] if isinstance(parent, list) else parent.setdefault(part, {})
        parent[int(last) if isinstance(parent, list) else last] = copy.deepcopy(value)
    return values


def scenario(**changes: Any) -> ScenarioSpec:
    """Return a small scenario, validated."""
    return ScenarioSpec.model_validate(document(**changes))


def battery_scenario(**changes: Any) -> ScenarioSpec:
    """Return a small scenario whose vehicles must charge."""
    return scenario(
        **{"network__chargers": [{"id": "C1", "aisle": 1}, {"id": "C2", "aisle": 3}], "fleet__0__battery": BATTERY}
        | changes
    )
