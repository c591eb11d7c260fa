from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from documents import battery_scenario, scenario
from handmade import epoch_with
from observing import kept_epochs
from playing import play_day

from qmix_logistics_baselines.rolling_horizon import RollingHorizonPolicy
from qmix_logistics_baselines.rolling_horizon.model import RoutingModel
from qmix_logistics_baselines.rolling_horizon.problem import RoutingProblem, routing_problem

Routes = tuple[tuple[int, ...], ...]
GENEROUS = 300
"""Solutions; the best is found after far fewer."""


def cost(problem: RoutingProblem, routes: Routes) -> int:
    """What routes cost, by the problem's own words."""
    total, num_tasks = 0, len(problem.tasks)
    for row, route in enumerate(routes):
        node, ticks = num_tasks + row, int(problem.free_in[row])
        for task in route:
            ticks += int(problem.transit[row, node, task])
            late = max(0, ticks - max(0, int(problem.latest[task])))
            total += int(problem.travel_cost[row, node, task])
            total += int(problem.waiting_cost[task]) * ticks + int(problem.late_cost[task]) * late
            node = task
    left = set(range(num_tasks)) - {task for route in routes for task in route}
    return total + sum(int(problem.left_out_cost[task]) for task in left)


def all_routes(problem: RoutingProblem) -> Iterator[Routes]:
    """Every order of every choice of tasks, cut into two routes everywhere, that the vehicles may drive."""
    num_tasks = len(problem.tasks)
    for number in range(num_tasks + 1):
        for order in itertools.permutations(range(num_tasks), number):
            for cut in range(number + 1):
                if problem.may_take[0, list(order[:cut])].all() and problem.may_take[1, list(order[cut:])].all():
                    yield order[:cut], order[cut:]


def solve(problem: RoutingProblem) -> Routes:
    plan = RoutingModel(problem).solve(GENEROUS, 60.0)
    assert not plan.was_cut_off
    number = {int(task): index for index, task in enumerate(problem.tasks)}
    return tuple(tuple(number[task] for task in plan.routes[int(vehicle)]) for vehicle in problem.vehicles)


def drawn_problem(seed: int) -> RoutingProblem:
    """Two vehicles, up to five tasks, anything goes: forbidden pairs, tasks not worth doing, tasks already late."""
    rng = np.random.default_rng(seed)
    num_tasks = int(rng.integers(1, 6))
    nodes = num_tasks + 3
    transit, travel = rng.integers(1, 400, (2, nodes, nodes)), rng.integers(0, 3000, (2, nodes, nodes))
    transit[:, :, -1] = travel[:, :, -1] = 0
    return RoutingProblem(
        vehicles=np.array([4, 7]),
        tasks=rng.permutation(50)[:num_tasks],
        free_in=np.array([0, rng.integers(0, 300)]),
        transit=transit,
        travel_cost=travel,
        waiting_cost=rng.integers(1, 100, num_tasks),
        late_cost=rng.integers(0, 2, num_tasks) * rng.integers(1, 400, num_tasks),
        latest=rng.integers(-200, 900, num_tasks),
        left_out_cost=rng.choice([2_000, 20_000, 10**7], num_tasks),
        may_take=rng.random((2, num_tasks)) < 0.8,
    )


@pytest.mark.parametrize("seed", range(24))
def test_the_plan_of_a_drawn_problem_equals_brute_force(seed: int) -> None:
    problem = drawn_problem(seed)
    routes = solve(problem)
    assert routes in set(all_routes(problem))
    assert cost(problem, routes) == min(cost(problem, other) for other in all_routes(problem))


def test_the_plan_of_a_real_instant_equals_brute_force() -> None:
    spec = battery_scenario(demand__rate_per_h=300, demand__mean_tasks_per_order=1.5)
    site, epochs = kept_epochs(spec, 60)
    problems = [routing_problem(site, epoch, 5) for epoch in epochs if epoch.num_pending >= 3]
    problems = [problem for problem in problems if len(problem.vehicles) == 2][:12]
    assert len(problems) == 12
    for problem in problems:
        assert cost(problem, solve(problem)) == min(cost(problem, routes) for routes in all_routes(problem))


def test_the_problem_by_hand() -> None:
    """
    One task at R2.1.1, due after 600 s: 4.5 s there, 19.5 s from there until done.

    Late, the mean order (weight 0.25 x 4 + 0.75 = 1.75, 4 an hour) costs 1000 a tick; so a tick of waiting costs
    1000 / 7 at weight 1 and 1 an hour, and a unit of cost is 36 million / 7: 4.5 m at 0.1 a kilometre.
    """
    problem = routing_problem(*epoch_with(scenario(fleet__0__count=1), ["R2.1.1"]), 5)
    assert problem.transit[0].tolist() == [[195 + 45, 195, 0], [45, 0, 0], [45, 0, 0]]
    assert problem.latest.tolist() == [6000 - 195]
    assert (problem.waiting_cost.tolist(), problem.late_cost.tolist()) == ([143], [571])
    assert problem.left_out_cost.tolist() == [(143 + 571) * 6 * 3600 * 10]
    assert problem.travel_cost[0, 1, 0] == round(36e6 / 7 * 0.00045)
    assert problem.free_in.tolist() == [0]


def test_what_no_one_may_do_is_left_out_and_all_else_is_planned() -> None:
    site, epoch = epoch_with(scenario(), ["R1.1.1", "R2.1.1", "R3.1.1"], loads=[1.0, 2.0, 1.0])
    routes = solve(routing_problem(site, epoch, 5))
    assert sorted(task for route in routes for task in route) == [0, 2]
    heavy = epoch_with(scenario(), ["R1.1.1", "R2.1.1", "R3.1.1"], loads=[2.0, 2.0, 1.0], weight=[9.0, 9.0, 1.0])
    assert solve(routing_problem(*heavy, 2)) == ((), ())


def test_only_the_most_urgent_tasks_are_planned() -> None:
    site, epoch = epoch_with(scenario(), ["R1.1.1", "R2.1.1", "R3.1.1"], weight=[1.0, 9.0, 9.0])
    assert routing_problem(site, epoch, 2).tasks.tolist() == [1, 2]


def test_the_same_problem_gives_the_same_plan() -> None:
    site, epochs = kept_epochs(scenario(demand__rate_per_h=900, fleet__0__count=4), 30)
    problems = [routing_problem(site, epoch, 20) for epoch in epochs if epoch.num_pending >= 10][:6]
    assert len(problems) == 6
    for problem in problems:
        assert RoutingModel(problem).solve(30, 60.0) == RoutingModel(problem).solve(30, 60.0)


def test_a_search_that_the_clock_cuts_off_says_so() -> None:
    assert RoutingModel(drawn_problem(3)).solve(10**9, 0.05).was_cut_off


@pytest.mark.parametrize(
    "spec",
    [
        scenario(demand__rate_per_h=200),
        battery_scenario(
            demand__destination_choice=True, fleet__0__count=3, fleet__0__battery__initial={"low_pct": 26}
        ),
    ],
)
def test_a_day_is_played_within_the_mask_and_the_same_twice(spec: object) -> None:
    policy = RollingHorizonPolicy(30.0, 12, 5, 60.0)
    first, second = (play_day(spec, policy).records for _ in range(2))  # type: ignore[arg-type]
    assert (first.mask_violations, first.strandings, policy.num_cut_off) == (0, 0, 0)
    assert first == second
    assert any(order.done_s is not None for order in first.orders)
