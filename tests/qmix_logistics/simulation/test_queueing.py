"""The simulator against queueing theory: order by order, and in the mean; ``benchmarks/test_theory.py`` does more."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from documents import scenario
from oracles.queueing import erlang_wait_s, mean_excess_in_m_g_infinity, pollaczek_khinchine_wait_s, waits_fifo
from playing import FIFO, first_orders, play_day, test_day
from queues import (
    OPEN_ORDERS_ONLY,
    SERVICE_S,
    OldestFirst,
    clipped_sojourns_s,
    station_serves,
    vehicle_waits_s,
    vehicles_serve,
)
from scipy import stats

from qmix_logistics.episode import play
from qmix_logistics.simulation import Day, DayRecords, Simulator, Site, compile_site


@pytest.mark.parametrize("num_vehicles", [1, 2, 5])
@pytest.mark.parametrize("rho", [0.5, 0.9])
def test_every_order_waits_for_a_vehicle_as_long_as_the_recursion_says(num_vehicles: int, rho: float) -> None:
    spec = vehicles_serve(num_vehicles, rho, 500)
    day, records = test_day(spec), play_day(spec, FIFO).records
    expected_s = waits_fifo(day.orders["release_s"].tolist(), day.pick_up_s.tolist(), num_vehicles)
    assert max(expected_s) > 0
    assert vehicle_waits_s(day, records) == pytest.approx(expected_s, abs=1e-3)  # 500 trips of a few nanoseconds each


@pytest.mark.parametrize("num_servers", [1, 2, 5])
@pytest.mark.parametrize("rho", [0.5, 0.9])
def test_every_vehicle_waits_at_a_station_as_long_as_the_recursion_says(num_servers: int, rho: float) -> None:
    spec = station_serves(num_servers, rho, 500, num_vehicles=60)
    day, records = test_day(spec), play_day(spec, OldestFirst()).records
    expected_s = waits_fifo(day.orders["release_s"].tolist(), day.service_s[:, 0].tolist(), num_servers)
    assert max(expected_s) > 0
    assert visit_waits_s(records) == pytest.approx(expected_s, abs=1e-3)


def visit_waits_s(records: DayRecords) -> list[float]:
    visits = sorted(records.visits, key=lambda visit: visit.arrived_s)
    return [visit.started_s - visit.arrived_s for visit in visits if visit.started_s is not None]


def every(gap_s: float, day: Day, site: Site, num_orders: int) -> Day:
    """Let orders come at a fixed distance in time, all from the first rack."""
    day = first_orders(day, num_orders)
    day.orders["release_s"] = gap_s * np.arange(1, num_orders + 1)
    day.tasks["origin"] = site.network.names.index("R1.1.1")
    return day


@pytest.mark.parametrize("spare_s", [-3.0, -0.5, 0.0, 2.0])
def test_the_wait_for_a_vehicle_in_d_d_1(spare_s: float) -> None:
    """An order waits as long as all before it took together more than the time between them; to the last bit."""
    spec = scenario(fleet__0__count=1, horizon__drain_s=1e5)
    site = compile_site(spec)
    rack, station = site.network.names.index("R1.1.1"), site.stations[0].place
    way_m = site.network.distance_m[0, rack, station] + site.network.distance_m[0, station, rack]  # at 1 m/s
    day = every(way_m + 10.0 + 5.0 + spare_s, test_day(spec), site, 20)
    records = play(Simulator(site), FIFO, day, np.random.default_rng(0)).records
    assert vehicle_waits_s(day, records).tolist() == [max(0.0, -spare_s) * number for number in range(20)]


@pytest.mark.parametrize("spare_s", [-3.0, -0.5, 0.0, 2.0])
def test_the_wait_at_a_station_in_d_d_1(spare_s: float) -> None:
    """Vehicles enough; each starts at the station, so they arrive there again as far apart as their orders came."""
    spec = scenario(fleet__0__count=20, horizon__drain_s=1e5)
    site = compile_site(spec)
    day = every(5.0 + spare_s, test_day(spec), site, 20)
    records = play(Simulator(site), FIFO, day, np.random.default_rng(0)).records
    assert visit_waits_s(records) == [max(0.0, -spare_s) * number for number in range(20)]


def mean_wait_interval(waits_s: list[float], num_batches: int = 20) -> tuple[float, float]:
    """A 99.9 % interval from batch means, the first tenth cut."""
    kept = np.array(waits_s[len(waits_s) // 10 :])
    means = [batch.mean() for batch in np.array_split(kept, num_batches)]
    half = stats.t.ppf(0.9995, num_batches - 1) * np.std(means, ddof=1) / math.sqrt(num_batches)
    return float(np.mean(means) - half), float(np.mean(means) + half)


def test_the_formulas_agree_with_each_other_and_with_an_example_by_hand() -> None:
    """Three servers, 6 customers an hour, 20 minutes each: a = 2, P(0) = 1/9, 8/9 wait on average, each 4/27 h."""
    assert erlang_wait_s(6.0, 1 / 3, 3) == pytest.approx(4 / 27)
    assert erlang_wait_s(0.9, 1.0, 1) == pytest.approx(pollaczek_khinchine_wait_s(0.9, 1.0, cv=1.0))
    assert mean_excess_in_m_g_infinity(2.5, 0) == pytest.approx(2.5)
    assert mean_excess_in_m_g_infinity(2.5, 1) == pytest.approx(2.5 - 1 + math.exp(-2.5))


@pytest.mark.parametrize("num_vehicles", [1, 2, 5])
def test_the_mean_wait_for_a_vehicle_is_erlangs(num_vehicles: int) -> None:
    """M/M/c at 70 %; with one vehicle more or less, theory lies outside."""
    spec = vehicles_serve(num_vehicles, 0.7, 8000)
    low, high = mean_wait_interval(vehicle_waits_s(test_day(spec), play_day(spec, FIFO).records).tolist())
    rate_per_s = 0.7 * num_vehicles / SERVICE_S
    assert low < erlang_wait_s(rate_per_s, SERVICE_S, num_vehicles) < high
    assert not low < erlang_wait_s(rate_per_s, SERVICE_S, num_vehicles + 1) < high


@pytest.mark.parametrize(
    ("service_s", "cv"), [(SERVICE_S, 0.0), ({"dist": "lognormal", "mean_s": SERVICE_S, "cv": 0.5}, 0.5)]
)
def test_the_mean_wait_at_a_station_is_that_of_pollaczek_and_khinchine(service_s: Any, cv: float) -> None:
    """M/G/1 at 70 %, deterministic and lognormal; the wait of M/M/1 lies outside."""
    spec = station_serves(1, 0.7, 8000, service_s, num_vehicles=25)
    low, high = mean_wait_interval(visit_waits_s(play_day(spec, OldestFirst()).records))
    assert low < pollaczek_khinchine_wait_s(0.7 / SERVICE_S, SERVICE_S, cv) < high
    assert not low < pollaczek_khinchine_wait_s(0.7 / SERVICE_S, SERVICE_S, 1.0) < high


@pytest.mark.parametrize("index", range(3))
@pytest.mark.parametrize("drain_s", [0.0, 1e5])
def test_little(drain_s: float, index: int) -> None:
    """
    The ledger's running integral of the number of open orders equals the sum of their sojourns.

    Orders that are still open are clipped at the end.
    """
    spec = scenario(horizon__drain_s=drain_s, demand__rate_per_h=300, **OPEN_ORDERS_ONLY)
    records = play_day(spec, FIFO, index).records
    assert any(order.done_s is None for order in records.orders) == (drain_s == 0)
    assert 3600 * records.total_cost == pytest.approx(clipped_sojourns_s(records), rel=1e-9)
