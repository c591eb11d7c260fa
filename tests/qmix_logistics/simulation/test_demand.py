from __future__ import annotations

import datetime

import numpy as np
import pytest
from documents import scenario

from qmix_logistics.composition import build_demand
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.trace import OrderLine
from qmix_logistics.simulation import Day, DayKey, DemandModel, Split, TraceDemandModel, compile_site

DATES = [datetime.date(2026, 1, day) for day in (5, 6, 7, 8)]


def demand_of(spec: ScenarioSpec) -> DemandModel:
    return build_demand(spec, compile_site(spec))


def trace_scenario(**changes: object) -> ScenarioSpec:
    demand = {"kind": "trace", "test_days": 1, "validation_days": 1, "day_starts_s": "8 h"} | changes
    return scenario(demand=demand, horizon={"demand_s": "10 h", "drain_s": "1 h"}, fleet__0__capacity_units=10)


def trace(lines: list[OrderLine], **changes: object) -> TraceDemandModel:
    spec = trace_scenario(**changes)
    return TraceDemandModel(spec, spec.demand, compile_site(spec), lines)  # type: ignore[arg-type]


def line(date: datetime.date, hour: float, order: str, sku: str, qty: float = 1.0) -> OrderLine:
    return OrderLine(date, hour * 3600, order, sku, qty)


def four_days(**skus: int) -> list[OrderLine]:
    """Lines on every day: each SKU as often as it says, in an order of its own."""
    return [line(d, 9, f"{sku}{n}", sku) for d in DATES for sku, number in skus.items() for n in range(number)]


def num_orders(spec: ScenarioSpec, num_days: int) -> list[int]:
    demand = demand_of(spec)
    return [len(demand.realise(DayKey(Split.TRAINING, index)).orders) for index in range(num_days)]


def test_poisson_arrivals_have_the_mean_and_variance_of_their_rate() -> None:
    """120 an hour for 20 minutes: 40, within five standard errors of 300 days."""
    counts = num_orders(scenario(), 300)
    assert abs(np.mean(counts) - 40) < 5 * np.sqrt(40 / 300)
    assert abs(np.var(counts, ddof=1) - 40) < 5 * 40 * np.sqrt(2 / 300)


def test_rates_change_at_their_times() -> None:
    profile = [{"from_s": 0, "rate_per_h": 60}, {"from_s": 400, "rate_per_h": 0}, {"from_s": 800, "rate_per_h": 600}]
    demand = demand_of(scenario(demand={"kind": "piecewise_poisson", "profile": profile}))
    times_s = np.concatenate([demand.realise(DayKey(Split.TEST, index)).orders["release_s"] for index in range(200)])
    counts = np.histogram(times_s, [0, 400, 800, 1200])[0] / 200
    assert counts == pytest.approx([60 * 400 / 3600, 0, 600 * 400 / 3600], rel=0.1)


def test_classes_have_their_shares_and_due_times() -> None:
    demand = demand_of(scenario(demand__mean_tasks_per_order=2.0, order_classes__1__due_per_task_s=30))
    days = [demand.realise(DayKey(Split.TEST, index)) for index in range(60)]
    orders = np.concatenate([day.orders for day in days])
    standard = orders["order_class"] == 1
    assert standard.mean() == pytest.approx(0.75, abs=0.05)
    assert set(orders["weight"][~standard]) == {4.0}
    assert orders["due_s"][~standard] - orders["release_s"][~standard] == pytest.approx(120)
    more_s = 30.0 * (orders["num_tasks"][standard] - 1)
    assert orders["due_s"][standard] - orders["release_s"][standard] == pytest.approx(600 + more_s)
    assert orders["num_tasks"].mean() == pytest.approx(2.0, rel=0.1)


def test_splits_and_seeds_share_no_day() -> None:
    releases = [
        demand_of(scenario(experiment={"seed": seed})).realise(DayKey(split, 0)).orders["release_s"]
        for seed in (1, 2)
        for split in Split
    ]
    assert len(np.unique(np.concatenate(releases))) == sum(map(len, releases))


