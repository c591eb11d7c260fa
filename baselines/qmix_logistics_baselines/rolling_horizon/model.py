"""The OR-Tools routing model: variables, constraints, objective, search."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2
from ortools.util import optional_boolean_pb2

from qmix_logistics_baselines.rolling_horizon.problem import NEVER_S, TICKS_PER_S, RoutingProblem

LARGE_NEIGHBOURHOODS = (
    "use_global_cheapest_insertion_path_lns",
    "use_local_cheapest_insertion_path_lns",
    "use_relocate_path_global_cheapest_insertion_insert_unperformed",
    "use_global_cheapest_insertion_visit_types_lns",
    "use_local_cheapest_insertion_visit_types_lns",
)
"""Operators left out: the same plans without them take 60 % of the time (49 problems, 20 solutions each)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """
    Tasks of each vehicle, in order.

    Parameters
    ----------
    routes
        Numbers of tasks by number of vehicle.
    was_cut_off
        Whether the safety time limit ended the search: then the plan depends on the machine.
    """

    routes: dict[int, list[int]]
    was_cut_off: bool


CLOCK_SLACK = 0.95
"""The solver may stop a little before its time limit by our clock; that counts as cut off too."""


class RoutingModel:
    """
    A fleet's routes through pending tasks, as OR-Tools sees them.

    Parameters
    ----------
    problem
        The problem.
    """

    def __init__(self, problem: RoutingProblem) -> None:
        self._problem = problem
        num_tasks, num_vehicles = len(problem.tasks), len(problem.vehicles)
        starts = list(range(num_tasks, num_tasks + num_vehicles))
        ends = [num_tasks + num_vehicles] * num_vehicles
        self._manager = pywrapcp.RoutingIndexManager(num_tasks + num_vehicles + 1, num_vehicles, starts, ends)
        self._routing = pywrapcp.RoutingModel(self._manager)
        self._indices = [self._manager.NodeToIndex(task) for task in range(num_tasks)]
        self._transits = _register(self._routing, problem.transit)
        self._start_when_free()
        self._obey_the_mask()
        self._charge_for_the_way()
        self._charge_for_waiting()
        self._charge_for_lateness()
        self._let_tasks_be_left_out()

    def solve(self, solution_limit: int, safety_time_limit_s: float) -> Plan:
        """
        Search for good routes.

        Parameters
        ----------
        solution_limit
            Search effort: solutions accepted.
        safety_time_limit_s
            Time after which the search is cut off.
        """
        parameters = pywrapcp.DefaultRoutingSearchParameters()
        parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.LOCAL_CHEAPEST_COST_INSERTION
        parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        parameters.solution_limit = solution_limit
        parameters.time_limit.FromMilliseconds(int(1000 * safety_time_limit_s))
        parameters.lns_time_limit.seconds = 3600  # its default is a clock of 100 ms: plans would not repeat
        for operator in LARGE_NEIGHBOURHOODS:
            setattr(parameters.local_search_operators, operator, optional_boolean_pb2.BOOL_FALSE)
        start_s = time.monotonic()
        solution = self._routing.SolveWithParameters(parameters)
        was_cut_off = time.monotonic() - start_s >= CLOCK_SLACK * safety_time_limit_s
        routes = {int(number): self._route(solution, row) for row, number in enumerate(self._problem.vehicles)}
        return Plan(routes, was_cut_off)

    def _start_when_free(self) -> None:
        """A vehicle starts its route when and where it becomes free."""
        for name in ("waiting", "lateness"):
            longest = 4 * NEVER_S * TICKS_PER_S
            self._routing.AddDimensionWithVehicleTransits(self._transits, 0, longest, False, name)
            for row, free_in in enumerate(self._problem.free_in.tolist()):
                start = self._routing.Start(row)
                self._routing.GetDimensionOrDie(name).CumulVar(start).SetRange(free_in, free_in)

    def _obey_the_mask(self) -> None:
        """A vehicle does only what it may; -1 says that a task may be left out."""
        for task in np.flatnonzero(~self._problem.may_take.all(axis=0)).tolist():
            allowed = self._problem.may_take[:, task].nonzero()[0].tolist()
            self._routing.VehicleVar(self._indices[task]).SetValues([-1, *allowed])

    def _charge_for_the_way(self) -> None:
        """The way costs its length."""
        for row, evaluator in enumerate(_register(self._routing, self._problem.travel_cost)):
            self._routing.SetArcCostEvaluatorOfVehicle(evaluator, row)

    def _charge_for_waiting(self) -> None:
        """A task costs its rate until it is picked up."""
        dimension = self._routing.GetDimensionOrDie("waiting")
        for index, cost in zip(self._indices, self._problem.waiting_cost.tolist(), strict=True):
            dimension.SetCumulVarSoftUpperBound(index, 0, cost)

    def _charge_for_lateness(self) -> None:
        """A task costs more once it cannot be done when due."""
        dimension = self._routing.GetDimensionOrDie("lateness")
        latest = np.maximum(self._problem.latest, 0).tolist()
        for index, bound, cost in zip(self._indices, latest, self._problem.late_cost.tolist(), strict=True):
            if cost:
                dimension.SetCumulVarSoftUpperBound(index, bound, cost)

    def _let_tasks_be_left_out(self) -> None:
        """There is always a plan: a task that no one can do is left out, at a price above any lateness."""
        for index, cost in zip(self._indices, self._problem.left_out_cost.tolist(), strict=True):
            self._routing.AddDisjunction([index], cost)

    def _route(self, solution: pywrapcp.Assignment | None, row: int) -> list[int]:
        route: list[int] = []
        if solution is None:
            return route
        index = solution.Value(self._routing.NextVar(self._routing.Start(row)))
        while not self._routing.IsEnd(index):
            route.append(int(self._problem.tasks[self._manager.IndexToNode(index)]))
            index = solution.Value(self._routing.NextVar(index))
        return route


def _register(routing: pywrapcp.RoutingModel, matrices: np.ndarray) -> list[int]:
    """Register one matrix a vehicle, the same one once; a matrix is several times faster than a callback."""
    known: dict[bytes, int] = {}
    evaluators = []
    for matrix in matrices:
        key = matrix.tobytes()
        if key not in known:
            known[key] = routing.RegisterTransitMatrix(matrix.tolist())
        evaluators.append(known[key])
    return evaluators
