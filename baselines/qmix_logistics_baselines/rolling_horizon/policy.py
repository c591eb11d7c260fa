"""Follow the last plan; make a new one when it is old or leaves an idle vehicle without a task."""

from __future__ import annotations

import math

import numpy as np

from qmix_logistics.simulation import DecisionEpoch, Dispatch, Site
from qmix_logistics_baselines.choosing import QUICKEST, Choosing
from qmix_logistics_baselines.index_policy import complete, stand_by
from qmix_logistics_baselines.rolling_horizon.model import RoutingModel
from qmix_logistics_baselines.rolling_horizon.problem import routing_problem


class RollingHorizonPolicy:
    """
    Routes of all vehicles, those that are busy included, through the most urgent pending tasks.

    Parameters
    ----------
    replan_period_s
        Age at which a plan is replaced.
    max_planned_tasks
        Tasks in a plan.
    solution_limit
        Search effort.
    safety_time_limit_s
        Time after which a search is cut off.
    choosing
        How to choose among facilities and ways.
    """

    information = "global"

    def __init__(
        self,
        replan_period_s: float,
        max_planned_tasks: int,
        solution_limit: int,
        safety_time_limit_s: float,
        choosing: Choosing = QUICKEST,
    ) -> None:
        self._choosing = choosing
        self._replan_period_s, self._max_planned_tasks = replan_period_s, max_planned_tasks
        self._solution_limit, self._safety_time_limit_s = solution_limit, safety_time_limit_s

    def reset(self, site: Site, rng: np.random.Generator) -> None:
        """Prepare for a new day; see ``Policy``."""
        self._site = site
        self._routes: dict[int, list[int]] = {}
        self._planned_at_s = -math.inf
        self.num_cut_off = 0
        """Plans of the day whose search the safety time limit has ended."""

    def decide(self, epoch: DecisionEpoch) -> Dispatch:
        """Take the next planned task of each decider; see ``Policy``."""
        if epoch.num_pending == 0:
            return stand_by(self._site, epoch, self._choosing)
        granted = self._next_tasks(epoch)
        if (granted < 0).any() or epoch.time_s - self._planned_at_s >= self._replan_period_s:
            self._plan(epoch)
            granted = self._next_tasks(epoch)
        return complete(self._site, epoch, granted, self._choosing)

    def decide_in_outage(self, epoch: DecisionEpoch) -> Dispatch:
        """Follow the last plan as far as it goes, unless plans are lost in an outage; see ``Policy``."""
        if self._site.plan_in_outage == "lose":
            return stand_by(self._site, epoch, self._choosing)
        return complete(self._site, epoch, self._next_tasks(epoch), self._choosing)

    def _plan(self, epoch: DecisionEpoch) -> None:
        problem = routing_problem(self._site, epoch, self._max_planned_tasks)
        plan = RoutingModel(problem).solve(self._solution_limit, self._safety_time_limit_s)
        self._routes, self._planned_at_s = plan.routes, epoch.time_s
        self.num_cut_off += plan.was_cut_off

    def _next_tasks(self, epoch: DecisionEpoch) -> np.ndarray:
        """Return for each decider its first planned task that is still pending and feasible, or -1."""
        columns = {task: column for column, task in enumerate(epoch.stops["task"][epoch.pick_ups].tolist())}
        granted = np.full(epoch.num_deciders, -1)
        for row, number in enumerate(epoch.deciders.tolist()):
            for task in self._routes.get(number, []):
                column = columns.get(task)
                if column is not None and epoch.feasible[row, epoch.pick_ups.start + column]:
                    granted[row] = column
                    break
        return granted
