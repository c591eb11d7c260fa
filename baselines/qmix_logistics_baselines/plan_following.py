"""Drive a plan that was made beforehand: a published solution, or one with hindsight."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from qmix_logistics.simulation import DROP_OFF, PICK_UP, DecisionEpoch, Dispatch, Site, StopKind
from qmix_logistics_baselines.choosing import QUICKEST, choose_routes, choose_standing

ANYWHERE = -1
"""Instead of a place: where a task may begin or end at several, at the first of them."""


QUICKEST_WAY = -1
"""Instead of one of the ways that are offered."""


class PlannedStop(NamedTuple):
    """
    One stop of a plan, such as a pick-up at one of the places where that may be done.

    With ``from_s`` the vehicle sets out no earlier; a charger or a parking place is then left out later, too.
    """

    kind: StopKind
    task: int
    place: int = ANYWHERE
    way: int = QUICKEST_WAY
    from_s: float = 0.0


class PlanFollowingPolicy:
    """
    Send every vehicle to the stops of its plan, one after the other; then it stands by.

    With times and ways, a day that was played is played again to the last digit.

    Stops that are not feasible when their turn comes, because their order is closed or was never released, are left
    out.

    Parameters
    ----------
    plan
        Stops by number of vehicle.
    release_s
        When each task's order comes in: a vehicle whose next task is still to come waits for it, and an empty one
        charges if it must before it picks up. None: what is not there is left out at once.
    declined
        Orders to decline as soon as they come in.
    """

    information = "global"
    num_cut_off = 0

    def __init__(
        self,
        plan: Mapping[int, Sequence[PlannedStop]],
        release_s: Float[np.ndarray, " task"] | None = None,
        declined: Sequence[int] = (),
    ) -> None:
        self._plan, self._release_s, self._declined = plan, release_s, tuple(declined)

    def reset(self, site: Site, rng: np.random.Generator) -> None:
        """Prepare for a new day; see ``Policy``."""
        self._site = site
        self._left = {number: deque(stops) for number, stops in self._plan.items()}
        self._claimed: set[int] = set()

    def decide(self, epoch: DecisionEpoch) -> Dispatch:
        """Take the next planned stop of each decider; see ``Policy``."""
        pending = set(epoch.stops["task"][epoch.pick_ups].tolist())
        self._ways = dict.fromkeys(range(epoch.num_deciders), QUICKEST_WAY)
        columns = np.array([self._column(epoch, row, pending) for row in range(epoch.num_deciders)])
        routes = choose_routes(epoch, columns, QUICKEST)
        if routes is not None:
            planned = np.array(list(self._ways.values()))
            routes = np.where(planned == QUICKEST_WAY, routes, planned)
        return Dispatch(columns, routes=routes, declined=self._declined)

    def decide_in_outage(self, epoch: DecisionEpoch) -> Dispatch:
        """Go on with the plan; see ``Policy``."""
        return self.decide(epoch)

    def _column(self, epoch: DecisionEpoch, row: int, pending: set[int]) -> int:
        number = int(epoch.deciders[row])
        left, is_empty = self._left.get(number, deque()), not epoch.snapshot.on_board[number]
        while left:
            if epoch.time_s < left[0].from_s and (stay := _stay(epoch, row)) >= 0:
                return stay
            column = _column_of(epoch, row, left[0]) if _is_still_to_be_made(epoch, left[0]) else -1
            if column >= 0:
                stop = left.popleft()
                self._ways[row] = stop.way
                if stop.kind is PICK_UP:
                    self._claimed.add(stop.task)
                return column
            if self._is_worth_waiting(epoch, left[0], pending, is_empty=is_empty):
                if not is_empty and epoch.feasible[row, epoch.wait]:
                    return epoch.wait
                break
            left.popleft()
        return choose_standing(self._site, epoch, row, QUICKEST)

    def _is_worth_waiting(self, epoch: DecisionEpoch, stop: PlannedStop, pending: set[int], *, is_empty: bool) -> bool:
        """Tell whether a task is still to come, or is there for a vehicle that must charge first."""
        if self._release_s is None or stop.kind is not PICK_UP or stop.task in self._claimed:
            return False
        if stop.task in pending:
            return is_empty
        is_in = epoch.time_s >= self._release_s[stop.task]
        return not is_in or bool(epoch.snapshot.known.of([stop.task])["is_open"][0])


def _is_still_to_be_made(epoch: DecisionEpoch, stop: PlannedStop) -> bool:
    """Tell whether it is not too late: vehicles also charge and park without being asked."""
    return stop.from_s == 0 or stop.kind in (PICK_UP, DROP_OFF) or epoch.time_s <= stop.from_s


def _stay(epoch: DecisionEpoch, row: int) -> int:
    """Return the column with which a decider waits or goes on charging where it is; -1 if it must leave."""
    if epoch.feasible[row, epoch.wait]:
        return epoch.wait
    number = epoch.deciders[row]
    chargers = np.flatnonzero(epoch.feasible[row, : epoch.num_chargers])
    here = chargers[epoch.stops["place"][chargers] == epoch.snapshot.vehicles["place"][number]]
    return int(here[0]) if len(here) else -1


def _column_of(epoch: DecisionEpoch, row: int, stop: PlannedStop) -> int:
    """Return the column of a stop, at its place if that is offered; -1 if it is not feasible."""
    is_it = (epoch.stops["task"] == stop.task) & (epoch.stops["kind"] == int(stop.kind)) & epoch.feasible[row]
    columns = is_it.nonzero()[0]
    if not len(columns):
        return -1
    there = columns[epoch.stops["place"][columns] == stop.place]
    return int(there[0] if len(there) else columns[0])


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
