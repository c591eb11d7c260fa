from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from documents import battery_scenario, scenario
from handmade import day_with, epoch_with
from observing import kept_epochs
from playing import play_day

from qmix_logistics.episode import play
from qmix_logistics.simulation import Simulator, StopKind, compile_site
from qmix_logistics_baselines.rolling_horizon import RollingHorizonPolicy
from qmix_logistics_baselines.rolling_horizon.model import RoutingModel
from qmix_logistics_baselines.rolling_horizon.problem import NO_TICK, RoutingProblem, routing_problem

Routes = tuple[tuple[int, ...], ...]
GENEROUS = 300
"""Solutions; the best is found after far fewer."""


def is_possible(problem: RoutingProblem, row: int, route: tuple[int, ...]) -> bool:
    """Whether a vehicle may make these stops in this order, windows apart."""
    load = -problem.loads[:, problem.carrier == row].sum(axis=1)
    stack = np.flatnonzero(problem.carrier == row).tolist()
    if set(stack) - set(route):
        return False
    for place, stop in enumerate(route):
        load = load + problem.loads[:, stop]
        if (load > problem.capacities[:, row]).any() or problem.carrier[stop] not in (-1, row):
            return False
        if stop < problem.num_pending and not problem.may_take[row, stop]:
            return False
        is_pick_up = problem.num_whole <= stop < problem.num_pending
        if is_pick_up and stop + problem.num_pairs not in route[place:]:
            return False
        is_drop_off = problem.num_pending <= stop < problem.num_pending + problem.num_pairs
        if is_drop_off and stop - problem.num_pairs not in route[:place]:
            return False
        if is_pick_up:
            stack.append(stop + problem.num_pairs)
        elif stop >= problem.num_whole:
            if problem.is_lifo[row] and stack[-1] != stop:
                return False
            stack.remove(stop)
    return True


def cost(problem: RoutingProblem, routes: Routes) -> int | None:
    """What routes cost, by the problem's own words; None if a window is missed."""
    total, num_stops, num_vehicles = 0, len(problem.tasks), len(problem.vehicles)
    for row, route in enumerate(routes):
        node, ticks = num_stops + row, int(problem.free_in[row])
        for stop in route:
            ticks = max(ticks + int(problem.transit[problem.alike[row], node, stop]), int(problem.earliest[stop]))
            if ticks > problem.latest[stop]:
                return None
            late = max(0, ticks - max(0, int(problem.due[stop])))
            total += int(problem.travel_cost[problem.alike[row], node, stop])
            total += int(problem.open_cost[stop]) * ticks + int(problem.late_cost[stop]) * late
            node = stop
        total += int(problem.travel_cost[problem.alike[row], node, num_stops + num_vehicles + row])
    left = set(range(problem.num_pending)) - {stop for route in routes for stop in route}
    return total + sum(int(problem.left_out_cost[task]) for task in left)


def all_routes(problem: RoutingProblem) -> Iterator[Routes]:
    """Every order of every choice of stops, cut into two routes everywhere, that the vehicles may drive."""
    for number in range(len(problem.tasks) + 1):
        for order in itertools.permutations(range(len(problem.tasks)), number):
            for cut in range(number + 1):
                if is_possible(problem, 0, order[:cut]) and is_possible(problem, 1, order[cut:]):
                    yield order[:cut], order[cut:]


def best_cost(problem: RoutingProblem) -> int:
    return min(found for routes in all_routes(problem) if (found := cost(problem, routes)) is not None)


def solve(problem: RoutingProblem) -> Routes:
    plan = RoutingModel(problem).solve(GENEROUS, 60.0)
    assert not plan.was_cut_off
    pending = {int(task): stop for stop, task in enumerate(problem.tasks[: problem.num_pending])}
    drop_offs = {int(task): stop for stop, task in enumerate(problem.tasks) if stop >= problem.num_pending}
    stops = {StopKind.PICK_UP: pending, StopKind.DROP_OFF: drop_offs}
    routes = tuple(tuple(stops[kind][task] for kind, task, *_ in plan.routes[v]) for v in problem.vehicles.tolist())
    assert plan.cost == cost(problem, routes)
    assert set(plan.left_out) == set(pending) - {stop.task for route in plan.routes.values() for stop in route}
    return routes


