"""Drive a plan that was made beforehand: a published solution, or one with hindsight."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from qmix_logistics.simulation import DecisionEpoch, Dispatch, Site, StopKind
from qmix_logistics_baselines.choosing import QUICKEST, choose_standing


class PlannedStop(NamedTuple):
    """One stop of a plan: pick up or drop off a task; where it may end at several places, at the first of them."""

    kind: StopKind
    task: int


class PlanFollowingPolicy:
    """
    Send every vehicle to the stops of its plan, one after the other; then it stands by.

    Stops that are not feasible when their turn comes, because their order is closed or was never released, are left
    out.

    Parameters
    ----------
    plan
        Stops by number of vehicle.
    """

    information = "global"
    num_cut_off = 0

    def __init__(self, plan: Mapping[int, Sequence[PlannedStop]]) -> None:
        self._plan = plan

    def reset(self, site: Site, rng: np.random.Generator) -> None:
        """Prepare for a new day; see ``Policy``."""
        self._site = site
        self._left = {number: deque(stops) for number, stops in self._plan.items()}

    def decide(self, epoch: DecisionEpoch) -> Dispatch:
        """Take the next planned stop of each decider; see ``Policy``."""
        return Dispatch(np.array([self._column(epoch, row) for row in range(epoch.num_deciders)]))

    def decide_in_outage(self, epoch: DecisionEpoch) -> Dispatch:
        """Go on with the plan; see ``Policy``."""
        return self.decide(epoch)

    def _column(self, epoch: DecisionEpoch, row: int) -> int:
        left = self._left.get(int(epoch.deciders[row]), deque())
        columns = np.flatnonzero(epoch.feasible[row])
        offered: dict[tuple[int, int], int] = {}
        kinds, tasks = epoch.stops["kind"][columns].tolist(), epoch.stops["task"][columns].tolist()
        for kind, task, column in zip(kinds, tasks, columns.tolist(), strict=True):
            offered.setdefault((kind, task), column)
        while left:
            stop = left.popleft()
            if (int(stop.kind), stop.task) in offered:
                return offered[int(stop.kind), stop.task]
        return choose_standing(self._site, epoch, row, QUICKEST)


def plan_of_routes(routes: Sequence[Sequence[int]]) -> dict[int, list[PlannedStop]]:
    """
    Return the plan of routes that load everything first and then deliver it in order.

    Parameters
    ----------
    routes
        For each vehicle the numbers of its tasks, in the order in which they are dropped off.
    """
    return {
        number: [PlannedStop(kind, task) for kind in (StopKind.PICK_UP, StopKind.DROP_OFF) for task in tasks]
        for number, tasks in enumerate(routes)
    }
