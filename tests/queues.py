"""The simulator as a queue: vehicles that need no time to drive serve, or a station with vehicles enough does."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from documents import scenario
from jaxtyping import Float

from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import Day, DayRecords, DecisionEpoch, Dispatch, Site

SERVICE_S = 50.0
AT_ONCE_MPS = 1e9
"""A trip takes less than 1e-7 s: at a utilisation of 90 % that adds less than 1e-7 of a mean wait."""
EXPONENTIAL = {"dist": "exponential", "mean_s": SERVICE_S}
OPEN_ORDERS_ONLY = {
    "objective__open_order_cost_per_h": 1.0,
    "objective__late_order_cost_per_h": 0.0,
    "objective__travel_cost_per_km": 0.0,
    "objective__energy_cost_per_kwh": 0.0,
    "objective__unfinished_order_cost": 0.0,
    "order_classes__0__weight": 1.0,
}
"""The cost of a day is then the hours that its orders are open, together."""


class OldestFirst:
    """The rule ``fifo`` where all ways are alike, in a tenth of its time: the first vehicle takes the oldest task."""

    information = "global"
    num_cut_off = 0

    def reset(self, site: Site, rng: np.random.Generator) -> None:
        pass

    def decide(self, epoch: DecisionEpoch) -> Dispatch:
        columns = np.full(epoch.num_deciders, epoch.wait)
        oldest = epoch.stops["release_s"][epoch.pick_ups].argsort(kind="stable")[: epoch.num_deciders]
        columns[: len(oldest)] = epoch.pick_ups.start + oldest
        return Dispatch(columns)


def vehicles_serve(num_vehicles: int, rho: float, num_orders: float, **changes: Any) -> ScenarioSpec:
    """Vehicles that need no time to drive: servers whose service is the pick-up."""
    changes = {"demand__pick_up_s": EXPONENTIAL, "network__stations__0__service_s": 0.0} | changes
    return _queue(rho * num_vehicles, num_orders, num_vehicles, num_vehicles, **changes)


def station_serves(
    num_servers: int, rho: float, num_orders: float, service_s: Any = EXPONENTIAL, num_vehicles: int = 100
) -> ScenarioSpec:
    """A station with as many vehicles as there could ever be in its queue."""
    changes = {"demand__pick_up_s": 0.0, "network__stations__0__service_s": service_s}
    return _queue(rho * num_servers, num_orders, num_vehicles, num_servers, **changes)


def vehicle_waits_s(day: Day, records: DayRecords) -> Float[np.ndarray, " order"]:
    """Return how long each order waited until a vehicle took it."""
    waits_s: Float[np.ndarray, " order"] = np.array([task.claimed_s for task in records.tasks])
    waits_s -= day.orders["release_s"]
    return waits_s


def station_waits_s(day: Day, records: DayRecords) -> Float[np.ndarray, " order"]:
    """Return how long each order's vehicle waited at the only station; where vehicles need no time to drive."""
    times_s = [(task.picked_up_s, task.dropped_off_s) for task in records.tasks]
    waits_s: Float[np.ndarray, " order"] = np.diff(np.array(times_s, float))[:, 0]
    waits_s -= day.service_s[:, 0]
    return waits_s


def clipped_sojourns_s(records: DayRecords) -> float:
    """Return how long orders were open until the day ended, together."""
    end_s = records.end_s
    return math.fsum((end_s if order.done_s is None else order.done_s) - order.release_s for order in records.orders)


def _queue(offered: float, num_orders: float, num_vehicles: int, num_servers: int, **changes: Any) -> ScenarioSpec:
    rate_per_h = 3600 * offered / SERVICE_S
    sizes = {
        "fleet__0__count": num_vehicles,
        "fleet__0__speed_mps": AT_ONCE_MPS,
        "network__stations__0__servers": num_servers,
        "demand__rate_per_h": rate_per_h,
        "horizon__demand_s": 3600 * num_orders / rate_per_h,
        "horizon__drain_s": 1e6,
    }
    return scenario(**sizes | changes)
