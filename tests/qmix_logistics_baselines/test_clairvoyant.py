"""Plans with hindsight: replayed exactly, never worse than where they began, and the best there is on small days."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from documents import battery_scenario, scenario
from handmade import day_with
from hypothesis import given, settings
from hypothesis import strategies as st
from playing import NEAREST, test_day
from varied import scenarios

from qmix_logistics.composition import build_baseline
from qmix_logistics.episode import Policy, play
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.policies import MatchingPolicy
from qmix_logistics.simulation import Simulator, StopKind, compile_site
from qmix_logistics_baselines.clairvoyant import DayPlan, best_known, plan_of_records, replay
from qmix_logistics_baselines.plan_following import PlannedStop

pytestmark = pytest.mark.usefixtures("shapes_on_trust")

ANTICIPATORY = build_baseline(MatchingPolicy(kind="matching", anticipatory=True))


def played(spec: ScenarioSpec, policy: Policy, index: int) -> tuple[float, DayPlan]:
    """Return what a day costs under a policy, and the plan that its records tell of."""
    site, day = compile_site(spec), test_day(spec, index)
    records = play(Simulator(site), policy, day, np.random.default_rng(0)).records
    return records.total_cost, plan_of_records(site, records)


@pytest.mark.parametrize("spec", [scenario(), battery_scenario()])
@pytest.mark.parametrize("policy", [NEAREST, ANTICIPATORY])
@pytest.mark.parametrize("index", range(3))
def test_a_day_that_is_replayed_costs_the_same(spec: ScenarioSpec, policy: Policy, index: int) -> None:
    cost, plan = played(spec, policy, index)
    records = replay(Simulator(compile_site(spec)), test_day(spec, index), plan)
    assert records is not None
    assert records.total_cost == pytest.approx(cost)
    assert plan_of_records(compile_site(spec), records) == plan


def test_a_replay_ends_where_it_has_cost_too_much() -> None:
    cost, plan = played(scenario(), NEAREST, 0)
    simulator, day = Simulator(compile_site(scenario())), test_day(scenario())
    assert replay(simulator, day, plan, 0.9 * cost) is None
    assert replay(simulator, day, plan, 1.1 * cost) is not None


@settings(max_examples=8, deadline=None)
@given(scenarios(), st.integers(0, 99))
def test_hindsight_is_no_worse_than_any_plan_it_begins_with_and_repeats(values: dict[str, Any], seed: int) -> None:
    spec = scenario(**values)
    site, day = compile_site(spec), test_day(spec)
    plans = [played(spec, policy, 0)[1] for policy in (NEAREST, ANTICIPATORY)]
    first, again = (best_known(site, day, plans, 40, np.random.default_rng(seed)) for _ in range(2))
    assert first == again
    replayed = [replay(Simulator(site), day, plan) for plan in plans]
    assert first.cost <= min(records.total_cost for records in replayed if records is not None)


def all_plans(num_vehicles: int, num_tasks: int, *, may_mix: bool) -> Iterator[DayPlan]:
    """Yield every way to serve all tasks: who does which, in which order; picked up together where that may be."""
    stops = [PlannedStop(kind, task) for task in range(num_tasks) for kind in (StopKind.PICK_UP, StopKind.DROP_OFF)]
    for vehicles in itertools.product(range(num_vehicles), repeat=num_tasks):
        for order in itertools.permutations(stops):
            when = {stop: index for index, stop in enumerate(order)}
            pick_ups, drop_offs = stops[::2], stops[1::2]
            if any(when[a] > when[b] for a, b in zip(pick_ups, drop_offs, strict=True)):
                continue
            if not may_mix and any(when[b] != when[a] + 1 for a, b in zip(pick_ups, drop_offs, strict=True)):
                continue
            yield DayPlan({n: [stop for stop in order if vehicles[stop.task] == n] for n in range(num_vehicles)})


@pytest.mark.parametrize("max_tasks", [1, 3])
@pytest.mark.parametrize("seed", range(5))
def test_small_days_are_solved_as_brute_force_does(max_tasks: int, seed: int) -> None:
    """Three tasks of two vehicles, six stops, the last ones not known at first; every plan there is, simulated."""
    spec = scenario(fleet__0__max_tasks_on_board=max_tasks, fleet__0__capacity_units=2)
    rng, site = np.random.default_rng(seed), compile_site(spec)
    racks = [f"R{rng.integers(1, 4)}.1.{rng.integers(1, 5)}" for _ in range(3)]
    day = day_with(spec, racks, release_s=np.sort(rng.uniform(0, 40, 3)) * [0, 1, 1])
    day.orders["weight"] = rng.choice([1.0, 4.0], 3)
    simulator = Simulator(site, is_recording=False)
    found = [replay(simulator, day, plan) for plan in all_plans(2, 3, may_mix=max_tasks > 1)]
    best = min(records.total_cost for records in found if records is not None)
    start = plan_of_records(site, play(Simulator(site), NEAREST, day, rng).records)
    assert best_known(site, day, [start], 400, rng).cost == pytest.approx(best)
