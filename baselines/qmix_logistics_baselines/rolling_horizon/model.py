"""The OR-Tools model of pick-ups and drop-offs: variables, constraints, objective, search."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int
from ortools.constraint_solver import pywrapcp, routing_enums_pb2
from ortools.util import optional_boolean_pb2

from qmix_logistics.simulation import StopKind
from qmix_logistics_baselines.plan_following import PlannedStop
from qmix_logistics_baselines.rolling_horizon.problem import NEVER_S, NO_TICK, TICKS_PER_S, RoutingProblem

Routes = Mapping[int, Sequence[PlannedStop]]
"""Stops by number of vehicle."""

LARGE_NEIGHBOURHOODS = (
    "use_global_cheapest_insertion_path_lns",
    "use_local_cheapest_insertion_path_lns",
    "use_relocate_path_global_cheapest_insertion_insert_unperformed",
    "use_global_cheapest_insertion_visit_types_lns",
    "use_local_cheapest_insertion_visit_types_lns",
)
"""Operators left out: the same plans without them take 60 % of the time (49 problems, 20 solutions each)."""
BRANCHES_PER_STOP, BRANCHES_PER_SOLUTION = 20, 20
"""Steps of the search tree after which it ends: where there are fewer solutions than asked for it would go on for ever.
A first solution takes about 1 a stop, another about 6."""
MOST_NODES_KEPT_FLAT = 1 << 30
"""Matrices of any size are kept in one piece: OR-Tools copies them at each move that it tries, row by row otherwise."""
CLOCK_SLACK = 0.95
"""The solver may stop a little before its time limit by our clock; that counts as cut off too."""
LONGEST = 8 * NEVER_S * TICKS_PER_S


@dataclass(frozen=True, slots=True)
class Plan:
    """
    Stops of each vehicle, in order.

    Parameters
    ----------
    routes
        By number of vehicle.
    left_out
        Pending tasks that no one does.
    cost
        In the solver's units.
    was_cut_off
        Whether the safety time limit ended the search: then the plan depends on the machine.
    """

    routes: dict[int, list[PlannedStop]]
    left_out: tuple[int, ...]
    cost: int
    was_cut_off: bool


class RoutingModel:
    """
    A fleet's routes through pick-ups and drop-offs, as OR-Tools sees them.

    Parameters
    ----------
    problem
        The problem.
    """

    def __init__(self, problem: RoutingProblem) -> None:
        self._problem = problem
        num_stops, num_vehicles = len(problem.tasks), len(problem.vehicles)
        starts = list(range(num_stops, num_stops + num_vehicles))
        ends = list(range(num_stops + num_vehicles, num_stops + 2 * num_vehicles))
        self._stacked = np.flatnonzero((problem.carrier >= 0) & problem.is_lifo[problem.carrier])
        self._num_nodes = num_stops + 2 * num_vehicles + len(self._stacked)
        self._manager = pywrapcp.RoutingIndexManager(self._num_nodes, num_vehicles, starts, ends)
        parameters = pywrapcp.DefaultRoutingModelParameters()
        parameters.max_callback_cache_size = MOST_NODES_KEPT_FLAT
        parameters.solver_parameters.store_names = False
        self._routing = pywrapcp.RoutingModel(self._manager, parameters)
        self._indices = [self._manager.NodeToIndex(stop) for stop in range(num_stops)]
        self._has_windows = bool((problem.earliest > 0).any() or (problem.latest < NO_TICK).any())
        self._keep_time()
        self._carry_no_more_than_fits()
        self._obey_the_mask()
        self._pair_pick_ups_with_drop_offs()
        self._keep_what_is_on_board()
        self._charge_for_the_way()
        self._charge_for_open_and_late_orders()
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
        strategies = routing_enums_pb2.FirstSolutionStrategy
        parameters.first_solution_strategy = (
            strategies.LOCAL_CHEAPEST_COST_INSERTION
            if self._problem.open_cost.any()
            else strategies.PARALLEL_CHEAPEST_INSERTION  # shorter ways, long waits: docs/background/baselines.md
        )
        parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        parameters.solution_limit = solution_limit
        parameters.time_limit.FromMilliseconds(int(1000 * safety_time_limit_s))
        parameters.lns_time_limit.seconds = 3600  # its default is a clock of 100 ms: plans would not repeat
        for operator in LARGE_NEIGHBOURHOODS:
            setattr(parameters.local_search_operators, operator, optional_boolean_pb2.BOOL_FALSE)
        branches = BRANCHES_PER_STOP * self._manager.GetNumberOfNodes() + BRANCHES_PER_SOLUTION * solution_limit
        self._routing.AddSearchMonitor(self._routing.solver().BranchesLimit(branches))
        start_s = time.monotonic()
        solution = self._routing.SolveWithParameters(parameters)
        was_cut_off = time.monotonic() - start_s >= CLOCK_SLACK * safety_time_limit_s
        return self._plan(solution, was_cut_off=was_cut_off)

    def _keep_time(self) -> None:
        """A vehicle starts when and where it becomes free; it waits at a stop until the window opens."""
        evaluators = self._register(self._problem.transit)
        slack = LONGEST if self._has_windows else 0
        names = ("open", "late") if self._problem.late_cost.any() else ("open",)
        for name in names:
            self._routing.AddDimensionWithVehicleTransits(evaluators, slack, LONGEST, False, name)
            dimension = self._routing.GetDimensionOrDie(name)
            for row, free_in in enumerate(self._problem.free_in.tolist()):
                dimension.CumulVar(self._routing.Start(row)).SetRange(free_in, free_in)
        if not self._has_windows:
            return
        dimension, other = (self._routing.GetDimensionOrDie(name) for name in (names[0], names[-1]))
        for stop, index in enumerate(self._indices):
            dimension.CumulVar(index).SetMin(min(int(self._problem.earliest[stop]), LONGEST))
            if self._problem.latest[stop] < NO_TICK:
                dimension.CumulVar(index).SetMax(max(int(self._problem.latest[stop]), 0))
            if len(names) > 1:
                self._routing.solver().Add(dimension.CumulVar(index) == other.CumulVar(index))

    def _carry_no_more_than_fits(self) -> None:
        """Vehicles start with what they have on board."""
        problem = self._problem
        if problem.num_pairs + (problem.carrier >= 0).sum() == 0 and not problem.is_loaded_first:
            return
        for unit, (loads, capacities) in enumerate(zip(problem.loads, problem.capacities, strict=True)):
            aboard = np.array([-loads[problem.carrier == row].sum() for row in range(len(problem.vehicles))])
            limits = np.maximum(capacities, aboard)
            if (aboard + loads[loads > 0].sum() <= limits).all():
                continue  # whoever took all tasks would not be full
            name = f"load-{unit}"
            demands = np.pad(loads, (0, self._num_nodes - len(loads))).tolist()
            evaluator = self._routing.RegisterUnaryTransitVector(demands)
            self._routing.AddDimensionWithVehicleCapacity(evaluator, 0, limits.tolist(), False, name)
            dimension = self._routing.GetDimensionOrDie(name)
            for row, load in enumerate(aboard.tolist()):
                dimension.CumulVar(self._routing.Start(row)).SetRange(load, load)

    def _obey_the_mask(self) -> None:
        """A vehicle does only what it may; -1 says that a task may be left out."""
        for task in np.flatnonzero(~self._problem.may_take.all(axis=0)).tolist():
            allowed = self._problem.may_take[:, task].nonzero()[0].tolist()
            self._routing.VehicleVar(self._indices[task]).SetValues([-1, *allowed])

    def _pair_pick_ups_with_drop_offs(self) -> None:
        """Who picks up a task drops it off, later."""
        routing, problem = self._routing, self._problem
        dimension, solver = routing.GetDimensionOrDie("open"), routing.solver()
        for task in range(problem.num_whole, problem.num_pending):
            pick_up, drop_off = self._indices[task], self._indices[task + problem.num_pairs]
            routing.AddPickupAndDelivery(pick_up, drop_off)
            solver.Add(routing.VehicleVar(pick_up) == routing.VehicleVar(drop_off))
            solver.Add(dimension.CumulVar(pick_up) <= dimension.CumulVar(drop_off))
        for row in np.flatnonzero(problem.is_lifo).tolist():
            routing.SetPickupAndDeliveryPolicyOfVehicle(pywrapcp.RoutingModel.PICKUP_AND_DELIVERY_LIFO, row)

    def _keep_what_is_on_board(self) -> None:
        """Who carries a task drops it off; where that is LIFO, it was also loaded, below what was loaded later."""
        problem, routing = self._problem, self._routing
        for stop in np.flatnonzero(problem.carrier >= 0).tolist():
            routing.VehicleVar(self._indices[stop]).SetValues([int(problem.carrier[stop])])
        last = [routing.Start(row) for row in range(len(problem.vehicles))]
        for stop, node in zip(self._stacked.tolist(), range(problem.transit.shape[1], self._num_nodes), strict=True):
            loading, row = self._manager.NodeToIndex(node), int(problem.carrier[stop])
            routing.AddPickupAndDelivery(loading, self._indices[stop])
            routing.NextVar(last[row]).SetValue(loading)
            last[row] = loading

    def _register(self, matrices: Int[np.ndarray, "class node node"]) -> list[int]:
        """Return each vehicle's evaluator: a matrix is several times faster than a callback."""
        # Nodes where what is on board was loaded come last: a vehicle gets there from its start for nothing.
        starts = len(self._problem.tasks) + self._problem.carrier[self._stacked]
        rows = np.concatenate([matrices, matrices[:, starts]], axis=1)
        complete = np.pad(rows, ((0, 0), (0, 0), (0, len(starts))))
        evaluators = [self._routing.RegisterTransitMatrix(matrix.tolist()) for matrix in complete]
        return [evaluators[number] for number in self._problem.alike.tolist()]

    def _charge_for_the_way(self) -> None:
        """The way costs its length; that home also for a vehicle that does nothing."""
        for row, evaluator in enumerate(self._register(self._problem.travel_cost)):
            self._routing.SetArcCostEvaluatorOfVehicle(evaluator, row)
            self._routing.SetVehicleUsedWhenEmpty(True, row)

    def _charge_for_open_and_late_orders(self) -> None:
        """A task costs its rate until it is dropped off, and more once that is late."""
        problem = self._problem
        names = ("open", "late") if problem.late_cost.any() else ("open", "open")
        open_orders, late_orders = (self._routing.GetDimensionOrDie(name) for name in names)
        for stop, index in enumerate(self._indices):
            if problem.open_cost[stop]:
                open_orders.SetCumulVarSoftUpperBound(index, 0, int(problem.open_cost[stop]))
            if problem.late_cost[stop]:
                late_orders.SetCumulVarSoftUpperBound(
                    index, max(int(problem.due[stop]), 0), int(problem.late_cost[stop])
                )

    def _let_tasks_be_left_out(self) -> None:
        """There is always a plan: a task that no one can do is left out."""
        for task, cost in enumerate(self._problem.left_out_cost.tolist()):
            self._routing.AddDisjunction([self._indices[task]], cost)
            if task >= self._problem.num_whole:
                self._routing.AddDisjunction([self._indices[task + self._problem.num_pairs]], 0)

    def _plan(self, solution: pywrapcp.Assignment | None, *, was_cut_off: bool) -> Plan:
        problem = self._problem
        routes: dict[int, list[PlannedStop]] = {}
        left_out = set(problem.tasks[: problem.num_pending].tolist())
        if solution is None:
            return Plan(routes, (), 0, was_cut_off)
        for row, number in enumerate(problem.vehicles.tolist()):
            route: list[PlannedStop] = []
            index = solution.Value(self._routing.NextVar(self._routing.Start(row)))
            while not self._routing.IsEnd(index):
                stop = self._manager.IndexToNode(index)
                if stop < len(problem.tasks):
                    kind = StopKind.PICK_UP if stop < problem.num_pending else StopKind.DROP_OFF
                    route.append(PlannedStop(kind, int(problem.tasks[stop])))
                    left_out.discard(route[-1].task)
                index = solution.Value(self._routing.NextVar(index))
            if problem.is_loaded_first:
                route += [PlannedStop(StopKind.DROP_OFF, stop.task) for stop in route]
            routes[number] = route
        return Plan(routes, tuple(sorted(left_out)), int(solution.ObjectiveValue()), was_cut_off)
