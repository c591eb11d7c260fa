from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from documents import battery_scenario, scenario
from jaxtyping import Float
from playing import test_day
from torch import Tensor
from town import day_of, town

from qmix_logistics.composition import build_baseline
from qmix_logistics.environment.schema import STOP
from qmix_logistics.episode import Policy
from qmix_logistics.evaluation.decision_times import fixed_times
from qmix_logistics.learning.dispatch.entity_network import LocalBatch, StopFeatures, UtilityNetwork
from qmix_logistics.learning.dispatch.learned_policy import LearnedPolicy
from qmix_logistics.learning.insight.deviating import Deviation, costs_of_deviations
from qmix_logistics.learning.insight.tables import DayTabulator
from qmix_logistics.learning.insight.watching import WatchedDay, watch_day
from qmix_logistics.learning.network.decisions import Utilities
from qmix_logistics.scenario.operations import DecisionTime
from qmix_logistics.scenario.policies import MatchingPolicy
from qmix_logistics.simulation import Day, DayKey, Simulator, Site, Split, StopKind, compile_site
from qmix_logistics_baselines.plan_following import PlanFollowingPolicy, PlannedStop

ARRIVAL = [feature.name for feature in STOP].index("arrival")


class NearestNetwork(UtilityNetwork):
    """Values a stop by how soon the vehicle is there."""

    def __init__(self) -> None:
        super().__init__(4)

    def see(self, batch: LocalBatch) -> tuple[Utilities, Float[Tensor, "row hidden"], StopFeatures]:
        counts = batch.mask.sum(dim=1)
        advantage = torch.full(batch.mask.shape, -torch.inf).masked_scatter(batch.mask, -batch.stops[:, ARRIVAL])
        embedding = torch.zeros(len(counts), 4)
        return Utilities(embedding[:, 0], advantage), embedding, StopFeatures(torch.zeros(len(batch.stops), 4), counts)


def rngs() -> tuple[np.random.Generator, np.random.Generator]:
    return np.random.default_rng(0), np.random.default_rng(0)


