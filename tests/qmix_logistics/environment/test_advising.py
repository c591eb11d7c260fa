"""What a planner advises: followed to the last digit, hidden from those who must not know, old in an outage."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from documents import battery_scenario, scenario
from observing import kept_epochs
from playing import play_day

from qmix_logistics.environment.advising import advice_of
from qmix_logistics.environment.codec import Codec
from qmix_logistics.environment.epoch_batch import Advice
from qmix_logistics.episode import Policy
from qmix_logistics.learning.dispatch.entity_network import UtilityNetwork
from qmix_logistics.learning.dispatch.learned_policy import LearnedPolicy
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics_baselines.matching import MatchingPolicy
from qmix_logistics_baselines.on_vehicle import FallbackPolicy, OnVehiclePolicy
from qmix_logistics_baselines.rolling_horizon import RollingHorizonPolicy

SEVERAL_ON_BOARD = {"fleet__0__max_tasks_on_board": 3, "fleet__0__capacity_units": 3}
SPECS = {
    "one at a time": scenario(demand__rate_per_h=300),
    "batteries": battery_scenario(demand__rate_per_h=200, demand__destination_choice=True),
    "several on board": scenario(demand__rate_per_h=200, **SEVERAL_ON_BOARD),
    "short lists": scenario(demand__rate_per_h=900, candidates={"k": 4}),
}
PLANNERS = {
    "matching": lambda: MatchingPolicy(2.0, anticipatory=True),
    "routes": lambda: RollingHorizonPolicy(30.0, 12, 5, 60.0),
}


def untrained(adviser: Policy | None) -> LearnedPolicy:
    return LearnedPolicy(UtilityNetwork(8, advice_trust=0.1), adviser)


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS.keys())
@pytest.mark.parametrize("planner", PLANNERS)
def test_who_has_learned_nothing_does_as_advised(spec: ScenarioSpec, planner: str) -> None:
    mine, theirs = (play_day(spec, policy).records for policy in (untrained(PLANNERS[planner]()), PLANNERS[planner]()))
    assert (mine.total_cost, mine.orders, mine.stops) == (theirs.total_cost, theirs.orders, theirs.stops)


def advised(spec: ScenarioSpec) -> tuple[Any, Any]:
    """Return the last epoch of a stretch of a day, and what the planner says."""
    site, epochs = kept_epochs(spec)
    planner = PLANNERS["matching"]()
    planner.reset(site, np.random.default_rng(0))
    epoch = next(epoch for epoch in reversed(epochs) if epoch.num_pending > 3)
    return Codec(site).encode([epoch]), Codec(site).encode([epoch], shown=[advice_of(planner, epoch)])


def test_what_a_teacher_shows_is_hidden_from_the_vehicles() -> None:
    without, beside = advised(SPECS["one at a time"])
    for field in dataclasses.fields(without):
        if field.name not in ("shown", "state"):
            assert np.array_equal(getattr(without, field.name), getattr(beside, field.name)), field.name
    assert (without.shown == -1).all() and (beside.shown >= 0).any()


def test_advised_to_wait_one_may_wait_although_tasks_are_pending() -> None:
    site, epochs = kept_epochs(SPECS["one at a time"])
    epoch = next(epoch for epoch in epochs if epoch.num_pending and epoch.feasible[0, epoch.wait])
    advice = Advice(np.full(epoch.num_deciders, epoch.wait))
    alone, told = Codec(site).encode([epoch], shown=[advice]), Codec(site).encode([epoch], [advice])
    assert alone.shown[0] == -1 and alone.is_fallback[0, alone.columns[0] == epoch.wait].all()
    slot = told.told[0]
    assert told.columns[0, slot] == epoch.wait and not told.is_fallback[0, slot]


def test_in_an_outage_there_is_no_advice_but_that_of_an_old_plan() -> None:
    site, epochs = kept_epochs(SPECS["several on board"], 60)
    matching, routes = PLANNERS["matching"](), PLANNERS["routes"]()
    followed = 0
    for planner in (matching, routes):
        planner.reset(site, np.random.default_rng(0))
    for epoch in epochs:
        cut_off = dataclasses.replace(epoch, is_planner_up=False)
        said = advice_of(matching, cut_off).columns
        assert ((said == -1) | (said >= epoch.drop_offs.start)).all()
        routes.decide(epoch)
        left = advice_of(routes, cut_off).columns
        assert ((left == -1) | (left >= epoch.work.start)).all()
        followed += int((left >= epoch.work.start).sum())
    assert followed > 20


@pytest.mark.parametrize("planner", ["matching", "routes"])
def test_in_an_outage_vehicles_are_told_what_they_plan_themselves(planner: str) -> None:
    """A day without a centre is that of planners on the vehicles, one without outage that of the central planner."""
    for duration_s, alone in ((1e5, OnVehiclePolicy(PLANNERS[planner])), (0.001, PLANNERS[planner]())):
        outages = {"planner_outages": [{"earliest_s": 0, "duration_s": duration_s}]}
        spec = scenario(demand__rate_per_h=200, disruptions=outages, **SEVERAL_ON_BOARD)
        adviser = FallbackPolicy(PLANNERS[planner](), OnVehiclePolicy(PLANNERS[planner]))
        days = [play_day(spec, policy).records for policy in (alone, adviser, untrained(adviser))]
        assert days[0].total_cost == days[1].total_cost == days[2].total_cost
        assert days[0].stops == days[1].stops == days[2].stops
