"""How long vehicles may wait before they drive on, and still be in time for all that is planned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

from qmix_logistics.simulation import StopKind
from qmix_logistics_baselines.plan_following import PlannedStop
from qmix_logistics_baselines.rolling_horizon.model import Plan
from qmix_logistics_baselines.rolling_horizon.problem import NO_TICK, TICKS_PER_S, RoutingProblem

Waiting = Literal["drive_first", "wait_first", "postpone"]

Latest = Mapping[tuple[int, PlannedStop], float]
"""By vehicle and planned stop: time of the day at which the vehicle must be there at the latest; infinite if never."""


def latest_arrivals(problem: RoutingProblem, plan: Plan, time_s: float) -> dict[tuple[int, PlannedStop], float]:
    """
    Return when each planned stop must be reached for all later ones of its vehicle to be in time.

    In time is within the window and, where being late costs, by the due time; what is late already is not waited for.

    Parameters
    ----------
    problem
        The problem.
    plan
        Its plan.
    time_s
        When it was made.
    """
    limit = np.where(problem.latest < NO_TICK, problem.latest, np.inf)
    limit = np.minimum(limit, np.where(problem.late_cost > 0, problem.due, np.inf))
    found: dict[tuple[int, PlannedStop], float] = {}
    for row, number in enumerate(problem.vehicles.tolist()):
        later, after = np.inf, -1
        for stop in reversed(plan.routes.get(number, [])):
            node = _node(problem, stop)
            if after >= 0:
                later -= problem.transit[problem.alike[row], node, after]
            later, after = min(later, limit[node]), node
            found[number, stop] = time_s + later / TICKS_PER_S
    return found


def _node(problem: RoutingProblem, stop: PlannedStop) -> int:
    """Return the number of a planned stop in the problem; that of the whole task where it is loaded first."""
    nodes = np.flatnonzero(problem.tasks == stop.task)
    return int(nodes[0] if stop.kind is StopKind.PICK_UP or len(nodes) == 1 else nodes[-1])
