"""Scenarios of static routing instances."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qmix_logistics.importers.document import RULES, csv_text, plain, scenario_name, sentences
from qmix_logistics.importers.imported import ImportedScenario, ImportOptions
from qmix_logistics.importers.instance import StaticInstance, StaticTransport
from qmix_logistics.importers.revealing import reveal_s

SOLUTION_LIMIT, PAIRS_SOLUTION_LIMIT = 1000, 600
"""Search effort of routes from one depot, and of pick-ups and drop-offs, which take longer; up to 100 transports."""
LOST_ORDER_COST = 10_000
"""What an order costs that is not served: more than any way to it."""


def static_scenario(instance: StaticInstance, source: Path, options: ImportOptions) -> ImportedScenario:
    """
    Return a static instance as a day: all orders known at the start, or revealed during the day.

    Cost is distance: only ways cost, and an order that is not served costs more than any way.

    Parameters
    ----------
    instance
        The instance.
    source
        Its file; gives the name.
    options
        Vehicles, orders, and the share and urgency of orders that are revealed during the day.
    """
    depot = instance.points[0][0]
    transports = instance.transports[: options.orders]
    releases_s = reveal_s(instance, transports, options)
    is_dynamic = any(releases_s)
    horizon = {"demand_s": plain(max(instance.closes_s, 1.0)) if is_dynamic else 1, "drain_s": plain(instance.closes_s)}
    document = {
        "version": 1,
        "name": scenario_name(source),
        "description": instance.origin,
        "network": _network(instance, depot),
        "fleet": [
            {
                "id": "vehicle",
                "count": options.vehicles or instance.num_vehicles,
                "speed_mps": 1,
                "capacity_units": plain(instance.capacity_units),
                "max_tasks_on_board": max(len(transports), 1),
                "home": [depot],
                "returns_home": True,
            }
        ],
        "order_classes": [{"id": "standard", "share_pct": 100, "due_s": plain(instance.closes_s)}],
        "demand": {"kind": "orders", "path": "orders.csv", "pick_up_s": 0},
        "horizon": horizon,
        "objective": {
            "open_order_cost_per_h": 0,
            "travel_cost_per_km": 1000,
            "lost_order_cost": LOST_ORDER_COST,
            "unfinished_order_cost": LOST_ORDER_COST,
        },
        "policies": [*({"kind": kind} for kind in RULES), _routes(instance, transports, is_dynamic=is_dynamic)],
        "experiment": {"replications": 1},
    }
    files = {"orders.csv": _orders_csv(transports, releases_s)}
    if instance.trips is not None:
        files["places.csv"] = csv_text(("node", "x_m", "y_m"), [(n, plain(x), plain(y)) for n, x, y in instance.points])
        files["trips.csv"] = csv_text(("from", "to", "distance_m"), instance.trips)
    return ImportedScenario(document, files, _note(instance, transports, releases_s, options))


def _routes(instance: StaticInstance, transports: Sequence[StaticTransport], *, is_dynamic: bool) -> dict[str, Any]:
    """All at once where everything is known; else again and again."""
    depot = instance.points[0][0]
    easier = min((100 / max(len(transports), 1)) ** 2, 1.0)
    has_pairs = any(transport.pick_up.node != depot for transport in transports)
    return {
        "kind": "rolling_horizon",
        "replan_period_s": plain(max(instance.closes_s, 1.0) / (100 if is_dynamic else 1)),
        "max_planned_tasks": min(max(len(transports), 30), 1000),
        "solution_limit": max(round((PAIRS_SOLUTION_LIMIT if has_pairs else SOLUTION_LIMIT) * easier), 5),
        "safety_time_limit_s": 600,
    }


def _network(instance: StaticInstance, depot: str) -> dict[str, Any]:
    depots = [{"node": depot, "servers": None}]
    if instance.trips is not None:
        return {"kind": "matrix", "places": "places.csv", "trips": "trips.csv", "depots": depots}
    points = [{"node": name, "x_m": plain(x), "y_m": plain(y)} for name, x, y in instance.points]
    network: dict[str, Any] = {"kind": "points", "points": points, "depots": depots}
    if instance.truncate_decimals is not None:
        network["truncate_decimals"] = instance.truncate_decimals
    return network


def _orders_csv(transports: Sequence[StaticTransport], releases_s: Sequence[float]) -> str:
    header = ("order", "from", "to", "release_s", "due_s", "load_units", "pick_up_s", "drop_off_s", "pick_up_from_s",
              "pick_up_until_s", "drop_off_from_s", "drop_off_until_s")  # fmt: skip
    rows = [
        (
            one.order, one.pick_up.node, one.drop_off.node, plain(release_s), _cell(one.drop_off.until_s
            + one.drop_off.service_s), plain(one.load_units), plain(one.pick_up.service_s),
            plain(one.drop_off.service_s), plain(one.pick_up.from_s), _cell(one.pick_up.until_s),
            plain(one.drop_off.from_s), _cell(one.drop_off.until_s),
        )
        for one, release_s in zip(transports, releases_s, strict=True)
    ]  # fmt: skip
    return csv_text(header, rows)


def _cell(time_s: float) -> object:
    return plain(time_s) if math.isfinite(time_s) else ""


def _note(
    instance: StaticInstance, transports: Sequence[StaticTransport], releases_s: Sequence[float], options: ImportOptions
) -> str:
    dynamic = sum(release_s > 0 for release_s in releases_s)
    return sentences(
        f"{len(transports)} of {len(instance.transports)} orders were taken, {dynamic} of them revealed during the day",
        f"The fleet is {options.vehicles or instance.num_vehicles}, for {instance.num_vehicles} of the original",
        "A unit of distance is a metre, driven in a second; cost is distance",
        f"Distances are cut off after {instance.truncate_decimals} decimal"
        if instance.truncate_decimals is not None
        else "",
    )
