from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from documents import battery_scenario, scenario
from hypothesis import given, settings
from hypothesis import strategies as st
from playing import FIFO, NEAREST, AnyFeasible, test_day

from qmix_logistics.episode import play
from qmix_logistics.simulation import Day, Simulator, compile_site
from qmix_logistics_baselines.matching import MatchingPolicy

WINDOW = {"opens_after_s": {"low_s": 60, "high_s": 300}, "width_s": 300, "is_hard": True}


@st.composite
def scenarios(draw: st.DrawFn) -> dict[str, Any]:
    """Return changes that make different kinds of scenarios."""
    changes: dict[str, Any] = {
        "demand__rate_per_h": draw(st.sampled_from([30, 90])),
        "demand__destination_choice": draw(st.booleans()),
        "demand__mean_tasks_per_order": draw(st.sampled_from([1.0, 2.0])),
        "network__travel_noise": draw(st.sampled_from([None, {"cv": 0.3}])),
        "network__stations": [{"id": f"S{n}", "aisle": n, "service_s": 5.0} for n in (1, 3)],
        "horizon": {"demand_s": 600, "drain_s": 1200},
        "experiment__seed": draw(st.integers(0, 3)),
    }
    if draw(st.booleans()):
        changes["order_classes__0__window"] = WINDOW
    if draw(st.booleans()):
        changes["disruptions"] = {
            "surges": [{"earliest_s": 0, "latest_s": 300, "duration_s": 200, "factor": 3, "probability_pct": 60}],
            "planner_outages": [{"earliest_s": 0, "latest_s": 300, "duration_s": 100}],
        }
    if draw(st.booleans()):
        changes["network__docks"] = [{"id": "D1", "aisle": 2, "servers": 2, "service_s": 4.0}]
        changes["network__customers"] = {"count": 5, "radius_m": 200}
        changes["demand__transports"] = [{"origin": "rack", "destination": "dock"}, {"destination": "customer"}]
    elif draw(st.booleans()):
        changes["network__congestion"] = "segments"
    return changes


def fleet_of(number: int, *, has_breakdowns: bool) -> dict[str, Any]:
    fleet: dict[str, Any] = {"id": "amr", "count": number, "speed_mps": 1.0, "capacity_units": 4}
    if has_breakdowns:
        fleet["breakdowns"] = {"mean_driving_s": 300, "repair_s": 60}
    return fleet


def demand_bytes(day: Day) -> dict[str, bytes]:
    """Return all of a day that has nothing to do with the fleet."""
    values = {field.name: getattr(day, field.name) for field in dataclasses.fields(day)}
    del values["initial_battery_pct"]
    return {
        name: value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode()
        for name, value in values.items()
    }


@settings(max_examples=40, deadline=None)
@given(scenarios(), st.booleans(), st.integers(0, 2))
def test_demand_is_the_same_for_every_fleet_and_under_every_policy(
    changes: dict[str, Any], has_breakdowns: bool, index: int
) -> None:
    specs = [scenario(**changes | {"fleet": [fleet_of(n, has_breakdowns=has_breakdowns)]}) for n in (2, 5)]
    days = [test_day(spec, index) for spec in specs]
    assert demand_bytes(days[0]) == demand_bytes(days[1])
    before, seen = demand_bytes(days[0]), []
    for policy in (NEAREST, FIFO, AnyFeasible(), MatchingPolicy(2.0, anticipatory=True)):
        records = play(Simulator(compile_site(specs[0])), policy, days[0], np.random.default_rng(0)).records
        assert demand_bytes(days[0]) == before
        seen.append({order.order: (order.release_s, order.due_s, order.weight) for order in records.orders})
    for order in set.intersection(*(set(orders) for orders in seen)):
        assert len({orders[order] for orders in seen}) == 1


@given(st.integers(0, 5))
@settings(max_examples=5, deadline=None)
def test_vehicles_that_both_fleets_have_begin_with_the_same_battery(index: int) -> None:
    levels = [test_day(battery_scenario(fleet__0__count=n), index).initial_battery_pct for n in (2, 5)]
    assert levels[0].tobytes() == levels[1][:2].tobytes()
