"""How a vehicle gets from place to place: as one trip, stopped by an empty battery or a breakdown."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from qmix_logistics.scenario.fleet import Battery, Breakdowns
from qmix_logistics.simulation.distributions import quantile
from qmix_logistics.simulation.facility import Facility
from qmix_logistics.simulation.meter import StateMeter
from qmix_logistics.simulation.randomness import Purpose, day_stream
from qmix_logistics.simulation.state import BROKEN, Track, VehicleState
from qmix_logistics.simulation.world import World

Steps = Generator[simpy.Event, Any, None]


class TripMotion:
    """
    Drives a vehicle from place to place without regard to the others.

    Parameters
    ----------
    world
        The state of the day.
    number
        The vehicle's number.
    meter
        Its meter.
    """

    __slots__ = ("_battery", "_columns", "_distance_m", "_failures", "_has_mishaps", "_meter", "_number",
                 "_own_speed_mps", "_speed_mps", "_travel_time_s", "_until_failure_s", "_world")  # fmt: skip

    def __init__(self, world: World, number: int, meter: StateMeter) -> None:
        site = world.site
        class_index, vehicle_class = int(site.fleet.class_index[number]), site.fleet.classes[number]
        self._world, self._number, self._meter, self._columns = world, number, meter, world.columns
        self._battery: Battery | None = vehicle_class.battery
        self._speed_mps = vehicle_class.speed_mps
        self._distance_m = site.network.distance_m[class_index]
        self._travel_time_s = site.network.travel_time_s[class_index]
        self._own_speed_mps = site.network.own_speed_mps[class_index] if world.travel.is_free else 0.0
        self._failures = _Failures(world, number, vehicle_class.breakdowns) if vehicle_class.breakdowns else None
        self._until_failure_s = self._failures.next_driving_s() if self._failures else np.inf
        self._has_mishaps = self._battery is not None or self._failures is not None

    def free_travel_s(self, place: int) -> float:
        """
        Return the time at free speed from where the vehicle is.

        Parameters
        ----------
        place
            Where to.
        """
        return float(self._travel_time_s[self._meter.place, place])

    def free_haul_s(self, origin: int, destination: int) -> float:
        """
        Return the time at free speed from one place to another.

        Parameters
        ----------
        origin, destination
            The places.
        """
        return float(self._travel_time_s[origin, destination])

    def drive(self, place: int, state: VehicleState, route: int = 0, facility: Facility | None = None) -> Steps:
        """
        Drive to a place; the vehicle counts as there from the next state on.

        Parameters
        ----------
        place
            Where to.
        state
            Empty or loaded travel.
        route
            Which of the ways that are offered.
        facility
            The facility there, where the vehicle wants to be served.
        """
        columns, number, now = self._columns, self._number, self._world.env.now
        here = self._meter.place
        free_s = float(self._travel_time_s[here, place])
        if free_s == 0:
            self._meter.stand_at(place)
            return
        travel = self._world.travel
        time_s = free_s if travel.is_free else travel.time_s(free_s, now, here, place)
        self._meter.set_out(place)
        columns.depart_s[number], columns.arrive_s[number] = now, now + time_s
        speed_mps = self._own_speed_mps or float(self._distance_m[here, place]) / time_s
        if self._has_mishaps:
            yield from self._roll(speed_mps, time_s, state)
        else:
            self._meter.enter(state, speed_mps)
            yield self._world.env.timeout(time_s)
        self._meter.has_arrived = True

    def leave_bay(self) -> None:
        """Give back the bay of a facility; off the lanes there is always room."""

    @property
    def is_in_the_way(self) -> bool:
        """Whether the vehicle stands in a lane."""
        return False

    def _roll(self, speed_mps: float, time_s: float, state: VehicleState) -> Steps:
        """Roll for some time, at one speed, with standstills in between."""
        world = self._world
        self._meter.enter(state, speed_mps, self._track())
        left_s = time_s
        while self._has_mishaps and (until_s := min(self._battery_lasts_s(), self._until_failure_s)) < left_s:
            yield world.env.timeout(until_s)
            left_s -= until_s
            self._until_failure_s -= until_s
            self._columns.arrive_s[self._number] = np.inf
            self._halt()
            yield from self._stand_still()
            self._columns.arrive_s[self._number] = world.env.now + left_s
            self._go_on(left_s, speed_mps)
            self._meter.enter(state, speed_mps, self._track())
        yield world.env.timeout(left_s)
        self._until_failure_s -= left_s

    def _track(self) -> Track | None:
        """Return where the vehicle is on a lane; None: on none."""
        return None

    def _halt(self) -> None:
        """Show the others that the vehicle stands."""

    def _go_on(self, left_s: float, speed_mps: float) -> None:
        """Show the others that it rolls again."""

    def _stand_still(self) -> Steps:
        """Wait for help: the battery is empty, or the vehicle has broken down."""
        world, failures = self._world, self._failures
        self._meter.enter(BROKEN, track=self._track())
        if failures is not None and self._until_failure_s <= 0:
            world.records.breakdowns += 1
            world.give_back(self._number)
            yield world.env.timeout(failures.next_repair_s())
            self._until_failure_s = failures.next_driving_s()
            world.take_again(self._number)
            return
        battery = self._battery
        assert battery is not None
        world.records.strandings += 1
        world.ledger.charge(world.env.now, world.site.objective.stranding_cost)
        yield world.env.timeout(battery.rescue_s)
        self._meter.battery_wh = battery.charge_below_pct / 100 * battery.capacity_wh

    def _battery_lasts_s(self) -> float:
        if self._battery is None:
            return np.inf
        return max(self._meter.battery_wh, 0.0) / max(self._meter.drain_w, 1e-9) * 3600


class _Failures:
    """
    The failures of a vehicle, the same whatever it does: the n-th after so much driving, and so long.

    Parameters
    ----------
    world
        The state of the day.
    number
        The vehicle's number.
    breakdowns
        How its class fails.
    """

    __slots__ = ("_breakdowns", "_rng")

    def __init__(self, world: World, number: int, breakdowns: Breakdowns) -> None:
        self._breakdowns = breakdowns
        self._rng = day_stream(world.day.seed, world.day.key, Purpose.BREAKDOWNS, number)

    def next_driving_s(self) -> float:
        """Return the driving time until the next failure."""
        return float(self._rng.exponential(self._breakdowns.mean_driving_s))

    def next_repair_s(self) -> float:
        """Return how long it takes to repair."""
        return float(quantile(self._breakdowns.repair_s, np.array(self._rng.random())))
