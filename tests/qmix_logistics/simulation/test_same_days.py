from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from documents import battery_scenario, scenario
from hypothesis import given, settings
from hypothesis import strategies as st
from playing import FIFO, NEAREST, AnyFeasible, test_day
from varied import fleet_of, scenarios

from qmix_logistics.episode import play
from qmix_logistics.simulation import Day, Simulator, compile_site
from qmix_logistics_baselines.matching import MatchingPolicy


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
