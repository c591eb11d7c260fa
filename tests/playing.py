"""Play days of small scenarios in the tests."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from qmix_logistics.composition import build_demand
from qmix_logistics.episode import DecisionTimes, PlayedDay, Policy, no_time, play
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import (
    Day,
    DayKey,
    DecisionEpoch,
    Dispatch,
    Simulator,
    Site,
    Split,
    compile_site,
)
from qmix_logistics_baselines import rules
from qmix_logistics_baselines.index_policy import IndexPolicy

NEAREST = IndexPolicy(rules.nearest_score)
RANDOM = IndexPolicy(rules.random_score)
FIFO = IndexPolicy(rules.fifo_score)


def test_day(spec: ScenarioSpec, index: int = 0) -> Day:
    """Return a test day of a scenario."""
    return build_demand(spec, compile_site(spec)).realise(DayKey(Split.TEST, index))


def first_orders(day: Day, num_orders: int) -> Day:
    """Return a day with its first orders only; their records may be changed."""
    orders = day.orders[:num_orders].copy()
    num_tasks = int(orders["first_task"][-1] + orders["num_tasks"][-1]) if num_orders else 0
    tasks, pick_up_s, service_s = day.tasks[:num_tasks].copy(), day.pick_up_s[:num_tasks], day.service_s[:num_tasks]
    return dataclasses.replace(day, orders=orders, tasks=tasks, pick_up_s=pick_up_s, service_s=service_s)


test_day.__test__ = False  # type: ignore[attr-defined]


def play_day(spec: ScenarioSpec, policy: Policy = NEAREST, index: int = 0, times: DecisionTimes = no_time) -> PlayedDay:
    """Let a policy play a test day, on which its decisions may take some time."""
    rng = np.random.default_rng(index)
    return play(Simulator(compile_site(spec)), policy, test_day(spec, index), rng, times)


@dataclass
class AnyFeasible:
    """Takes any feasible stop, facilities too: the harshest policy for the safety layer."""

    information = "global"
    num_cut_off = 0

    def reset(self, site: Site, rng: np.random.Generator) -> None:
        self.rng = rng

    def decide(self, epoch: DecisionEpoch) -> Dispatch:
        columns, left = [], epoch.feasible.copy()
        for row in range(epoch.num_deciders):
            column = int(self.rng.choice(left[row].nonzero()[0]))
            if epoch.stops["task"][column] >= 0:
                left[:, column] = False
            columns.append(column)
        return Dispatch(np.array(columns))

    decide_in_outage = decide


@dataclass
class Watching:
    """Lets another policy decide, and shows every epoch to a function first."""

    policy: Policy
    watch: Callable[[DecisionEpoch], None]
    information = "global"
    num_cut_off = 0

    def reset(self, site: Site, rng: np.random.Generator) -> None:
        self.policy.reset(site, rng)

    def decide(self, epoch: DecisionEpoch) -> Dispatch:
        self.watch(epoch)
        return self.policy.decide(epoch)

    def decide_in_outage(self, epoch: DecisionEpoch) -> Dispatch:
        self.watch(epoch)
        return self.policy.decide_in_outage(epoch)
