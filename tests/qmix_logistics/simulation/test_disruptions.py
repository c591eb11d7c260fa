from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from documents import BATTERY, battery_scenario, scenario
from handmade import day_with
from playing import FIFO, NEAREST, Watching, play_day, test_day

from qmix_logistics.episode import Policy, play
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import (
    DayRecords,
    DecisionEpoch,
    OrderStatus,
    SegmentRecord,
    Simulator,
    VehicleState,
    compile_site,
)
from qmix_logistics.simulation.day import Mishaps, Span
from qmix_logistics_baselines.rolling_horizon import RollingHorizonPolicy


def in_state(records: DayRecords, state: VehicleState) -> list[SegmentRecord]:
    return [segment for segment in records.segments if segment.state is state]


def play_with(spec: ScenarioSpec, policy: Policy, racks: list[str], mishaps: Mishaps | None = None) -> DayRecords:
    day = dataclasses.replace(day_with(spec, racks), mishaps=mishaps or Mishaps())
    return play(Simulator(compile_site(spec)), policy, day, np.random.default_rng(0)).records


def frail(**changes: Any) -> ScenarioSpec:
    return scenario(fleet__0__breakdowns={"mean_driving_s": 60, "repair_s": 50}, **changes)


def test_a_breakdown_takes_its_repair_and_the_day_goes_on() -> None:
    records = play_day(frail()).records
    broken = in_state(records, VehicleState.BROKEN)
    assert records.breakdowns == len(broken) > 3
    assert [segment.end_s - segment.start_s for segment in broken] == pytest.approx([50] * len(broken))
    assert all(order.status is OrderStatus.DONE for order in records.orders)


def test_failures_come_after_the_same_driving_time_whatever_the_policy() -> None:
    def first_failure_s(policy: Policy) -> dict[str, float]:
        driven_s: dict[str, float] = {}
        for segment in play_day(frail(), policy).records.segments:
            if segment.state is VehicleState.BROKEN:
                driven_s.setdefault(f"{segment.vehicle} failed after", driven_s.get(segment.vehicle, 0.0))
            elif segment.state in (VehicleState.EMPTY_TRAVEL, VehicleState.LOADED_TRAVEL):
                driven_s[segment.vehicle] = driven_s.get(segment.vehicle, 0.0) + segment.end_s - segment.start_s
        return {name: at_s for name, at_s in driven_s.items() if "failed" in name}

    nearest, fifo = first_failure_s(NEAREST), first_failure_s(FIFO)
    assert nearest == pytest.approx(fifo)
    assert len(nearest) == 2


def test_a_larger_fleet_shares_the_failures_of_the_smaller_one() -> None:
    small, large = frail(), frail(fleet__0__count=3)
    streams = [Simulator(compile_site(spec)) for spec in (small, large)]
    until_s = []
    for simulator, spec in zip(streams, (small, large), strict=True):
        simulator.reset(test_day(spec))
        until_s.append([vehicle._motion._until_failure_s for vehicle in simulator._vehicles])
    assert until_s[0] == until_s[1][:2]


def test_a_task_that_a_broken_vehicle_was_fetching_goes_to_another() -> None:
    spec = scenario(fleet__0__breakdowns={"mean_driving_s": 1e9, "repair_s": 500})
    simulator = Simulator(compile_site(spec))
    epoch = simulator.reset(day_with(spec, ["R1.1.4"]))
    simulator._vehicles[0]._motion._until_failure_s = 3.0  # type: ignore[union-attr]
    FIFO.reset(simulator.site, np.random.default_rng(0))
    while epoch.end is None:
        epoch = simulator.advance(FIFO.decide(epoch))
    records = simulator.records()
    assert [(task.vehicle, task.claimed_s) for task in records.tasks] == [("amr-2", 3.0)]
    assert records.orders[0].status is OrderStatus.DONE


def test_a_load_stays_on_board_of_a_broken_vehicle() -> None:
    spec = scenario(fleet__0__count=1, fleet__0__breakdowns={"mean_driving_s": 1e9, "repair_s": 500})
    free = play_with(scenario(fleet__0__count=1), FIFO, ["R1.1.4"])
    simulator = Simulator(compile_site(spec))
    epoch = simulator.reset(day_with(spec, ["R1.1.4"]))
    simulator._vehicles[0]._motion._until_failure_s = 15.0  # type: ignore[union-attr]
    FIFO.reset(simulator.site, np.random.default_rng(0))
    while epoch.end is None:
        epoch = simulator.advance(FIFO.decide(epoch))
    records = simulator.records()
    assert [task.vehicle for task in records.tasks] == ["amr-1"]
    assert records.orders[0].done_s == pytest.approx((free.orders[0].done_s or 0) + 500)


