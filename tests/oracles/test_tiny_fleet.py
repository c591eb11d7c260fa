"""The oracle held against queueing theory, and the simulator against the oracle."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from oracles.queueing import erlang_wait_s
from oracles.tiny_fleet import OptimalPolicy, TinyFleet, solve
from qmix_logistics.composition import build_demand
from qmix_logistics.episode import play
from qmix_logistics.simulation import DayKey, Simulator, Split, compile_site


def test_short_charging_costs_what_two_servers_cost() -> None:
    """
    Orders alike, charging a tenth of a task's time: above M/M/2, and below M/M/2 whose services are a tenth longer.

    Below, because charging varies less than an exponential time, and is done where nothing waits.
    """
    world = TinyFleet(weight=1.0, charge_s=0.1, phases=1, task_s=1.0, express_per_s=0.4, standard_per_s=0.8,
                      max_express=12, max_standard=24)  # fmt: skip
    lower, upper = (1.2 * (erlang_wait_s(1.2, service_s, 2) + 1.0) for service_s in (1.0, 1.1))
    assert lower < solve(world, 1e-4).cost_per_h < upper


def test_the_simulator_costs_what_value_iteration_says(tmp_path: Path) -> None:
    """The optimal policy played for 60 days of four hours: the value lies within three standard errors."""
    world = TinyFleet(max_express=5, max_standard=14)
    solution = solve(world, 1e-3)
    spec = world.scenario(tmp_path)
    site = compile_site(spec)
    demand, simulator, policy = build_demand(spec, site), Simulator(site), OptimalPolicy(solution)
    days = [demand.realise(DayKey(Split.TEST, day)) for day in range(60)]
    costs = np.array([play(simulator, policy, day, np.random.default_rng(0)).records.total_cost / 4 for day in days])
    assert abs(costs.mean() - solution.cost_per_h) < 3 * costs.std(ddof=1) / 60**0.5
