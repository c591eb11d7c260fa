"""PyVRP on small problems in which only windows and the way count, against brute force."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from test_rolling_horizon import all_routes, best_cost, cost, drawn_problem

from qmix_logistics.simulation import StopKind

pytest.importorskip("pyvrp", reason="pyvrp is an extra")

from qmix_logistics_baselines.rolling_horizon.pyvrp_model import solve_with_pyvrp


@pytest.mark.parametrize("seed", range(24))
def test_the_plan_of_a_drawn_problem_equals_brute_force(seed: int) -> None:
    drawn = drawn_problem(seed)
    nothing, travel = np.zeros_like(drawn.open_cost), drawn.travel_cost.copy()
    travel[:, :, -2:] = 0
    problem = dataclasses.replace(drawn, open_cost=nothing, late_cost=nothing, travel_cost=travel)
    plan = solve_with_pyvrp(problem, 2000)
    pending = {int(task): stop for stop, task in enumerate(problem.tasks[: problem.num_pending])}
    drop_offs = {int(task): stop for stop, task in enumerate(problem.tasks) if stop >= problem.num_pending}
    stops = {StopKind.PICK_UP: pending, StopKind.DROP_OFF: drop_offs}
    routes = tuple(tuple(stops[s.kind][s.task] for s in plan.routes[v]) for v in problem.vehicles.tolist())
    assert routes in set(all_routes(problem))
    assert cost(problem, routes) == best_cost(problem)
    assert plan == solve_with_pyvrp(problem, 2000)