def drawn_problem(seed: int) -> RoutingProblem:
    """Two vehicles, up to six stops, anything goes: forbidden pairs, windows, tasks already late or not worth doing."""
    rng = np.random.default_rng(seed)
    num_whole, num_pairs, num_aboard = [(4, 0, 0), (2, 1, 1), (0, 2, 1), (1, 2, 1), (0, 3, 0), (1, 1, 2)][seed % 6]
    pending = num_whole + num_pairs
    tasks = rng.permutation(50)[: pending + num_aboard]
    tasks = np.concatenate([tasks[:pending], tasks[num_whole:]])
    number, nodes = len(tasks), len(tasks) + 4
    drop_offs = np.arange(number) >= pending
    costs = drop_offs | (np.arange(number) < num_whole)
    is_late = rng.random(number) < 0.5
    transit, travel = rng.integers(1, 400, (2, nodes, nodes)), rng.integers(0, 3000, (2, nodes, nodes))
    transit[:, :, -2:] = 0
    sizes = rng.integers(1, 6, len(set(tasks.tolist())))
    size = np.array([sizes[list(dict.fromkeys(tasks.tolist())).index(task)] for task in tasks])
    sign = np.where(drop_offs, -1, np.where(np.arange(number) < num_whole, 0, 1))
    has_window = (rng.random(number) < 0.3) & (np.arange(number) < pending + num_pairs) & (seed % 2 == 1)
    return RoutingProblem(
        vehicles=np.array([4, 7]),
        tasks=tasks,
        num_whole=num_whole,
        num_pairs=num_pairs,
        carrier=np.concatenate([np.full(number - num_aboard, -1), rng.integers(0, 2, num_aboard)]),
        free_in=np.array([0, rng.integers(0, 300)]),
        alike=np.arange(2),
        transit=transit,
        travel_cost=travel,
        earliest=np.where(has_window, rng.integers(0, 500, number), 0),
        latest=np.where(has_window, rng.integers(500, 1500, number), NO_TICK),
        due=rng.integers(-200, 900, number),
        open_cost=np.where(costs, rng.integers(1, 100, number), 0),
        late_cost=np.where(costs & is_late, rng.integers(1, 400, number), 0),
        left_out_cost=rng.choice([2_000, 20_000, 10**7], pending),
        may_take=rng.random((2, pending)) < 0.8,
        loads=np.array([sign, sign * size]),
        capacities=np.array([[3, 2], [9, 12]]),
        is_lifo=np.array([seed % 5 < 2, seed % 7 < 4]),
    )


@pytest.mark.parametrize("seed", range(72))
def test_the_plan_of_a_drawn_problem_equals_brute_force(seed: int) -> None:
    problem = drawn_problem(seed)
    routes = solve(problem)
    assert routes in set(all_routes(problem))
    assert cost(problem, routes) == best_cost(problem)


def test_the_plan_of_a_real_instant_equals_brute_force() -> None:
    spec = battery_scenario(demand__rate_per_h=300, demand__mean_tasks_per_order=1.5)
    site, epochs = kept_epochs(spec, 60)
    problems = [routing_problem(site, epoch, 5) for epoch in epochs if epoch.num_pending >= 3]
    problems = [problem for problem in problems if len(problem.vehicles) == 2][:12]
    assert len(problems) == 12
    for problem in problems:
        assert (problem.num_whole, problem.num_pairs) == (problem.num_pending, 0)
        assert cost(problem, solve(problem)) == best_cost(problem)


def test_the_plan_of_vehicles_with_several_on_board_equals_brute_force() -> None:
    """Loaded, loading and unloading vehicles in the middle of their routes."""
    fleet = {"fleet__0__count": 2, "fleet__0__max_tasks_on_board": 3, "fleet__0__capacity_units": 3}
    site, epochs = kept_epochs(scenario(demand__rate_per_h=200, **fleet), 120)
    problems = [routing_problem(site, epoch, 2) for epoch in epochs if epoch.num_pending >= 1]
    problems = [problem for problem in problems if len(problem.vehicles) == 2 and len(problem.tasks) <= 6]
    loaded = [problem for problem in problems if (problem.carrier >= 0).any()][:15]
    assert len(loaded) == 15
    for problem in loaded:
        assert cost(problem, solve(problem)) == best_cost(problem)


def test_the_problem_by_hand() -> None:
    """
    One task at R2.1.1, due after 600 s: 4.5 s there, 19.5 s from there until done.

    Late, the mean order (weight 0.25 x 4 + 0.75 = 1.75, 4 an hour) costs 1000 a tick; so a tick of waiting costs
    1000 / 7 at weight 1 and 1 an hour, and a unit of cost is 36 million / 7: 4.5 m at 0.1 a kilometre.
    """
    problem = routing_problem(*epoch_with(scenario(fleet__0__count=1), ["R2.1.1"]), 5)
    assert problem.transit[0].tolist() == [[195 + 45, 195, 195], [45, 0, 0], [45, 0, 0]]
    assert problem.due.tolist() == [6000 - 195]
    assert (problem.open_cost.tolist(), problem.late_cost.tolist()) == ([143], [571])
    assert problem.left_out_cost.tolist() == [(143 + 571) * 6 * 3600 * 10]
    assert problem.travel_cost[0, 1, 0] == round(36e6 / 7 * 0.00045)
    assert problem.free_in.tolist() == [0]


