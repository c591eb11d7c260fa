"""All lanes in use: who waits for whom, and how a deadlock is found and resolved."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

import simpy

from qmix_logistics.simulation.day import Span
from qmix_logistics.simulation.lanes.lane import Lane, Rider
from qmix_logistics.simulation.lanes.route import Start, Step
from qmix_logistics.simulation.lanes.routing import Router
from qmix_logistics.simulation.lanes.segments import FORWARD, Berth, Lanes
from qmix_logistics.simulation.world import World

WATCH_S = 5.0
"""While anyone is blocked, deadlocks are looked for this often, besides at every new block."""


class Reroute(Exception):  # noqa: N818
    """The way ahead has been blocked: look for another."""


class BackOut(Exception):  # noqa: N818
    """The vehicle must make way, because it is part of a deadlock."""


class LaneTraffic:
    """
    The lanes of a day.

    Parameters
    ----------
    world
        The state of the day.
    lanes
        The lanes of the site.
    """

    def __init__(self, world: World, lanes: Lanes) -> None:
        self._world, self._lanes, self._env = world, lanes, world.env
        self.rules = lanes.rules
        self.lanes = [Lane(number, segment, self._resolve) for number, segment in enumerate(lanes.segments)]
        self._riders: dict[int, Rider] = {}
        self._routers: dict[int, Router] = {}
        self._blocked: dict[int, Rider] = {}
        self._is_watching = False
        self._reopening: simpy.Event | None = None
        for arc, span in world.day.mishaps.blocked_arcs:
            if arc in lanes.edge_of_arc:
                self._env.process(self._block_arc(lanes.edge_of_arc[arc], span))

    @property
    def offers_ways(self) -> bool:
        """Whether stops are offered by several ways."""
        return self.rules.route_choices > 1 and self._lanes.is_congested

    def add_rider(self, number: int) -> Rider:
        """
        Return how others see a vehicle, which begins off the lanes.

        Parameters
        ----------
        number
            The vehicle's number.
        """
        self._riders[number] = Rider(number)
        return self._riders[number]

    def rider(self, number: int) -> Rider:
        """
        Return how others see a vehicle.

        Parameters
        ----------
        number
            The vehicle's number.
        """
        return self._riders[number]

    def router_of(self, number: int) -> Router:
        """
        Return who finds ways for a vehicle.

        Parameters
        ----------
        number
            The vehicle's number.
        """
        fleet = self._world.site.fleet
        index = int(fleet.class_index[number])
        if index not in self._routers:
            self._routers[index] = Router(self._lanes, self.lanes, index, float(fleet.speed_mps[number]))
        return self._routers[index]

    def starts(self, place: int, junction: int | None, rider: Rider) -> tuple[Sequence[Start], Sequence[Berth]]:
        """
        Return from which junctions a vehicle may go on, and the berths at which it stands.

        Parameters
        ----------
        place
            Where it stands, unless it is at a junction.
        junction
            The junction at which it is.
        rider
            The vehicle.
        """
        if junction is not None:
            return [Start((), junction, 0.0)], ()
        gate = self._lanes.gates[place]
        if gate is not None and rider.lane is None:
            return [Start((), gate.junction, gate.out_m)], ()
        berths = self._lanes.berths[place]
        starts = []
        for berth in berths:
            segment = self._lanes.segments[berth.segment]
            end_m = segment.length_m if berth.direction == FORWARD else 0.0
            step = Step(berth.segment, berth.direction, berth.offset_m, end_m)
            speed_mps = min(float(self._world.site.fleet.speed_mps[rider.number]), segment.max_speed_mps)
            junction = segment.head if berth.direction == FORWARD else segment.tail
            starts.append(Start((step,), junction, abs(end_m - berth.offset_m) / speed_mps))
        return starts, berths

    def block(self, rider: Rider, event: simpy.Event, blocker: Rider | Lane | None) -> simpy.Event:
        """
        Note that a vehicle waits, and look for a deadlock.

        Parameters
        ----------
        rider
            Who waits.
        event
            What it waits for.
        blocker
            Whom it waits for; None where that is no vehicle.

        Returns
        -------
        What to wait for instead: it may fail with ``Reroute`` or ``BackOut``.
        """
        if isinstance(blocker, Lane):
            rider.turn = event
        else:
            turn = rider.turn = self._env.event()
            assert event.callbacks is not None
            event.callbacks.append(lambda _: _succeed(turn))
        rider.blocker = blocker
        self._blocked[rider.number] = rider
        self._resolve(rider)
        if not self._is_watching:
            self._is_watching = True
            self._env.process(self._watch())
        return rider.turn

    def release(self, rider: Rider) -> None:
        """
        Note that a vehicle waits no more.

        Parameters
        ----------
        rider
            Who.
        """
        blocker, rider.turn, rider.blocker = rider.blocker, None, None
        del self._blocked[rider.number]
        if isinstance(blocker, Lane):
            left = [entry for entry in blocker.waiting if entry.rider is not rider]
            if len(left) < len(blocker.waiting):
                blocker.waiting.clear()
                blocker.waiting.extend(left)
                blocker.admit(self._env.now)

    def reopening(self) -> simpy.Event:
        """Return what happens when an arc is opened again."""
        if self._reopening is None:
            self._reopening = self._env.event()
        return self._reopening

    def nearest_bay(self, rider: Rider, number: int, otherwise: int) -> tuple[int, float]:
        """
        Return the nearest place off the lanes with room, and the way to it, backing out of the lane first.

        Parameters
        ----------
        rider, number
            Who looks for one.
        otherwise
            Where to be carried if there is none.
        """
        site, lane = self._world.site, rider.lane
        assert lane is not None
        segment, is_forward = lane.segment, rider.direction == FORWARD
        back_m = abs(rider.position_m(self._env.now) - (0.0 if is_forward else segment.length_m))
        starts = [Start((), segment.tail if is_forward else segment.head, 0.0)]
        bays = [*site.parking.tolist(), *(f.place for f in (*site.stations, *site.chargers))]
        best, way_m = otherwise, float("inf")
        for bay in bays:
            facility = self._world.facility_at(bay)
            if self._lanes.gates[bay] is None or (facility is not None and not facility.has_bay):
                continue
            route = self.router_of(number).shortest(starts, (), bay)
            if route is not None and back_m + route.time_s * float(site.fleet.speed_mps[number]) < way_m:
                best, way_m = bay, back_m + route.time_s * float(site.fleet.speed_mps[number])
        return best, way_m

    def _resolve(self, rider: Rider) -> bool:
        """Follow who waits for whom; where that comes back to the beginning, send the least important one away."""
        chain: list[Rider] = []
        at: Rider | None = rider
        while at is not None and at not in chain:
            chain.append(at)
            at = self._waits_for(at)
        if at is None:
            return False
        cycle = [member for member in chain[chain.index(at) :] if member.lane is not None]
        if not cycle:
            return False
        self._world.records.deadlocks += 1
        on_board = self._world.on_board
        victim = min(cycle, key=lambda member: (len(on_board[member.number]) > 0, -member.number))
        assert victim.turn is not None
        victim.turn.fail(BackOut())
        return True

    @staticmethod
    def _waits_for(rider: Rider) -> Rider | None:
        if rider.turn is None or rider.turn.triggered:
            return None
        if isinstance(rider.blocker, Lane):
            return rider.blocker.blocker_of(rider)
        return rider.blocker

    def _watch(self) -> Generator[simpy.Event, Any, None]:
        while self._blocked:
            yield self._env.timeout(WATCH_S)
            for rider in list(self._blocked.values()):
                self._resolve(rider)
        self._is_watching = False

    def _block_arc(self, number: int, span: Span) -> Generator[simpy.Event, Any, None]:
        edge = self._lanes.edges[number]
        lane = self.lanes[edge.segment]
        yield self._env.timeout(span.from_s)
        lane.closed.add(edge.direction)
        self._forget_ways()
        for entry in list(lane.waiting):
            if entry.direction == edge.direction and not entry.turn.triggered:
                entry.turn.fail(Reroute())
        yield self._env.timeout(span.until_s - span.from_s)
        lane.closed.discard(edge.direction)
        self._forget_ways()
        lane.admit(self._env.now)
        if self._reopening is not None:
            event, self._reopening = self._reopening, None
            event.succeed()

    def _forget_ways(self) -> None:
        for router in self._routers.values():
            router.forget()


def _succeed(turn: simpy.Event) -> None:
    if not turn.triggered:
        turn.succeed()
