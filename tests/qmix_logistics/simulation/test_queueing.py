"""The simulator against queueing theory: order by order, and in the mean."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from documents import scenario
from oracles.queueing import erlang_wait_s, pollaczek_khinchine_wait_s, waits_fifo
from playing import FIFO, test_day
from scipy import stats

from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import DayRecords, Simulator, compile_site

SERVICE_S = 50.0
AT_ONCE_MPS = 1e9
EXPONENTIAL = {"dist": "exponential", "mean_s": SERVICE_S}


def vehicles_serve(num_vehicles: int, rho: float, num_orders: int) -> ScenarioSpec:
    """Vehicles that need no time to drive: servers whose service is the pick-up."""
    return queue(rho * num_vehicles, num_orders, num_vehicles, num_vehicles, pick_up_s=EXPONENTIAL, service_s=0.0)


def station_serves(
    num_servers: int, rho: float, num_orders: int, service_s: Any = EXPONENTIAL, num_vehicles: int = 100
) -> ScenarioSpec:
    """A station with as many vehicles as there could ever be in its queue."""
    return queue(rho * num_servers, num_orders, num_vehicles, num_servers, pick_up_s=0.0, service_s=service_s)


def queue(
    offered: float, num_orders: int, num_vehicles: int, num_servers: int, pick_up_s: Any, service_s: Any
) -> ScenarioSpec:
    rate_per_h = 3600 * offered / SERVICE_S
    return scenario(
        fleet__0__count=num_vehicles,
        fleet__0__speed_mps=AT_ONCE_MPS,
        network__stations__0__servers=num_servers,
        network__stations__0__service_s=service_s,
        demand__rate_per_h=rate_per_h,
        demand__pick_up_s=pick_up_s,
        horizon__demand_s=3600 * num_orders / rate_per_h,
        horizon__drain_s=1e6,
    )


def simulate(spec: ScenarioSpec) -> DayRecords:
    simulator = Simulator(compile_site(spec))
    FIFO.reset(simulator.site, np.random.default_rng(0))
    epoch = simulator.reset(test_day(spec))
    while epoch.end is None:
        epoch = simulator.advance(FIFO.decide(epoch))
    return simulator.records()


@pytest.mark.parametrize("num_vehicles", [1, 2, 5])
@pytest.mark.parametrize("rho", [0.5, 0.9])
def test_every_order_waits_for_a_vehicle_as_long_as_the_recursion_says(num_vehicles: int, rho: float) -> None:
    spec = vehicles_serve(num_vehicles, rho, 500)
    day, records = test_day(spec), simulate(spec)
    waits_s = [task.claimed_s - records.orders[task.order].release_s for task in sorted(records.tasks)]
    expected_s = waits_fifo(day.orders["release_s"], day.pick_up_s, num_vehicles)
    assert max(expected_s) > 0
    assert waits_s == pytest.approx(expected_s, abs=1e-3)  # 500 trips of a few nanoseconds each


@pytest.mark.parametrize("num_servers", [1, 2, 5])
@pytest.mark.parametrize("rho", [0.5, 0.9])
def test_every_vehicle_waits_at_a_station_as_long_as_the_recursion_says(num_servers: int, rho: float) -> None:
    spec = station_serves(num_servers, rho, 500)
    day, records = test_day(spec), simulate(spec)
    visits = sorted(records.visits, key=lambda visit: visit.arrived_s)
    waits_s = [visit.started_s - visit.arrived_s for visit in visits if visit.started_s is not None]
    expected_s = waits_fifo(day.orders["release_s"], day.service_s[:, 0], num_servers)
    assert max(expected_s) > 0
    assert waits_s == pytest.approx(expected_s, abs=1e-3)


def mean_wait_interval(waits_s: list[float], num_batches: int = 20) -> tuple[float, float]:
    """A 99.9 % interval from batch means, the first tenth cut."""
    kept = np.array(waits_s[len(waits_s) // 10 :])
    means = [batch.mean() for batch in np.array_split(kept, num_batches)]
    half = stats.t.ppf(0.9995, num_batches - 1) * np.std(means, ddof=1) / math.sqrt(num_batches)
    return float(np.mean(means) - half), float(np.mean(means) + half)


@pytest.mark.parametrize("num_vehicles", [1, 2, 5])
def test_the_mean_wait_for_a_vehicle_is_erlangs(num_vehicles: int) -> None:
    """M/M/c at 70 %; with one vehicle more or less, theory lies outside."""
    records = simulate(vehicles_serve(num_vehicles, 0.7, 8000))
    waits_s = [task.claimed_s - records.orders[task.order].release_s for task in sorted(records.tasks)]
    low, high = mean_wait_interval(waits_s)
    rate_per_s = 0.7 * num_vehicles / SERVICE_S
    assert low < erlang_wait_s(rate_per_s, SERVICE_S, num_vehicles) < high
    assert not low < erlang_wait_s(rate_per_s, SERVICE_S, num_vehicles + 1) < high


@pytest.mark.parametrize(
    ("service_s", "cv"), [(SERVICE_S, 0.0), ({"dist": "lognormal", "mean_s": SERVICE_S, "cv": 0.5}, 0.5)]
)
def test_the_mean_wait_at_a_station_is_that_of_pollaczek_and_khinchine(service_s: Any, cv: float) -> None:
    """M/G/1 at 70 %, deterministic and lognormal; the wait of M/M/1 lies outside."""
    records = simulate(station_serves(1, 0.7, 8000, service_s, num_vehicles=40))
    visits = sorted(records.visits, key=lambda visit: visit.arrived_s)
    low, high = mean_wait_interval([v.started_s - v.arrived_s for v in visits if v.started_s is not None])
    assert low < pollaczek_khinchine_wait_s(0.7 / SERVICE_S, SERVICE_S, cv) < high
    assert not low < pollaczek_khinchine_wait_s(0.7 / SERVICE_S, SERVICE_S, 1.0) < high


def test_little() -> None:
    """
    The ledger's running integral of the number of open orders equals the sum of their sojourns.

    Orders that are still open are clipped at the end.
    """
    nothing = ("late_order_cost_per_h", "travel_cost_per_km", "energy_cost_per_kwh", "unfinished_order_cost")
    free = {f"objective__{name}": 0.0 for name in nothing}
    spec = scenario(horizon__drain_s=0, demand__rate_per_h=300, order_classes__0__weight=1, **free)
    records = simulate(spec)
    sojourns_s = [min(order.done_s or records.end_s, records.end_s) - order.release_s for order in records.orders]
    assert any(order.done_s is None for order in records.orders)
    assert 3600 * records.total_cost == pytest.approx(math.fsum(sojourns_s), rel=1e-9)
