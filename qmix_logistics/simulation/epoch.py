"""The decision epoch: who must decide, among which stops, and what has passed since the last one."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from qmix_logistics.simulation.snapshot import Snapshot


class End(enum.Enum):
    """How a day ended."""

    COMPLETED = "completed"
    """All orders are closed: nothing more can come."""
    TRUNCATED = "truncated"
    """Time ran out while orders were open: what would have come is unknown."""


@dataclass(frozen=True, slots=True)
class Interval:
    """
    What has passed since the last decision epoch.

    Parameters
    ----------
    elapsed_s
        Time.
    cost
        Cost accrued.
    discounted_cost
        The same, each part discounted to the interval's beginning: the integral of ``exp(-s / tau) dC(s)``.
    """

    elapsed_s: float
    cost: float
    discounted_cost: float


@runtime_checkable
class Ways(Protocol):
    """The ways that are offered to stops: the shortest, then the quickest others under present congestion."""

    def delays_s(self, number: int, places: Sequence[int]) -> Sequence[float]:
        """
        Return for several places how much longer the quickest way takes than the shortest would on an empty site.

        Parameters
        ----------
        number
            Which vehicle.
        places
            Where to.
        """

    def times_s(self, number: int, place: int) -> Sequence[float]:
        """
        Return the time that each way takes under present congestion; the shortest comes first.

        Parameters
        ----------
        number
            Which vehicle.
        place
            Where to.
        """


@dataclass(frozen=True, slots=True)
class DecisionEpoch:
    """
    A moment at which some vehicles have a choice; or the end of the day, at which none has.

    Valid until the simulator advances.

    Parameters
    ----------
    snapshot
        The state.
    interval
        What has passed since the last epoch.
    end
        How the day ended, or None while it goes on.
    deciders
        Numbers of the vehicles that must decide, in order; at least one unless the day has ended.
    stops
        Records of type ``STOP``: chargers, parking places, waiting, the pick-ups of pending tasks in no particular
        order, and the drop-offs of deciders with tasks on board.
    feasible
        Which stop each decider may take; at least one each.
    num_chargers, num_parking, num_pending
        How many stops of these kinds there are.
    is_planner_up
        Whether a central planner can be reached.
    ways
        The ways that are offered to stops; None where there is no choice of way.
    is_heard
        Which vehicles those who decide know of; None: all. Nothing is told of the others.
    """

    snapshot: Snapshot
    interval: Interval
    end: End | None
    deciders: Int[np.ndarray, " decider"]
    stops: Shaped[np.ndarray, " stop"]
    feasible: Bool[np.ndarray, "decider stop"]
    num_chargers: int
    num_parking: int
    num_pending: int
    is_planner_up: bool = True
    ways: Ways | None = None
    is_heard: Bool[np.ndarray, " vehicle"] | None = None

    @property
    def time_s(self) -> float:
        """Time since the day began."""
        return self.snapshot.time_s

    @property
    def wait(self) -> int:
        """Column of waiting."""
        return self.num_chargers + self.num_parking

    @property
    def pick_ups(self) -> slice:
        """Columns of the pick-ups."""
        first = self.num_chargers + self.num_parking + 1
        return slice(first, first + self.num_pending)

    @property
    def work(self) -> slice:
        """Columns of the pick-ups, then the drop-offs."""
        return slice(self.num_chargers + self.num_parking + 1, len(self.stops))

    @property
    def drop_offs(self) -> slice:
        """Columns of the drop-offs of deciders with tasks on board; each is feasible for one of them."""
        return slice(self.pick_ups.stop, len(self.stops))

    @property
    def num_deciders(self) -> int:
        """Number of vehicles that must decide."""
        return len(self.deciders)

    def without(self, columns: Int[np.ndarray, " decider"]) -> DecisionEpoch:
        """
        Return the epoch of the deciders that have no stop yet, without the tasks that are gone.

        Parameters
        ----------
        columns
            Column of the stop that each decider has got, or -1.
        """
        waiting = columns < 0
        feasible = self.feasible[waiting].copy()
        feasible[:, columns[columns >= self.pick_ups.start]] = False
        return dataclasses.replace(self, deciders=self.deciders[waiting], feasible=feasible)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """
    The next stop of each decider.

    Parameters
    ----------
    columns
        For each decider of the epoch the index of a stop that is feasible for it; no task twice.
    num_cut
        Deciders for which the policy looked at less than all feasible stops.
    routes
        For each decider which of the ways that are offered to its stop; None: the shortest.
    declined
        Numbers of orders to decline. Those that may not be declined, or of which a task is taken, are not.
    after_s
        How long deciding takes: until then the deciders go on waiting, and no one else is asked. What cannot be done
        any more by then is left out, and its vehicle is asked again.
    """

    columns: Int[np.ndarray, " decider"]
    num_cut: int = 0
    routes: Int[np.ndarray, " decider"] | None = None
    declined: tuple[int, ...] = ()
    after_s: float = 0.0


def grant_claims(
    scores: Float[np.ndarray, "decider pick_up"],
) -> Int[np.ndarray, " decider"]:
    """
    Grant, again and again, the pair of vehicle and task with the highest score; a task goes to one vehicle.

    Parameters
    ----------
    scores
        The higher the better; minus infinity where a task must not be taken. Ties go to the lowest decider, then to
        the first task.

    Returns
    -------
    Task granted to each decider; -1 for one that is left without.
    """
    if not scores.size:
        return np.full(len(scores), -1)
    if len(scores) == 1:
        best = int(scores[0].argmax())
        return np.array([best if scores[0, best] > -np.inf else -1])
    left, granted = scores.copy(), np.full(len(scores), -1)
    for _ in range(len(left)):
        decider, column = divmod(int(left.argmax()), left.shape[1])
        if left[decider, column] == -np.inf:
            break
        granted[decider] = column
        left[decider] = left[:, column] = -np.inf
    return granted
