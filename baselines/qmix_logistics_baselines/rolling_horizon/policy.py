"""Follow the last plan; make a new one when it is old or leaves an idle vehicle without anything to do."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Int

from qmix_logistics.simulation import DecisionEpoch, Dispatch, Site, StopKind
from qmix_logistics_baselines.choosing import QUICKEST, Choosing, choose_end, choose_routes, choose_standing
from qmix_logistics_baselines.index_policy import stand_by
from qmix_logistics_baselines.plan_following import PlannedStop
from qmix_logistics_baselines.rolling_horizon.model import Plan, Routes, RoutingModel
from qmix_logistics_baselines.rolling_horizon.problem import RoutingProblem, routing_problem
from qmix_logistics_baselines.rolling_horizon.waiting import Latest, Waiting, latest_arrivals


class RollingHorizonPolicy:
    """
    Routes of all vehicles, those that are busy included, through what is on board and the most urgent pending tasks.

    Parameters
    ----------
    replan_period_s
        Age at which a plan is replaced.
    max_planned_tasks
        Pending tasks in a plan.
    solution_limit
        Search effort.
    safety_time_limit_s
        Time after which a search is cut off.
    choosing
        How to choose among facilities and ways.
    travel_weight
        The price of travel in plans over that of the objective.
    waiting
        When vehicles leave for their next planned stop.
    waiting_margin_s
        Whoever waits leaves so long before it would have to.
    iteration_limit
        Search effort of PyVRP; None: OR-Tools searches.
    """

    information = "global"
    num_cut_off = 0
    """Plans of the day whose search the safety time limit has ended."""

    def __init__(
        self,
        replan_period_s: float,
        max_planned_tasks: int,
        solution_limit: int,
        safety_time_limit_s: float,
        choosing: Choosing = QUICKEST,
        *,
        travel_weight: float = 1.0,
        waiting: Waiting = "drive_first",
        waiting_margin_s: float = 900.0,
        iteration_limit: int | None = None,
    ) -> None:
        self._iteration_limit, self._waiting, self._waiting_margin_s = iteration_limit, waiting, waiting_margin_s
        self._choosing, self._travel_weight = choosing, travel_weight
        self._replan_period_s, self._max_planned_tasks = replan_period_s, max_planned_tasks
        self._solution_limit, self._safety_time_limit_s = solution_limit, safety_time_limit_s

    def reset(self, site: Site, rng: np.random.Generator) -> None:
        """Prepare for a new day; see ``Policy``."""
        self._site = site
        self._routes: Routes = {}
        self._latest_s: Latest = {}
        self._planned_at_s = -math.inf
        self._seen: set[int] = set()
        self.num_cut_off = 0

    def decide(self, epoch: DecisionEpoch) -> Dispatch:
        """Make the next planned stop of each decider; see ``Policy``."""
        columns = self._next_stops(epoch)
        pending = set(epoch.stops["task"][epoch.pick_ups].tolist())
        declined: tuple[int, ...] = ()
        is_old = epoch.time_s - self._planned_at_s >= self._replan_period_s
        if (is_old or ((columns < 0).any() and pending - self._seen)) and (pending or any(epoch.snapshot.on_board)):
            self._seen |= pending
            declined = self._plan(epoch)
            columns = self._next_stops(epoch)
        return self._dispatch(epoch, self._without_those_that_wait(epoch, columns), declined)

    def decide_in_outage(self, epoch: DecisionEpoch) -> Dispatch:
        """Follow the last plan as far as it goes, unless plans are lost in an outage; see ``Policy``."""
        if self._site.plan_in_outage == "lose":
            return stand_by(self._site, epoch, self._choosing)
        return self._dispatch(epoch, self._next_stops(epoch))

    def _plan(self, epoch: DecisionEpoch) -> tuple[int, ...]:
        """Make a plan; return the orders that it had better decline."""
        problem = routing_problem(self._site, epoch, self._max_planned_tasks, self._travel_weight)
        plan = self._solve(problem)
        self._routes, self._planned_at_s = plan.routes, epoch.time_s
        if self._waiting != "drive_first":
            self._latest_s = latest_arrivals(problem, plan, epoch.time_s)
        self.num_cut_off += plan.was_cut_off
        left = epoch.snapshot.known.of(plan.left_out)
        return tuple(np.unique(left["order"][left["is_declinable"]]).tolist())

    def _without_those_that_wait(
        self, epoch: DecisionEpoch, columns: Int[np.ndarray, " decider"]
    ) -> Int[np.ndarray, " decider"]:
        """Let those wait who may leave for their next stop later; who has no load may charge or park meanwhile."""
        if self._waiting == "drive_first":
            return columns
        snapshot, left = epoch.snapshot, columns.copy()
        for row in np.flatnonzero((columns >= 0) & epoch.feasible[:, epoch.wait]).tolist():
            number, stop = int(epoch.deciders[row]), epoch.stops[columns[row]]
            if self._waiting == "postpone" and snapshot.on_board[number]:
                continue
            way = self._site.fleet.class_index[number], snapshot.vehicles["place"][number], stop["place"]
            planned = PlannedStop(StopKind(int(stop["kind"])), int(stop["task"]))
            latest_s = self._latest_s.get((number, planned), -math.inf)
            leaves_s = epoch.time_s + self._site.candidates.max_wait_s + self._waiting_margin_s
            if math.isfinite(latest_s) and leaves_s + self._site.network.travel_time_s[way] < latest_s:
                left[row] = epoch.wait if snapshot.on_board[number] else -1
        return left

    def _solve(self, problem: RoutingProblem) -> Plan:
        if self._iteration_limit is None:
            return RoutingModel(problem).solve(self._solution_limit, self._safety_time_limit_s)
        from qmix_logistics_baselines.rolling_horizon.pyvrp_model import solve_with_pyvrp  # an extra

        return solve_with_pyvrp(problem, self._iteration_limit)

    def _next_stops(self, epoch: DecisionEpoch) -> Int[np.ndarray, " decider"]:
        """Return the column of each decider's first planned stop that is feasible, or -1."""
        return np.array([self._next_stop(epoch, row) for row in range(epoch.num_deciders)], int)

    def _next_stop(self, epoch: DecisionEpoch, row: int) -> int:
        route = self._routes.get(int(epoch.deciders[row]), ())
        columns = np.flatnonzero(epoch.feasible[row, epoch.work]) + epoch.work.start
        kinds, tasks = epoch.stops["kind"][columns].tolist(), epoch.stops["task"][columns].tolist()
        offered: dict[PlannedStop, list[int]] = {}
        for kind, task, column in zip(kinds, tasks, columns.tolist(), strict=True):
            offered.setdefault(PlannedStop(kind, task), []).append(column)
        for stop in route:
            if stop in offered:
                return choose_end(self._site, epoch, row, np.array(offered[stop]), self._choosing)
        return -1

    def _dispatch(
        self, epoch: DecisionEpoch, columns: Int[np.ndarray, " decider"], declined: tuple[int, ...] = ()
    ) -> Dispatch:
        """Let those without a planned stop finish what is on board, charge, park or wait."""
        for row in np.flatnonzero(columns < 0).tolist():
            columns[row] = choose_standing(self._site, epoch, row, self._choosing)
        return Dispatch(columns, routes=choose_routes(epoch, columns, self._choosing), declined=declined)