def test_where_only_lateness_and_the_way_cost_time_costs_next_to_nothing() -> None:
    """Nothing at all would let vehicles dawdle, and orders that are still to come be late."""
    costs = {"open_order_cost_per_h": 0.0, "late_order_cost_per_h": 5.0, "travel_cost_per_km": 0.1}
    problem = routing_problem(*epoch_with(scenario(objective=costs), ["R2.1.1", "R3.1.1"]), 5)
    assert problem.open_cost.tolist() == [1, 1]
    assert (problem.late_cost > 1).all()


def test_where_only_the_way_costs_time_is_free() -> None:
    costs = {"open_order_cost_per_h": 0.0, "late_order_cost_per_h": 0.0, "travel_cost_per_km": 0.1}
    problem = routing_problem(*epoch_with(scenario(objective=costs), ["R2.1.1", "R3.1.1"]), 5)
    assert problem.open_cost.tolist() == problem.late_cost.tolist() == [0, 0]


def test_what_no_one_may_do_is_left_out_and_all_else_is_planned() -> None:
    site, epoch = epoch_with(scenario(), ["R1.1.1", "R2.1.1", "R3.1.1"], loads=[1.0, 2.0, 1.0])
    routes = solve(routing_problem(site, epoch, 5))
    assert sorted(task for route in routes for task in route) == [0, 2]
    heavy = epoch_with(scenario(), ["R1.1.1", "R2.1.1", "R3.1.1"], loads=[2.0, 2.0, 1.0], weight=[9.0, 9.0, 1.0])
    assert solve(routing_problem(*heavy, 2)) == ((), ())


def test_only_the_most_urgent_tasks_are_planned() -> None:
    site, epoch = epoch_with(scenario(), ["R1.1.1", "R2.1.1", "R3.1.1"], weight=[1.0, 9.0, 9.0])
    assert routing_problem(site, epoch, 2).tasks.tolist() == [1, 2]


@pytest.mark.parametrize("is_declinable", [False, True])
def test_a_task_that_cannot_be_declined_is_for_the_ten_who_can_be_there_first(is_declinable: bool) -> None:
    spec = scenario(fleet__0__count=13, objective__declined_order_cost=0.5)
    site, day = compile_site(spec), day_with(spec, ["R1.1.1"])
    day.orders["is_declinable"] = is_declinable
    epoch = Simulator(site).reset(day)
    assert routing_problem(site, epoch, 5).may_take.all()  # all are as near
    epoch.snapshot.vehicles["place"][[1, 5]] = site.network.names.index("R3.1.1")  # farther than the station
    epoch.snapshot.vehicles["place"][[2, 6, 7]] = site.network.names.index("R1.1.1")
    may = routing_problem(site, epoch, 5).may_take[:, 0]
    assert may.all() if is_declinable else np.flatnonzero(~may).tolist() == [1, 5]


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


def test_an_order_that_comes_when_the_clock_is_a_rounding_short_is_planned() -> None:
    """SimPy adds intervals: 3.07703849 + (21.35915747 - 3.07703849) may be less than 21.35915747."""
    rng = np.random.default_rng(0)
    pairs = (np.sort(rng.random(2) * 30) for _ in range(1000))
    first, second = next(pair for pair in pairs if pair[0] + (pair[1] - pair[0]) < pair[1])
    spec = scenario(fleet__0__count=2)
    day = day_with(spec, ["R1.1.1", "R2.1.1"], release_s=np.array([first, second]))
    policy = RollingHorizonPolicy(30.0, 12, 5, 60.0)
    records = play(Simulator(compile_site(spec)), policy, day, np.random.default_rng(0)).records
    assert all(order.done_s is not None for order in records.orders)


def test_what_it_costs_to_decline_an_order_grows_with_its_weight() -> None:
    """As the ledger charges it: by weight, and a share for each task that is left of the order."""
    spec = scenario(fleet__0__count=2, objective__declined_order_cost=0.5)
    site, day = compile_site(spec), day_with(spec, ["R1.1.1", "R2.1.1"])
    day.orders["weight"], day.orders["is_declinable"] = [1.0, 100.0], True
    epoch = Simulator(site).reset(day)
    light, heavy = routing_problem(site, epoch, 10).left_out_cost
    assert heavy == pytest.approx(100 * light, rel=1e-6) and light > 0
