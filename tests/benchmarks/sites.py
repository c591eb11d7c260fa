"""The sites on which speed is measured."""

from __future__ import annotations

from typing import Any

from documents import BATTERY

from qmix_logistics.scenario import ScenarioSpec

ORDERS_PER_VEHICLE_H = 37.5
"""Eight vehicles get 300 orders an hour."""
FLEETS = (20, 200)
"""Sizes between which costs may grow little."""


def benchmark_scenario(
    *,
    num_vehicles: int = 8,
    has_batteries: bool = False,
    orders_per_vehicle_h: float = ORDERS_PER_VEHICLE_H,
    demand_s: float = 3600,
    drain_s: float = 3600,
) -> ScenarioSpec:
    """Return a site of 288 picking places; orders, servers and plugs grow with the fleet, ways do not."""
    servers = -(-num_vehicles // 4)
    service_s = {"dist": "lognormal", "mean_s": 10, "cv": 0.4}
    stations = [{"id": f"S{n}", "aisle": 4 * n - 1, "servers": servers, "service_s": service_s} for n in (1, 2, 3)]
    fleet: dict[str, Any] = {"id": "amr", "count": num_vehicles, "speed_mps": 1.4}
    chargers: list[dict[str, Any]] = []
    if has_batteries:
        fleet["battery"] = BATTERY | {"capacity_wh": 500, "drive_wh_per_m": 0.06, "standby_w": 40}
        chargers = [{"id": f"C{n}", "aisle": 5 * n - 1, "plugs": servers} for n in (1, 2)]
    return ScenarioSpec.model_validate(
        {
            "version": 1,
            "name": "benchmark",
            "network": {
                "kind": "warehouse", "num_aisles": 12, "num_blocks": 2, "racks_per_block": 12,
                "stations": stations, "chargers": chargers,
            },
            "fleet": [fleet],
            "order_classes": [
                {"id": "express", "share_pct": 25, "weight": 4, "due_s": 180},
                {"id": "standard", "share_pct": 75, "weight": 1, "due_s": 600},
            ],
            "demand": {
                "kind": "poisson", "rate_per_h": orders_per_vehicle_h * num_vehicles, "popularity_exponent": 0.6,
                "pick_up_s": {"dist": "lognormal", "mean_s": 12, "cv": 0.4},
            },
            "horizon": {"demand_s": demand_s, "drain_s": drain_s},
            "objective": {"open_order_cost_per_h": 1, "late_order_cost_per_h": 4, "travel_cost_per_km": 0.05},
            "information": {"board_range_m": 60, "radio_range_m": 25},
        }
    )  # fmt: skip


def growing_scenario(num_vehicles: int) -> ScenarioSpec:
    """More orders than a fleet can do, in proportion to its size: soon all are busy, and the backlog grows alike."""
    return benchmark_scenario(num_vehicles=num_vehicles, orders_per_vehicle_h=120, demand_s=600, drain_s=0)
