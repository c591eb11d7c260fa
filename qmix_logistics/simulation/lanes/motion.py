"""How a vehicle gets from place to place on lanes that it shares with others."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from qmix_logistics.simulation.facility import Facility
from qmix_logistics.simulation.lanes.following import EPSILON_M, has_passed, limit_m, speed_behind_mps, until_passed_s
from qmix_logistics.simulation.lanes.lane import Entry, Lane, Rider
from qmix_logistics.simulation.lanes.route import Route, Step
from qmix_logistics.simulation.lanes.segments import BACKWARD, FORWARD, Gate
from qmix_logistics.simulation.lanes.traffic import BackOut, LaneTraffic, Reroute
from qmix_logistics.simulation.meter import StateMeter
from qmix_logistics.simulation.motion import Steps, TripMotion
from qmix_logistics.simulation.state import BLOCKED, BROKEN, Track, VehicleState
from qmix_logistics.simulation.world import World

LONGEST_BACK_OFF_S = 900.0
GOLDEN_RATIO = 0.6180339887498949
"""Spreads the back-offs of vehicles evenly, so that those who met once do not meet again."""


class LaneMotion(TripMotion):
    """
    Drives a vehicle lane by lane: it holds the next one before it leaves the last, and never overtakes.

    Parameters
    ----------
    world
        The state of the day.
    number
        The vehicle's number.
    meter
        Its meter.
    traffic
        The lanes in use.
    """

    __slots__ = ("_bay", "_junction", "_lane_speed_mps", "_num_back_outs", "_rider", "_router", "_spur_track", "_state",
                 "_traffic")  # fmt: skip

    def __init__(self, world: World, number: int, meter: StateMeter, traffic: LaneTraffic) -> None:
        super().__init__(world, number, meter)
        self._traffic, self._rider = traffic, traffic.add_rider(number)
        self._router = traffic.router_of(number)
        self._junction: int | None = None
        self._lane_speed_mps = self._speed_mps
        self._state = BLOCKED
        self._bay: Facility | None = None
        self._spur_track: Track | None = None
        self._num_back_outs = 0

    def drive(self, place: int, state: VehicleState, route: int = 0, facility: Facility | None = None) -> Steps:
        """Drive to a place; see ``TripMotion``."""
        columns, number, env = self._columns, self._number, self._world.env
        if self._meter.place == place:
            return
        self._meter.set_out(place)
        columns.depart_s[number] = env.now
        columns.arrive_s[number] = env.now + self.free_travel_s(place)
        self._state, self._num_back_outs = state, 0
        while True:
            try:
                chosen = yield from self._route(place, route)
                yield from self._follow(chosen, facility)
                break
            except Reroute:
                route = 0
            except BackOut:
                route = 0
                yield from self._back_out()
        self._junction = None
        if self._meter.is_moving:
            self._meter.has_arrived = True
        else:
            self._meter.stand_at(place)

    def leave_bay(self) -> None:
        """Give back the bay of a facility; see ``TripMotion``."""
        if self._bay is not None:
            self._bay.give_back_bay()
            self._bay = None

    @property
    def is_in_the_way(self) -> bool:
        """Whether the vehicle stands in a lane; see ``TripMotion``."""
        return self._rider.lane is not None

    def _route(self, place: int, choice: int) -> Generator[simpy.Event, Any, Route]:
        """Return a way; wait while there is none."""
        traffic = self._traffic
        while True:
            starts, here = traffic.starts(self._meter.place, self._junction, self._rider)
            if choice == 0:
                shortest = self._router.shortest(starts, here, place)
                routes = [] if shortest is None else [shortest]
            else:
                routes = self._router.choices(starts, here, place, choice + 1)
            if routes:
                return routes[-1] if choice >= len(routes) else routes[choice]
            self._meter.enter(BLOCKED, track=self._track())
            yield traffic.reopening()

    def _follow(self, route: Route, facility: Facility | None) -> Steps:
        rider = self._rider
        if rider.lane is None and self._junction is None:
            gate = self._world.site.lanes.gates[self._meter.place]  # type: ignore[union-attr]
            if gate is not None:
                yield from self._spur(gate.out_m, self._meter.place, BACKWARD)
                self._junction = gate.junction
        for step in route.steps:
            yield from self._enter(step)
            yield from self._run_to(step.to_m)
            segment = self._traffic.lanes[step.segment].segment
            if step.to_m == (segment.length_m if step.direction == FORWARD else 0.0):
                self._junction = segment.head if step.direction == FORWARD else segment.tail
        if route.gate is not None:
            yield from self._leave_by(route.gate, facility)

    def _leave_by(self, gate: Gate, facility: Facility | None) -> Steps:
        if facility is not None:
            while not facility.has_bay and self._rider.lane is not None:
                yield from self._wait(facility.bay_left(), None)
            facility.take_bay()
            self._bay = facility
        self._stand_aside()
        yield from self._spur(gate.in_m, self._meter.target, FORWARD)
        self._spur_track = None

    def _stand_aside(self) -> None:
        if self._rider.lane is not None:
            self._rider.lane.remove(self._rider, self._world.env.now)

    def _spur(self, length_m: float, place: int, direction: int) -> Steps:
        """Roll between a junction and a place off the lanes; the spur is called as the place, and begins there."""
        if length_m > 0:
            name = self._world.site.network.names[place]
            self._spur_track = Track(name, 0.0 if direction == FORWARD else length_m, direction)
            yield from self._roll(self._speed_mps, length_m / self._speed_mps, self._state)
            self._spur_track = Track(name, length_m if direction == FORWARD else 0.0, direction)

    def _track(self) -> Track | None:
        rider = self._rider
        if rider.lane is None:
            return self._spur_track
        return Track(rider.lane.segment.name, rider.position_m(self._world.env.now), rider.direction)

    def _enter(self, step: Step) -> Steps:
        """Get onto the lane of a step, where it begins."""
        rider, lane, now = self._rider, self._traffic.lanes[step.segment], self._world.env.now
        if step.direction in lane.closed and not (rider.lane is lane and self._junction is None):
            raise Reroute
        if rider.lane is lane and self._junction is None:
            yield from self._turn(step.direction)
            return
        if rider.lane is lane:
            lane.remove(rider, now)
        if lane.has_room(step.direction) and not lane.waiting:
            lane.take_over(rider, step.direction, step.from_m, now)
        else:
            turn = self._world.env.event()
            lane.waiting.append(Entry(rider, step.direction, step.from_m, turn))
            yield from self._wait(turn, lane)
        self._junction = self._spur_track = None
        self._lane_speed_mps = self._speed_on(step)

    def _speed_on(self, step: Step) -> float:
        """Speed at entry: slower the more vehicles there are, and by time of day and chance."""
        lane, travel = self._traffic.lanes[step.segment], self._world.travel
        segment, rules = lane.segment, self._traffic.rules
        free_mps = min(self._speed_mps, segment.max_speed_mps)
        speed_mps = free_mps * (1 - rules.slowdown * (len(lane.riders) - 1) / segment.capacity)
        if travel.is_free:
            return speed_mps
        time_s = segment.length_m / speed_mps
        return segment.length_m / travel.time_s(time_s, self._world.env.now, step.segment, step.direction & 3)

    def _turn(self, direction: int) -> Steps:
        """Turn round on a single lane, once no one is behind."""
        rider = self._rider
        while rider.direction != direction:
            assert rider.lane is not None
            rider.direction = direction
            behind = rider.lane.leader_of(rider)
            if behind is None or behind.direction == direction:
                return
            rider.direction = -direction
            yield from self._wait_for(behind)

    def _run_to(self, goal_m: float) -> Steps:
        """Roll to a position on the lane, behind whoever is ahead."""
        rider, env = self._rider, self._world.env
        while True:
            assert rider.lane is not None
            here_m, leader = rider.position_m(env.now), rider.lane.leader_of(rider)
            free_to_m = limit_m(rider, here_m, goal_m, leader)
            if (free_to_m - here_m) * rider.direction > EPSILON_M:
                yield from self._roll_to(free_to_m)
            elif leader is None or (abs(here_m - goal_m) <= EPSILON_M and has_passed(rider, leader, goal_m, env.now)):
                return
            elif leader.speed_mps > 0 and leader.direction == rider.direction:
                yield env.timeout(until_passed_s(leader, goal_m, env.now))
            else:
                leader_m = rider.lane.position_m(leader, env.now)
                if leader.direction == rider.direction and (leader_m - here_m) * rider.direction < 0:
                    rider.stand(leader_m)
                yield from self._wait_for(leader)

    def _roll_to(self, position_m: float) -> Steps:
        rider, env = self._rider, self._world.env
        length_m = abs(position_m - rider.position_m(env.now))
        speed_mps = speed_behind_mps(rider, self._lane_speed_mps, position_m, env.now)
        rider.roll(env.now, position_m, speed_mps)
        yield from self._roll(speed_mps, length_m / speed_mps, self._state)
        rider.stand(position_m)

    def _halt(self) -> None:
        if self._rider.lane is not None:
            self._rider.stand(self._rider.position_m(self._world.env.now))
        elif self._spur_track is not None:
            self._spur_track = self._meter.track_now()

    def _go_on(self, left_s: float, speed_mps: float) -> None:
        if self._rider.lane is not None:
            goal_m = self._rider.position_m(self._world.env.now) + self._rider.direction * speed_mps * left_s
            self._rider.roll(self._world.env.now, goal_m, speed_mps)

    def _wait_for(self, other: Rider) -> Steps:
        """Wait until another moves on."""
        if other.moved is None:
            other.moved = self._world.env.event()
        yield from self._wait(other.moved, other)

    def _wait(self, event: simpy.Event, blocker: Rider | Lane | None) -> Steps:
        """Stand in the lane until something happens, or until this vehicle must make way."""
        self._meter.enter(BLOCKED, track=self._track())
        try:
            yield self._traffic.block(self._rider, event, blocker)
        finally:
            self._traffic.release(self._rider)

    def _back_out(self) -> Steps:
        """Leave a deadlock: back out to the nearest free bay, or be carried away."""
        world, traffic = self._world, self._traffic
        bay, way_m = traffic.nearest_bay(self._rider, self._number, self._meter.target)
        last_seen = self._track()
        self._stand_aside()
        world.ledger.charge(world.env.now, world.site.objective.rescue_cost)
        if way_m <= traffic.rules.back_out_m:
            world.records.back_outs += 1
            yield from self._roll(self._speed_mps, max(way_m, EPSILON_M) / self._speed_mps, self._state)
        else:
            world.records.rescues += 1
            self._meter.enter(BROKEN, track=last_seen)
            yield world.env.timeout(traffic.rules.rescue_s)
        target = self._meter.target
        self._meter.stand_at(bay)
        self._meter.set_out(target)
        self._junction = None
        self._meter.enter(BLOCKED)
        back_off_s = min(traffic.rules.back_off_s * 2.0**self._num_back_outs, LONGEST_BACK_OFF_S)
        yield world.env.timeout(back_off_s * (0.5 + self._number * GOLDEN_RATIO % 1))
        self._num_back_outs += 1