def test_a_charger_that_fails_lets_its_vehicle_go_with_what_it_has() -> None:
    spec = battery_scenario(
        fleet__0__count=1,
        fleet__0__battery=BATTERY | {"initial": {"low_pct": 20, "high_pct": 20}},
        demand__rate_per_h=1,
    )
    charging = in_state(play_with(spec, NEAREST, ["R1.1.1"]), VehicleState.CHARGING)
    start_s, end_s = charging[0].start_s, charging[0].end_s
    assert end_s - start_s > 60
    number = 0 if charging[0].place == "C1" else 1
    faults = Mishaps(charger_faults=((number, Span(start_s + 30, start_s + 90)),))
    records = play_with(spec, NEAREST, ["R1.1.1"], faults)
    first = in_state(records, VehicleState.CHARGING)[0]
    assert (first.start_s, first.end_s) == pytest.approx((start_s, start_s + 30))
    assert records.orders[0].status is OrderStatus.DONE


def test_in_an_outage_a_central_policy_gives_no_new_tasks_and_then_goes_on() -> None:
    asked: list[tuple[float, bool]] = []

    def watch(epoch: DecisionEpoch) -> None:
        asked.append((epoch.time_s, epoch.is_planner_up))

    spec = scenario(disruptions={"planner_outages": [{"earliest_s": 300, "duration_s": 200}]})
    records = play_day(spec, Watching(NEAREST, watch)).records
    assert {is_up for time_s, is_up in asked if 300 <= time_s < 500} == {False}
    assert {is_up for time_s, is_up in asked if not 300 <= time_s <= 500} == {True}
    claimed_s = np.array([task.claimed_s for task in records.tasks])
    assert not ((claimed_s >= 300) & (claimed_s < 500)).any()
    assert (claimed_s == 500).any()  # all who wait are asked as soon as the planner is back
    assert all(order.status is OrderStatus.DONE for order in records.orders)


def test_a_plan_that_is_kept_is_followed_in_an_outage_and_one_that_is_lost_is_not() -> None:
    racks = [f"R{aisle}.1.{rack}" for aisle in (1, 2, 3) for rack in (1, 2, 3, 4)]
    outage = Mishaps(planner_outages=(Span(1.0, 400.0),))

    def claimed_in_outage(plan_in_outage: str) -> int:
        spec = scenario(disruptions={"plan_in_outage": plan_in_outage}, horizon={"demand_s": 10, "drain_s": 3600})
        planner = RollingHorizonPolicy(5.0, 30, 20, 30.0)
        records = play_with(spec, planner, racks, outage)
        assert all(order.status is OrderStatus.DONE for order in records.orders)
        return sum(1 < task.claimed_s < 400 for task in records.tasks)

    assert claimed_in_outage("lose") == 0
    assert claimed_in_outage("keep") == len(racks) - 2


def test_surges_multiply_the_orders_and_leave_the_rest_of_the_day_as_long() -> None:
    surge = {"earliest_s": 200, "duration_s": 600, "factor": 4}
    spec = scenario(demand__rate_per_h=600, disruptions={"surges": [surge]})
    release_s = np.concatenate([test_day(spec, index).orders["release_s"] for index in range(20)])
    within = ((release_s >= 200) & (release_s < 800)).sum() / (20 * 600 / 3600)
    outside = ((release_s < 200) | (release_s >= 800)).sum() / (20 * 600 / 3600)
    assert within == pytest.approx(2400, rel=4 / np.sqrt(20 * 400))
    assert outside == pytest.approx(600, rel=4 / np.sqrt(20 * 100))


def test_mishaps_are_drawn_for_the_day_within_their_bounds() -> None:
    outage = {"earliest_s": 100, "latest_s": 200, "duration_s": 50, "probability_pct": 50}
    spec = scenario(disruptions={"planner_outages": [outage]})
    spans = [span for index in range(200) for span in test_day(spec, index).mishaps.planner_outages]
    assert 70 < len(spans) < 130
    assert all(100 <= span.from_s <= 200 and span.until_s == span.from_s + 50 for span in spans)
    assert test_day(spec, 7).mishaps == test_day(spec, 7).mishaps
