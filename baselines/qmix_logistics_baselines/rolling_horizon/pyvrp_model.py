"""The same problem as PyVRP sees it: hard windows and the way; waiting and lateness only by what stands for them."""

from __future__ import annotations

import numpy as np
import pyvrp
from jaxtyping import Bool, Int
from pyvrp.stop import MaxIterations

from qmix_logistics.simulation import StopKind
from qmix_logistics_baselines.plan_following import PlannedStop
from qmix_logistics_baselines.rolling_horizon.model import Plan
from qmix_logistics_baselines.rolling_horizon.problem import NO_TICK, RoutingProblem

FORBIDDEN = 2**40
"""Cost of a way that a vehicle must not take."""
MOST = 2**44
"""The largest number that costs are capped at: sums of them must not overflow."""


def solve_with_pyvrp(problem: RoutingProblem, iteration_limit: int) -> Plan:
    """
    Search for good routes by PyVRP's iterated local search; the same problem always gives the same plan.

    PyVRP knows neither soft due times nor the cost of open orders. A due time that can be met is made the end of the
    task's window, and left out if a plan does not keep it; an hour of a route costs what half of its share of the open
    orders cost in that time.

    Parameters
    ----------
    problem
        The problem; its vehicles must not unload what they loaded last first.
    iteration_limit
        Search effort: iterations.
    """
    must_be_in_time = problem.due >= 0
    plan = _solve(problem, must_be_in_time, iteration_limit)
    late = np.isin(problem.tasks, plan.left_out) & must_be_in_time
    if late.any():
        return _solve(problem, must_be_in_time & ~late, iteration_limit)
    return plan


def _solve(problem: RoutingProblem, is_in_time: Bool[np.ndarray, " stop"], iteration_limit: int) -> Plan:
    data = problem_data(problem, is_in_time)
    found = pyvrp.solve(data, MaxIterations(iteration_limit), seed=1, collect_stats=False, display=False).best
    return _plan(problem, found)


def problem_data(problem: RoutingProblem, is_in_time: Bool[np.ndarray, " stop"]) -> pyvrp.ProblemData:
    """
    Return the problem in PyVRP's terms.

    Parameters
    ----------
    problem
        The problem.
    is_in_time
        Stops whose due time ends their window.
    """
    num_stops, num_vehicles = len(problem.tasks), len(problem.vehicles)
    num_nodes = num_stops + 2 * num_vehicles
    profiles, distances, durations = _matrices(problem)
    per_tick = int(problem.open_cost.sum() / (2 * max(num_vehicles, 1)))
    vehicle_types = [
        pyvrp.VehicleType(
            capacity=[max(int(c), _aboard(problem, u, row)) for u, c in enumerate(problem.capacities[:, row])],
            start_depot=row,
            end_depot=num_vehicles + row,
            tw_early=int(problem.free_in[row]),
            start_late=int(problem.free_in[row]),
            unit_duration_cost=per_tick,
            profile=profiles[row],
        )
        for row in range(num_vehicles)
    ]
    latest = _latest(problem, is_in_time)
    return pyvrp.ProblemData(
        [pyvrp.Location(0, 0) for _ in range(num_nodes)],
        [_client(problem, stop, latest) for stop in _clients(problem)],
        [pyvrp.Depot(node) for node in range(num_stops, num_nodes)],
        vehicle_types,
        distances,
        durations,
        shipments=[_shipment(problem, task, latest) for task in range(problem.num_whole, problem.num_pending)],
    )


def _clients(problem: RoutingProblem) -> list[int]:
    """Return the stops that are no part of a pair: tasks done in one go, or loaded first, and what is on board."""
    return [*range(problem.num_whole), *range(problem.num_pending + problem.num_pairs, len(problem.tasks))]


def _client(problem: RoutingProblem, stop: int, latest: Int[np.ndarray, " stop"]) -> pyvrp.Client:
    loads = np.abs(problem.loads[:, stop]).tolist()
    is_pending = stop < problem.num_pending
    return pyvrp.Client(
        location=stop,
        delivery=loads,
        tw_early=min(int(problem.earliest[stop]), int(latest[stop])),
        tw_late=int(latest[stop]),
        prize=min(int(problem.left_out_cost[stop]), MOST) if is_pending else 0,
        required=not is_pending,
    )


