"""
The quickest way against the shortest, the quickest station or charger against the nearest, all else equal.

For rules, and for policies that have learned to choose.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from learned import compare, costs, policy_of, scenario_of, train_all
from scipy import stats

from qmix_logistics.composition import build_demand
from qmix_logistics.composition.building import build_baseline
from qmix_logistics.episode import play
from qmix_logistics.scenario import load_scenario
from qmix_logistics.scenario.policies import AtcPolicy, MatchingPolicy
from qmix_logistics.simulation import DayKey, Simulator, Split, compile_site

NUM_DAYS = 20
SEEDS, TRAINING_DAYS = (1, 2, 3), 16
PLANNER = "kind: matching, anticipatory: true"
ALONE = "matching-anticipatory-local"
SCENARIO = Path(__file__).parents[2] / "scenarios" / "warehouse-congested.yaml"


@pytest.mark.parametrize("kind", ["atc", "matching"])
def test_quickest_ways_and_stations_beat_shortest_and_nearest_ones(kind: str) -> None:
    """With rules that starve no one: under ``nearest`` a few starved orders make the ways' difference uncertain."""
    spec = load_scenario(SCENARIO)
    site = compile_site(spec)
    demand = build_demand(spec, site)
    entries = {
        "quickest": {},
        "shortest way": {"route": "shortest"},
        "nearest station": {"facility": "nearest"},
    }
    cost = {}
    for name, choices in entries.items():
        policy = build_baseline(
            (AtcPolicy if kind == "atc" else MatchingPolicy).model_validate({"kind": kind} | choices)
        )
        days = [demand.realise(DayKey(Split.TEST, index)) for index in range(NUM_DAYS)]
        played = [play(Simulator(site), policy, day, np.random.default_rng(0)) for day in days]
        cost[name] = np.array([day.records.total_cost for day in played])
        deadlocks = sum(day.records.deadlocks for day in played)
        print(f"\n{kind}, {name}: mean cost {cost[name].mean():.2f}, {deadlocks} deadlocks")
    for name in ("shortest way", "nearest station"):
        difference = cost["quickest"] - cost[name]
        low, high = stats.t.interval(0.95, NUM_DAYS - 1, difference.mean(), stats.sem(difference))
        interval = f"{difference.mean():.2f} [{low:.2f}, {high:.2f}]"
        print(f"{kind}, quickest less {name}: {interval} on {NUM_DAYS} paired days")
        assert high < 0


@pytest.mark.parametrize("information", ["advised", "local"])
def test_learned_ways_and_stations_beat_shortest_and_nearest_ones(information: str) -> None:
    learner = f"{{kind: qmix, information: {information}}}"
    changes = {
        "learned": (f"policies=[{{{PLANNER}}}, {learner}]",),
        "shortest way": (f"policies=[{{{PLANNER}, route: shortest}}, {learner}]", "network.segments.route_choices=1"),
        "nearest station": (f"policies=[{{{PLANNER}, facility: nearest}}, {learner}]", "candidates.facilities=nearest"),
    }
    compare_learned("warehouse-congested", information, changes)


def test_learned_chargers_beat_nearest_ones() -> None:
    """As the scenario has it: QMIX begins as the matching that each vehicle does alone."""
    planner, learner = (
        f"{PLANNER}, lookahead: 3, information: local",
        f"{{kind: qmix, adviser: {ALONE}, teacher: null}}",
    )
    changes = {
        "learned": (f"policies=[{{{planner}}}, {learner}]",),
        "nearest charger": (f"policies=[{{{planner}, facility: nearest}}, {learner}]", "candidates.facilities=nearest"),
    }
    compare_learned("warehouse-charging", "local", changes)


def compare_learned(scenario: str, information: str, changes: Mapping[str, Sequence[str]]) -> None:
    """Train with each of several changes to a scenario, and assert that what the first one learns costs least."""
    specs = {
        name: scenario_of(scenario, f"training.budget={TRAINING_DAYS} days", *those) for name, those in changes.items()
    }
    train_all(list(specs.values()), SEEDS)
    name = "qmix" if information == "local" else "qmix-advised"
    found = {
        case: np.mean([costs(spec, functools.partial(policy_of, spec, name, seed), NUM_DAYS) for seed in SEEDS], axis=0)
        for case, spec in specs.items()
    }
    print(f"\n{name}: " + ", ".join(f"{case}: {cost.mean():.2f}" for case, cost in found.items()))
    first, *others = found
    intervals_pct = [compare(found, first, case) for case in others]
    assert all(high < 0 for _, high in intervals_pct)
