"""A lane in use: who is on it, in which order, and who waits to enter."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import simpy

from qmix_logistics.simulation.lanes.segments import FORWARD, Segment


class Rider:
    """
    A vehicle as others on its lane see it.

    Parameters
    ----------
    number
        Its number.
    """

    __slots__ = (
        "_from_m",
        "_since_s",
        "blocker",
        "direction",
        "goal_m",
        "lane",
        "moved",
        "number",
        "speed_mps",
        "turn",
    )

    def __init__(self, number: int) -> None:
        self.number = number
        self.lane: Lane | None = None
        """The lane that it holds; None: it is off the lanes."""
        self.direction = FORWARD
        self.speed_mps = 0.0
        """0 while it stands."""
        self.goal_m = 0.0
        """Where it stands, or will stand next."""
        self._from_m = self._since_s = 0.0
        self.moved: simpy.Event | None = None
        """Happens when it moves on; None while no one waits for that."""
        self.turn: simpy.Event | None = None
        """What it waits for; None while it does not wait."""
        self.blocker: Rider | Lane | None = None
        """Whom it waits for."""

    def position_m(self, now_s: float) -> float:
        """
        Return how far it is from the lane's tail.

        Parameters
        ----------
        now_s
            Now.
        """
        if self.speed_mps == 0:
            return self._from_m
        gone_m = min(self.speed_mps * (now_s - self._since_s), abs(self.goal_m - self._from_m))
        return self._from_m + self.direction * gone_m

    def stand(self, at_m: float) -> None:
        """
        Stand still.

        Parameters
        ----------
        at_m
            Where.
        """
        self._from_m = self.goal_m = at_m
        self.speed_mps = 0.0

    def roll(self, now_s: float, goal_m: float, speed_mps: float) -> None:
        """
        Set out.

        Parameters
        ----------
        now_s
            Now.
        goal_m
            Where to.
        speed_mps
            How fast.
        """
        self._from_m, self._since_s = self.position_m(now_s), now_s
        self.goal_m, self.speed_mps = goal_m, speed_mps
        self.tell()

    def tell(self) -> None:
        """Let the vehicle behind go on, if it waits."""
        if self.moved is not None:
            event, self.moved = self.moved, None
            event.succeed()


class Entry(NamedTuple):
    """A wish to enter a lane."""

    rider: Rider
    direction: int
    at_m: float
    turn: simpy.Event


class Lane:
    """
    A segment in use: first in, first out.

    Parameters
    ----------
    number
        Its number.
    segment
        What it is.
    look_again
        Called with the first who waits to enter, when it waits for another than before.
    """

    __slots__ = ("_look_again", "closed", "number", "riders", "segment", "waiting")

    def __init__(self, number: int, segment: Segment, look_again: Callable[[Rider], object]) -> None:
        self.number, self.segment, self._look_again = number, segment, look_again
        self.riders: list[Rider] = []
        """Who is on it, from the tail to the head."""
        self.waiting: deque[Entry] = deque()
        self.closed: set[int] = set()
        """Directions in which it may not be entered."""

    def has_room(self, direction: int) -> bool:
        """
        Tell whether a vehicle may enter now.

        Parameters
        ----------
        direction
            Which way it goes.
        """
        if direction in self.closed or len(self.riders) >= self.segment.capacity:
            return False
        return not self.segment.is_single_lane or all(rider.direction == direction for rider in self.riders)

    def put(self, rider: Rider, direction: int, at_m: float, now_s: float) -> None:
        """
        Put a vehicle on the lane.

        Parameters
        ----------
        rider, direction, at_m
            Who, going which way, and where.
        now_s
            Now.
        """
        index = 0
        for other_m in self.positions_m(now_s):
            # a newcomer comes behind whoever stands in its place
            if other_m > at_m or (other_m == at_m and direction == FORWARD):
                break
            index += 1
        self.riders.insert(index, rider)
        rider.lane, rider.direction = self, direction
        rider.stand(at_m)

    def take_over(self, rider: Rider, direction: int, at_m: float, now_s: float) -> None:
        """
        Put a vehicle on the lane, then take it off the one before: who follows it must find this lane filled.

        Parameters
        ----------
        rider, direction, at_m, now_s
            As for ``put``.
        """
        before = rider.lane
        self.put(rider, direction, at_m, now_s)
        if before is not None and before is not self:
            before.remove(rider, now_s)

    def remove(self, rider: Rider, now_s: float) -> None:
        """
        Take a vehicle off the lane, and let those in who now find room.

        Parameters
        ----------
        rider
            Who.
        now_s
            Now.
        """
        self.riders.remove(rider)
        if rider.lane is self:
            rider.lane = None
        rider.tell()
        self.admit(now_s)

    def admit(self, now_s: float) -> None:
        """
        Let those in who find room, in the order in which they came.

        Parameters
        ----------
        now_s
            Now.
        """
        while self.waiting and (self.waiting[0].turn.triggered or self.has_room(self.waiting[0].direction)):
            entry = self.waiting.popleft()
            if entry.turn.triggered:  # it has been sent elsewhere
                continue
            self.take_over(entry.rider, entry.direction, entry.at_m, now_s)
            entry.turn.succeed()
        if self.waiting:
            self._look_again(self.waiting[0].rider)

    def positions_m(self, now_s: float) -> list[float]:
        """
        Return where everyone is, from the tail on; no one is ahead of the one before it who goes the same way.

        Parameters
        ----------
        now_s
            Now.
        """
        positions_m = [rider.position_m(now_s) for rider in self.riders]
        for index in range(len(positions_m) - 2, -1, -1):
            if self.riders[index].direction == self.riders[index + 1].direction == FORWARD:
                positions_m[index] = min(positions_m[index], positions_m[index + 1])
        for index in range(1, len(positions_m)):
            if self.riders[index].direction == self.riders[index - 1].direction != FORWARD:
                positions_m[index] = max(positions_m[index], positions_m[index - 1])
        return positions_m

    def position_m(self, rider: Rider, now_s: float) -> float:
        """
        Return where one of those on the lane is: no further than the one ahead, even if that one has broken down.

        Parameters
        ----------
        rider
            Who.
        now_s
            Now.
        """
        return self.positions_m(now_s)[self.riders.index(rider)]

    def leader_of(self, rider: Rider) -> Rider | None:
        """
        Return the next vehicle ahead.

        Parameters
        ----------
        rider
            Who looks ahead.
        """
        index = self.riders.index(rider) + rider.direction
        return self.riders[index] if 0 <= index < len(self.riders) else None

    def blocker_of(self, rider: Rider) -> Rider | None:
        """
        Return whom a vehicle that waits to enter waits for: who came before it, or else who must leave first.

        Parameters
        ----------
        rider
            Who waits.
        """
        before: Rider | None = None
        for entry in self.waiting:
            if entry.rider is rider:
                if before is not None:
                    return before
                return self._first_out(entry.direction) if entry.direction not in self.closed else None
            before = entry.rider
        return None

    def _first_out(self, direction: int) -> Rider | None:
        """Return who must leave before another may enter: on a full lane the first, else the one that comes nearest."""
        if not self.riders:
            return None
        if len(self.riders) >= self.segment.capacity and self.riders[0].direction == self.riders[-1].direction:
            return self.riders[-1 if self.riders[0].direction == FORWARD else 0]
        return self.riders[0 if direction == FORWARD else -1]
