"""One vehicle's day as a SimPy process: wait for a stop, drive, do it, and again."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from qmix_logistics.simulation.battery import charged_wh, charging_time_s
from qmix_logistics.simulation.facility import Facility, FacilityGroup
from qmix_logistics.simulation.meter import StateMeter
from qmix_logistics.simulation.records import VisitRecord
from qmix_logistics.simulation.state import (
    BROKEN,
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
    VehicleState,
)
from qmix_logistics.simulation.world import Stop, World

Steps = Generator[simpy.Event, Any, None]
StepsToTime = Generator[simpy.Event, Any, float]


class Vehicle:
    """
    A vehicle that carries one task at a time.

    Parameters
    ----------
    world
        The state of the day.
    number
        Its number.
    place
        Where it starts.
    """

    __slots__ = ("_battery", "_call", "_columns", "_meter", "_name", "_number", "_process", "_travel_time_s",
                 "_visit", "_world", "is_charging")  # fmt: skip

    def __init__(self, world: World, number: int, place: int) -> None:
        fleet = world.site.fleet
        self._world, self._name, self._battery = world, fleet.names[number], fleet.battery[number]
        self._travel_time_s = world.site.network.travel_time_s[fleet.class_index[number]]
        self._number, self._columns = number, world.columns
        self._columns.place[number] = self._columns.target[number] = place
        full_wh = float(fleet.battery_capacity_wh[number])
        self._meter = StateMeter(world, number, full_wh * float(world.day.initial_battery_pct[number]) / 100)
        self._visit: tuple[Facility, str, float, float | None] | None = None
        self.is_charging = False
        """Whether it is charging and may leave."""
        self._call = world.env.event()
        self._process = world.env.process(self._live())

    @property
    def place(self) -> int:
        """Where it is, or set out from."""
        return int(self._columns.place[self._number])

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
        if stop.kind is WAIT or (self.is_charging and stop.kind is CHARGE):
            return
        columns, number = self._columns, self._number
        columns.is_available[number], columns.stop_kind[number], columns.task[number] = False, stop.kind, stop.task
        if self.is_charging:
            self._process.interrupt(stop)
        else:
            self._call.succeed(stop)

    def close(self) -> None:
        """End the state and the visit that it is in, because the day is over."""
        self._meter.enter(IDLE)
        if self._visit is not None:
            self._record_visit(ended_s=None)

    def _live(self) -> Steps:
        stop: Stop | None = None
        while True:
            if stop is None:
                stop = yield from self._next_stop()
            kind, target, stop = stop.kind, stop, None
            if kind is PICK_UP:
                stop = yield from self._pick_up(target)
            elif kind is DROP_OFF:
                yield from self._drop_off(target)
            elif kind is CHARGE:
                stop = yield from self._charge(target)
            else:
                self._expect(target.place, self._travel_s(target.place))
                yield from self._drive(target.place, EMPTY_TRAVEL)

    def _next_stop(self) -> Generator[simpy.Event, Any, Stop]:
        world, columns, number = self._world, self._columns, self._number
        self._meter.enter(IDLE)
        self._call = world.env.event()
        columns.is_available[number], columns.stop_kind[number] = True, WAIT
        self._expect(int(columns.place[number]), 0.0)
        world.num_freed += 1
        world.is_dirty = True
        stop: Stop = yield self._call
        return stop

    def _pick_up(self, stop: Stop) -> Generator[simpy.Event, Any, Stop | None]:
        """Drive to a rack and take a task on board; return its drop-off unless the station is a choice."""
        world, site = self._world, self._world.site
        destination = int(world.day.tasks["destination"][stop.task])
        haul_s = float(self._travel_time_s[stop.place, destination])
        station_s = world.stations.mean_service_s(destination)
        self._expect(destination, self._travel_s(stop.place) + site.mean_pick_up_s + haul_s + station_s)
        yield from self._drive(stop.place, EMPTY_TRAVEL)
        self._meter.enter(HANDLING)
        yield world.env.timeout(float(world.day.pick_up_s[stop.task]))
        world.task_picked_up_s[stop.task] = world.env.now
        self._columns.load_units[self._number] = world.day.tasks["load_units"][stop.task]
        return None if site.station_choice else Stop(DROP_OFF, destination, stop.task)

    def _drop_off(self, stop: Stop) -> Steps:
        world = self._world
        self._columns.stop_kind[self._number] = DROP_OFF
        world.task_destination[stop.task] = stop.place
        yield from self._visit_facility(world.stations, stop.place, LOADED_TRAVEL)
        self._meter.enter(HANDLING)
        yield world.env.timeout(float(world.day.service_s[stop.task, world.stations.index[stop.place]]))
        self._leave_facility()
        self._columns.load_units[self._number], self._columns.task[self._number] = 0.0, NO_TASK
        world.finish_task(stop.task)

    def _charge(self, stop: Stop) -> Generator[simpy.Event, Any, Stop | None]:
        """Charge; return the stop for which it left early, if it did."""
        world, battery = self._world, self._battery
        assert battery is not None
        started_s = yield from self._visit_facility(world.chargers, stop.place, EMPTY_TRAVEL)
        self._meter.enter(CHARGING)
        start_wh = max(self._meter.battery_wh, 0.0)
        next_stop: Stop | None = None
        try:
            yield from self._charge_up(start_wh)
        except simpy.Interrupt as interrupt:
            next_stop = interrupt.cause
        self.is_charging = False
        self._leave_facility()
        self._meter.enter(IDLE)
        self._meter.battery_wh = charged_wh(battery, start_wh, world.env.now - started_s)
        return next_stop

    def _charge_up(self, start_wh: float) -> Steps:
        world, battery = self._world, self._battery
        assert battery is not None
        full_wh = max(battery.charge_to_pct / 100 * battery.capacity_wh, start_wh)
        leave_wh = min(max(battery.interruptible_above_pct / 100 * battery.capacity_wh, start_wh), full_wh)
        total_s = charging_time_s(battery, start_wh, full_wh)
        until_leave_s = charging_time_s(battery, start_wh, leave_wh)
        if total_s > 0:
            self._meter.show_charging((full_wh - start_wh) / total_s * 3600)
        self._expect(int(self._columns.place[self._number]), total_s)
        yield world.env.timeout(until_leave_s)
        self.is_charging = self._columns.is_available[self._number] = world.is_dirty = True
        yield world.env.timeout(total_s - until_leave_s)
        self._columns.is_available[self._number] = False

    def _visit_facility(self, group: FacilityGroup, place: int, state: VehicleState) -> StepsToTime:
        """Drive to a facility and queue for a server; return when it was free."""
        world, index = self._world, group.index[place]
        mean_s = group.mean_service_s(place)
        self._expect(place, self._travel_s(place) + mean_s)
        group.rows["num_coming"][index] += 1
        yield from self._drive(place, state)
        group.rows["num_coming"][index] -= 1
        facility, arrived_s = group.facilities[index], world.env.now
        self._visit = (facility, group.kind, arrived_s, None)
        if facility.is_full:
            self._meter.enter(QUEUEING)
        yield from facility.enter()
        started_s = float(world.env.now)
        self._visit = (facility, group.kind, arrived_s, started_s)
        self._expect(place, mean_s)
        return started_s

    def _leave_facility(self) -> None:
        assert self._visit is not None
        self._visit[0].leave()
        self._record_visit(ended_s=self._world.env.now)

    def _record_visit(self, *, ended_s: float | None) -> None:
        assert self._visit is not None
        facility, kind, arrived_s, started_s = self._visit
        self._visit = None
        if self._world.is_recording:
            site = facility.site
            self._world.records.visits.append(
                VisitRecord(site.name, kind, site.servers, self._name, arrived_s, started_s, ended_s)
            )

    def _drive(self, place: int, state: VehicleState) -> Steps:
        """Drive to a place; the vehicle counts as there from the next state on."""
        world, columns, number = self._world, self._columns, self._number
        left_s = self._travel_s(place)
        if left_s == 0:
            return
        columns.target[number], columns.depart_s[number], columns.arrive_s[number] = (
            place,
            world.env.now,
            world.env.now + left_s,
        )
        self._meter.enter(state)
        while self._battery is not None and (lasts_s := self._battery_lasts_s()) < left_s:
            yield world.env.timeout(lasts_s)
            left_s -= lasts_s
            yield from self._wait_for_rescue(left_s)
            self._meter.enter(state)
        yield world.env.timeout(left_s)

    def _battery_lasts_s(self) -> float:
        return max(self._meter.battery_wh, 0.0) / max(self._meter.drain_w, 1e-9) * 3600

    def _wait_for_rescue(self, left_s: float) -> Steps:
        world, battery = self._world, self._battery
        assert battery is not None
        world.records.strandings += 1
        world.ledger.charge(world.env.now, world.site.objective.stranding_cost)
        self._meter.enter(BROKEN)
        self._columns.arrive_s[self._number] = world.env.now + battery.rescue_s + left_s
        yield world.env.timeout(battery.rescue_s)
        self._meter.battery_wh = battery.charge_below_pct / 100 * battery.capacity_wh

    def _travel_s(self, place: int) -> float:
        return float(self._travel_time_s[self._columns.place[self._number], place])

    def _expect(self, place: int, in_s: float) -> None:
        self._columns.free_place[self._number], self._columns.free_s[self._number] = place, self._world.env.now + in_s