def untrained(seed: int = 0) -> UtilityNetwork:
    """Return a network with opinions: its advantages do not begin at 0."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = UtilityNetwork(8)
        torch.nn.init.normal_(network.advantage.weight)
    return network.requires_grad_(False)


def watched(site: Site, day: Day, policy: LearnedPolicy, planner: Policy) -> WatchedDay:
    return watch_day(Simulator(site), policy, planner, day, rngs())


def test_what_a_disagreement_costs_is_what_one_reckons_by_hand(tmp_path: Path) -> None:
    """
    A van at D, orders from A (100 m) and from C (300 m) to D, 10 m/s, 1 a second for each open order.

    The nearest first: done after 20 s and 80 s, together 100. The planner goes to C first: 60 s and 80 s, together 140.
    """
    spec = town(
        tmp_path, "order,from,to,load_units\n1,A,D,1\n2,C,D,1", fleet__0__max_tasks_on_board=1,
        objective={"open_order_cost_per_h": 3600},
    )  # fmt: skip
    site, day = compile_site(spec), day_of(spec)
    planner = PlanFollowingPolicy({0: [PlannedStop(StopKind.PICK_UP, task) for task in (1, 0, 1)]})
    policy = LearnedPolicy(NearestNetwork())
    seen = watched(site, day, policy, planner)
    assert seen.cost == 100
    made = DayTabulator(site, day, policy, None, seen).tabulate(1000, 0, np.random.default_rng(0))
    assert made.num_disagreeing == 1
    (deviation,) = made.rows["deviations"]
    assert (deviation["time_s"], deviation["vehicles"], deviation["cost_difference"]) == (0, "van-1", 40)
    first, second = made.rows["decisions"]
    assert (first["stop"], first["target"], first["planned_target"]) == ("pick_up", "A", "C")
    assert (first["utility"], first["planned_utility"]) == (-10 / site.mean_task_s, -30 / site.mean_task_s)
    assert (second["time_s"], second["target"], second["planned_target"]) == (20, "C", "C")
    offers = [row for row in made.rows["offers"] if row["stop"] == "pick_up"]
    assert [(row["target"], row["is_chosen"], row["is_planned"], row["arrival"]) for row in offers] == [
        ("A", 1, 0, pytest.approx(10)), ("C", 0, 1, pytest.approx(30)),
    ]  # fmt: skip
    assert all(row["is_deferred"] for row in made.rows["offers"] if row["stop"] != "pick_up")


@pytest.mark.parametrize("how", ["local", "coordinator", "advised"])
def test_a_deviation_that_is_none_costs_what_the_day_cost(how: str) -> None:
    """Played again from the beginning, side by side with others: to the last digit, whatever the policy decides on."""
    spec = battery_scenario(fleet__0__count=3, demand__rate_per_h=800, horizon={"demand_s": 150, "drain_s": 600})
    site, day = compile_site(spec), test_day(spec)

    def adviser() -> Policy:
        return build_baseline(MatchingPolicy(kind="matching", anticipatory=True))

    is_advised = how == "advised"
    policy = LearnedPolicy(untrained(), adviser() if is_advised else None, is_coordinated=how == "coordinator")
    seen = watched(site, day, policy, adviser())
    positions = [0, len(seen.epochs) // 3, len(seen.epochs) - 1]
    same = [Deviation(position, seen.epochs[position].own) for position in positions]
    others = [position for position, epoch in enumerate(seen.epochs) if epoch.differs.any()][:5]
    other = [Deviation(position, seen.epochs[position].planned) for position in others]
    costs = costs_of_deviations(site, day, policy, seen, [*same, *other], adviser if is_advised else None)
    assert costs[:3] == [seen.cost] * 3
    assert len({round(cost, 6) for cost in costs[3:]} - {round(seen.cost, 6)}) > 1
    alone = costs_of_deviations(site, day, policy, seen, other[:1], adviser if is_advised else None)
    assert alone == costs[3:4]


def test_decisions_that_take_time_take_it_in_deviations_too() -> None:
    outage = {"earliest_s": 200, "duration_s": 300}
    spec = scenario(disruptions={"planner_outages": [outage]}, horizon={"demand_s": 600, "drain_s": 900})
    site, day = compile_site(spec), test_day(spec)
    policy, planner = LearnedPolicy(untrained()), build_baseline(MatchingPolicy(kind="matching"))
    times = fixed_times(DecisionTime(kind="fixed", central_s=2, local_s=0.5), "coordinator")
    seen = watch_day(Simulator(site), policy, planner, day, rngs(), times)
    assert {(epoch.is_planner_up, epoch.own.after_s) for epoch in seen.epochs} == {(True, 2), (False, 0.5)}
    assert costs_of_deviations(site, day, policy, seen, [Deviation(3, seen.epochs[3].own)]) == [seen.cost]
    assert seen.cost != watched(site, day, policy, planner).cost


def test_a_planner_that_cannot_be_reached_disagrees_with_no_one() -> None:
    outage = {"earliest_s": 0, "duration_s": 300}
    spec = scenario(disruptions={"planner_outages": [outage]}, horizon={"demand_s": 600, "drain_s": 900})
    site, day = compile_site(spec), test_day(spec)
    assert day.key == DayKey(Split.TEST, 0)
    seen = watched(site, day, LearnedPolicy(untrained()), build_baseline(MatchingPolicy(kind="matching")))
    early = [epoch for epoch in seen.epochs if epoch.time_s < 300]
    assert early and not any(epoch.is_planner_up or epoch.differs.any() for epoch in early)
    assert any(epoch.differs.any() for epoch in seen.epochs if epoch.time_s > 300)
    made = DayTabulator(site, day, LearnedPolicy(untrained()), None, seen)
    rows = made._decisions(0)
    assert {(row["planned_stop"], row["planned_utility"]) for row in rows} == {("", "")}
