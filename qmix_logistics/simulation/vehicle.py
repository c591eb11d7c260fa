"""One vehicle's day as a SimPy process: wait for a stop, drive, do it, and again."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from qmix_logistics.simulation.battery import charged_wh, charging_plan
from qmix_logistics.simulation.facility import Facility, FacilityGroup
from qmix_logistics.simulation.lanes.motion import LaneMotion
from qmix_logistics.simulation.lanes.traffic import LaneTraffic
from qmix_logistics.simulation.meter import StateMeter
from qmix_logistics.simulation.motion import Steps, TripMotion
from qmix_logistics.simulation.records import StopRecord, VisitRecord
from qmix_logistics.simulation.state import (
    CHARGE,
    CHARGING,
    DROP_OFF,
    EMPTY_TRAVEL,
    HANDLING,
    IDLE,
    LOADED_TRAVEL,
    NO_TASK,
    PICK_UP,
    QUEUEING,
    WAIT,
    Stop,
    VehicleState,
)
from qmix_logistics.simulation.world import DROP_OFF_BEGUN, PICK_UP_BEGUN, World


class Vehicle:
    """
    A vehicle that carries one task or several at a time.

    Parameters
    ----------
    world
        The state of the day.
    number
        Its number.
    traffic
        The lanes that it shares with others; None: it shares none.
    """

    __slots__ = ("_battery", "_call", "_columns", "_max_tasks", "_meter", "_motion", "_name", "_number",
                 "_on_board", "_process", "_visit", "_world", "is_charging")  # fmt: skip

    def __init__(self, world: World, number: int, traffic: LaneTraffic | None) -> None:
        fleet = world.site.fleet
        self._world, self._name, self._battery = world, fleet.names[number], fleet.battery[number]
        self._number, self._columns, self._on_board = number, world.columns, world.on_board[number]
        full_wh = float(fleet.battery_capacity_wh[number])
        self._meter = StateMeter(
            world, number, int(fleet.home[number]), full_wh * float(world.day.initial_battery_pct[number]) / 100
        )
        shares_lanes = traffic is not None and fleet.classes[number].travels == "ways"
        self._motion = (
            LaneMotion(world, number, self._meter, traffic)
            if traffic is not None and shares_lanes
            else TripMotion(world, number, self._meter)
        )
        self._max_tasks = fleet.classes[number].max_tasks_on_board
        self._visit: tuple[Facility, float, float | None] | None = None
        self.is_charging = False
        """Whether it is charging and may leave."""
        self._call = world.env.event()
        self._process = world.env.process(self._live())

    @property
    def place(self) -> int:
        """Where it is, or set out from."""
        return self._meter.place

    @property
    def is_in_the_way(self) -> bool:
        """Whether it stands in a lane."""
        return self._motion.is_in_the_way

    def battery_wh(self) -> float:
        """Return the energy in its battery now."""
        return self._meter.battery_now_wh()

    def assign(self, stop: Stop) -> None:
        """
        Send the vehicle to a stop; it must be available.

        Parameters
        ----------
        stop
            Where to, and why. ``WAIT``, and ``CHARGE`` where it charges already, change nothing.
        """
        if stop.kind is WAIT:
            if self._visit is not None and not self.is_charging:
                self._leave_facility()
            return
        if self.is_charging and stop.kind is CHARGE:
            return
        self._record(stop)
        columns, number = self._columns, self._number
        columns.is_available[number], columns.stop_kind[number], columns.task[number] = False, stop.kind, stop.task
        if self.is_charging:
            self._process.interrupt(stop)
        else:
            self._call.succeed(stop)

    def _record(self, stop: Stop) -> None:
        world = self._world
        if world.is_recording:
            place, task = world.site.network.names[stop.place], None if stop.task == NO_TASK else stop.task
            world.records.stops.append(StopRecord(self._name, world.env.now, stop.kind, place, task, stop.route))

    def stop_charging(self) -> None:
        """End its charging, because the charger has failed."""
        if self._columns.state[self._number] == CHARGING:
            self._process.interrupt(None)

    def close(self) -> None:
        """End the state and the visit that it is in, because the day is over."""
        self._meter.enter(IDLE)
        if self._visit is not None:
            self._record_visit(ended_s=None)

    def _live(self) -> Steps:
        shift = self._world.site.fleet.classes[self._number].shift
        if shift is not None and shift.from_s > 0:
            yield self._world.env.timeout(shift.from_s)
        stop: Stop | None = None
        while True:
            if stop is None:
                stop = yield from self._next_stop()
            if self._visit is not None and self._visit[0].site.place != stop.place:
                self._leave_facility()
            kind, target, stop = stop.kind, stop, None
            if kind is PICK_UP:
                stop = yield from self._pick_up(target)
            elif kind is DROP_OFF:
                yield from self._drop_off(target)
            elif kind is CHARGE:
                stop = yield from self._charge(target)
            else:
                self._expect(target.place, self._motion.free_travel_s(target.place))
                yield from self._motion.drive(target.place, EMPTY_TRAVEL, target.route)

    def _next_stop(self) -> Generator[simpy.Event, Any, Stop]:
        world, columns, number = self._world, self._columns, self._number
        self._meter.enter(IDLE)
        self._call = world.env.event()
        columns.is_available[number], columns.stop_kind[number] = True, WAIT
        self._expect(self._meter.place, 0.0)
        world.num_freed += 1
        world.is_dirty = True
        stop: Stop = yield self._call
        return stop

    def _pick_up(self, stop: Stop) -> Generator[simpy.Event, Any, Stop | None]:
        """Drive to a task's origin and take it on board; return its drop-off if there is no other way to go on."""
        world, day, task, number = self._world, self._world.day, stop.task, self._number
        destination = int(world.task_destination[task])
        self._expect_pick_up(stop, destination)
        state = LOADED_TRAVEL if self._on_board else EMPTY_TRAVEL
        earliest_s = float(day.windows["pick_up_from_s"][task]) if day.windows is not None else 0.0
        yield from self._come(stop, state, earliest_s)
        if not world.is_assigned(task, number):  # the order was lost, or another vehicle took it during a repair
            self._columns.task[number] = NO_TASK
            self._leave_if_done(stop.place)
            return None
        self._meter.enter(HANDLING)
        world.task_progress[task] = PICK_UP_BEGUN
        yield world.env.timeout(world.pick_up_s[task])
        world.task_picked_up_s[task] = world.env.now
        self._on_board.append(task)
        self._columns.load_units[number] += world.load_units[task]
        self._columns.num_on_board[number] += 1
        self._leave_if_done(stop.place)
        is_only_way = self._max_tasks == 1 and not world.is_choice[task]
        return Stop(DROP_OFF, destination, task) if is_only_way else None

    def _expect_pick_up(self, stop: Stop, destination: int) -> None:
        world = self._world
        way_s = self._motion.free_travel_s(stop.place) + world.mean_pick_up_s[stop.task]
        if self._max_tasks > 1:
            self._expect(stop.place, way_s)
            return
        haul_s = self._motion.free_haul_s(stop.place, destination)
        self._expect(destination, way_s + haul_s + world.mean_drop_off_s[stop.task])

    def _drop_off(self, stop: Stop) -> Steps:
        world, day, task, number = self._world, self._world.day, stop.task, self._number
        self._columns.stop_kind[number] = DROP_OFF
        world.task_destination[task] = stop.place
        station = world.stations.index.get(stop.place)
        mean_s = world.mean_drop_off_s[task] if station is None else world.stations.mean_s(stop.place)
        self._expect(stop.place, self._motion.free_travel_s(stop.place) + mean_s)
        earliest_s = float(day.windows["drop_off_from_s"][task]) if day.windows is not None else 0.0
        yield from self._come(stop, LOADED_TRAVEL, earliest_s)
        self._expect(stop.place, mean_s)
        self._meter.enter(HANDLING)
        world.task_progress[task] = DROP_OFF_BEGUN
        handling_s = day.drop_off_s[task] if station is None else day.service_s[task, station]
        yield world.env.timeout(float(handling_s))
        self._on_board.remove(task)
        left_units = self._columns.load_units[number] - world.load_units[task]
        self._columns.load_units[number] = left_units if self._on_board else 0.0
        self._columns.num_on_board[number] -= 1
        self._columns.task[number] = self._on_board[-1] if self._on_board else NO_TASK
        self._leave_if_done(stop.place)
        world.finish_task(task, stop.place)

    def _come(self, stop: Stop, state: VehicleState, earliest_s: float) -> Steps:
        """Drive to a stop, wait until its window opens, and get a server if there are servers."""
        world = self._world
        if self._visit is not None:
            return  # it is being served there already
        index = world.stations.index.get(stop.place)
        if index is None:
            yield from self._motion.drive(stop.place, state, stop.route)
            yield from self._wait_until(earliest_s)
        else:
            yield from self._visit_facility(world.stations, stop, state, earliest_s)

    def _wait_until(self, time_s: float) -> Steps:
        if time_s > self._world.env.now:
            self._meter.enter(QUEUEING)
            yield self._world.env.timeout(time_s - self._world.env.now)

    def _charge(self, stop: Stop) -> Generator[simpy.Event, Any, Stop | None]:
        """Charge; return the stop for which it left early, if it did."""
        world, battery = self._world, self._battery
        assert battery is not None
        place = stop.place
        self._expect(place, self._motion.free_travel_s(place) + world.chargers.mean_s(place))
        yield from self._visit_facility(world.chargers, stop, EMPTY_TRAVEL, 0.0)
        self._expect(place, world.chargers.mean_s(place))
        started_s = world.env.now
        self._meter.enter(CHARGING)
        start_wh = max(self._meter.battery_wh, 0.0)
        next_stop: Stop | None = None
        try:
            yield from self._charge_up(start_wh)
        except simpy.Interrupt as interrupt:
            next_stop = interrupt.cause
        self.is_charging = self._columns.is_available[self._number] = False
        self._leave_facility()
        self._meter.enter(IDLE)
        self._meter.battery_wh = charged_wh(battery, start_wh, world.env.now - started_s)
        return next_stop

    def _charge_up(self, start_wh: float) -> Steps:
        world, battery = self._world, self._battery
        assert battery is not None
        full_wh, total_s, until_leave_s = charging_plan(battery, start_wh)
        if total_s > 0:
            self._meter.show_charging((full_wh - start_wh) / total_s * 3600)
        self._expect(self._meter.place, total_s)
        yield world.env.timeout(until_leave_s)
        self.is_charging = self._columns.is_available[self._number] = world.is_dirty = True
        yield world.env.timeout(total_s - until_leave_s)

    def _visit_facility(self, group: FacilityGroup, stop: Stop, state: VehicleState, earliest_s: float) -> Steps:
        """Drive to a facility, queue for a server and dock."""
        world, index = self._world, group.index[stop.place]
        facility, is_there = group.facilities[index], self.place == stop.place
        group.rows["num_coming"][index] += 1
        yield from self._motion.drive(stop.place, state, stop.route, facility)
        group.rows["num_coming"][index] -= 1
        if earliest_s:
            yield from self._wait_until(earliest_s)
        arrived_s = world.env.now
        self._visit = (facility, arrived_s, None)
        if facility.is_full:
            self._meter.enter(QUEUEING)
        yield from facility.enter()
        self._visit = (facility, arrived_s, float(world.env.now))
        if facility.site.approach_s > 0 and not is_there:
            self._meter.enter(HANDLING)
            yield world.env.timeout(facility.site.approach_s)

    def _leave_if_done(self, place: int) -> None:
        """Leave the server, unless something on board ends here too."""
        if self._visit is None:
            return
        ends = self._world.task_destination
        if not self._on_board or not any(ends[task] == place for task in self._on_board):
            self._leave_facility()

    def _leave_facility(self) -> None:
        assert self._visit is not None
        self._visit[0].leave()
        self._motion.leave_bay()
        self._record_visit(ended_s=self._world.env.now)

    def _record_visit(self, *, ended_s: float | None) -> None:
        assert self._visit is not None
        (facility, arrived_s, started_s), self._visit = self._visit, None
        if self._world.is_recording:
            site = facility.site
            self._world.records.visits.append(
                VisitRecord(site.name, site.kind, site.servers, self._name, arrived_s, started_s, ended_s)
            )

    def _expect(self, place: int, in_s: float) -> None:
        self._columns.free_place[self._number], self._columns.free_s[self._number] = place, self._world.env.now + in_s