def test_popular_goods_lie_near_the_stations() -> None:
    spec = scenario(demand__popularity_exponent=2.0)
    site = compile_site(spec)
    days = [demand_of(spec).realise(DayKey(Split.TEST, index)) for index in range(20)]
    origins, counts = np.unique(np.concatenate([day.tasks["origin"] for day in days]), return_counts=True)
    ways_m = site.network.distance_m[0, site.stations[0].place, origins]
    assert ways_m[counts.argmax()] == ways_m.min()


def test_lines_of_one_order_become_its_tasks_and_heavy_lines_are_split() -> None:
    lines = [line(d, 9, "7", "A", 25.0) for d in DATES] + [line(d, 9.5, "7", "B", 3.0) for d in DATES]
    day = trace(lines).realise(DayKey(Split.TEST, 0))
    assert day.label == "2026-01-08"
    assert day.orders["release_s"].tolist() == [3600.0]  # at nine, an hour after the day began
    assert day.orders["num_tasks"].tolist() == [4]
    assert sorted(day.tasks["load_units"]) == pytest.approx([3, 25 / 3, 25 / 3, 25 / 3])
    assert len(set(day.tasks["destination"])) == 1


def test_goods_are_slotted_by_popularity_in_the_training_days_only() -> None:
    """On the test day C is the most wanted, but training days knew A best."""
    lines = four_days(A=3, B=2) + [line(DATES[-1], 9, f"C{n}", "C") for n in range(9)]
    model = trace(lines)
    spec = trace_scenario()
    site = compile_site(spec)
    day = model.realise(DayKey(Split.TEST, 0))
    ways_m = site.network.distance_m[0, site.stations[0].place, day.tasks["origin"]]
    by_sku = dict(zip("AAABBCCCCCCCCC", sorted(ways_m), strict=True))
    assert by_sku["A"] < by_sku["B"] < by_sku["C"]
    assert np.unique(ways_m).tolist() == sorted(by_sku.values())


def test_the_order_of_rows_in_the_file_does_not_matter() -> None:
    lines = [line(d, 9 + n % 3, str(n), sku) for d in DATES for n, sku in enumerate("ABCDEFGH")]
    forwards, backwards = trace(lines), trace(lines[::-1])
    a, b = (model.realise(DayKey(Split.TEST, 0)) for model in (forwards, backwards))
    assert np.array_equal(a.orders, b.orders)
    assert np.array_equal(a.tasks, b.tasks)


def resampled_days(model: TraceDemandModel, number: int) -> list[Day]:
    return [model.realise(DayKey(Split.TRAINING, index)) for index in range(number)]


def test_resampled_days_hold_only_orders_of_training_days() -> None:
    """Training days sell A at nine; validation and test days sell Z at noon: no training day ever sees Z."""
    lines = [line(d, 9, str(n), "A") for d in DATES[:2] for n in range(20)]
    lines += [line(d, 12, str(n), "Z") for d in DATES[2:] for n in range(50)]
    model = trace(lines)
    assert model.num_days(Split.TRAINING) is None
    assert [model.num_days(split) for split in (Split.VALIDATION, Split.TEST)] == [1, 1]
    days = resampled_days(model, 10)
    rack_of_z = set(model.realise(DayKey(Split.TEST, 0)).tasks["origin"])
    for day in days:
        assert len(day.orders) == 20
        assert not rack_of_z & set(day.tasks["origin"])
        assert np.abs(day.orders["release_s"] - 3600).max() <= 900
    assert len({day.orders["release_s"].tobytes() for day in days}) == 10


def test_without_resampling_training_repeats_the_recorded_days() -> None:
    model = trace(four_days(A=2), resample=False)
    assert model.num_days(Split.TRAINING) == 2
    labels = [model.realise(DayKey(Split.TRAINING, index)).label for index in range(3)]
    assert labels == ["2026-01-05", "2026-01-06", "2026-01-05"]