def _shipment(problem: RoutingProblem, task: int, latest: Int[np.ndarray, " stop"]) -> pyvrp.Shipment:
    drop_off = task + problem.num_pairs
    return pyvrp.Shipment(
        pickup_location=task,
        delivery_location=drop_off,
        pickup_tw_early=min(int(problem.earliest[task]), int(latest[task])),
        pickup_tw_late=int(latest[task]),
        delivery_tw_early=min(int(problem.earliest[drop_off]), int(latest[drop_off])),
        delivery_tw_late=int(latest[drop_off]),
        amount=problem.loads[:, task].tolist(),
        prize=min(int(problem.left_out_cost[task]), MOST),
        required=False,
    )


def _latest(problem: RoutingProblem, is_in_time: Bool[np.ndarray, " stop"]) -> Int[np.ndarray, " stop"]:
    is_due = is_in_time & (problem.late_cost > 0)
    latest = np.where(problem.latest < NO_TICK, np.maximum(problem.latest, 0), MOST)
    return np.where(is_due, np.minimum(latest, np.maximum(problem.due, 0)), latest)


def _aboard(problem: RoutingProblem, unit: int, row: int) -> int:
    return int(-problem.loads[unit][problem.carrier == row].sum())


def _matrices(problem: RoutingProblem) -> tuple[list[int], list[np.ndarray], list[np.ndarray]]:
    """Return the profile of each vehicle, and cost and time between nodes by profile; the same ones once."""
    known: dict[bytes, int] = {}
    profiles: list[int] = []
    distances: list[np.ndarray] = []
    durations: list[np.ndarray] = []
    for row in range(len(problem.vehicles)):
        cost = np.minimum(problem.travel_cost[problem.alike[row]], MOST)
        forbidden = (problem.carrier >= 0) & (problem.carrier != row)
        forbidden[: problem.num_pending] |= ~problem.may_take[row]
        cost = cost.copy()
        cost[:, : len(problem.tasks)][:, forbidden] = FORBIDDEN
        np.fill_diagonal(cost, 0)
        time = problem.transit[problem.alike[row]].copy()
        np.fill_diagonal(time, 0)
        key = cost.tobytes() + time.tobytes()
        if key not in known:
            known[key] = len(distances)
            distances.append(cost)
            durations.append(time)
        profiles.append(known[key])
    return profiles, distances, durations


def _plan(problem: RoutingProblem, found: pyvrp.Solution) -> Plan:
    routes: dict[int, list[PlannedStop]] = {int(number): [] for number in problem.vehicles}
    left_out = set(problem.tasks[: problem.num_pending].tolist())
    clients = _clients(problem)
    for route in found.routes():
        row = route.vehicle_type()
        stops: list[int] = []
        for visit in route.schedule():
            if visit.is_client():
                stops.append(clients[visit.idx])
            elif visit.is_pickup():
                stops.append(problem.num_whole + visit.idx)
            elif visit.is_delivery():
                stops.append(problem.num_pending + visit.idx)
        allowed = [s for s in stops if _may_do(problem, row, s)]
        plan = [PlannedStop(_kind(problem, stop), int(problem.tasks[stop])) for stop in allowed]
        if problem.is_loaded_first:
            plan += [PlannedStop(StopKind.DROP_OFF, stop.task) for stop in plan]
        routes[int(problem.vehicles[row])] = plan
        left_out -= {stop.task for stop in plan}
    return Plan(routes, tuple(sorted(left_out)), int(found.distance_cost() + found.duration_cost()), was_cut_off=False)


def _may_do(problem: RoutingProblem, row: int, stop: int) -> bool:
    if problem.carrier[stop] >= 0:
        return bool(problem.carrier[stop] == row)
    task = stop - problem.num_pairs if stop >= problem.num_pending else stop
    return bool(problem.may_take[row, task])


def _kind(problem: RoutingProblem, stop: int) -> StopKind:
    return StopKind.PICK_UP if stop < problem.num_pending else StopKind.DROP_OFF
