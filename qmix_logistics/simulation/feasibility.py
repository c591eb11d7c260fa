"""
The safety layer: which stops each vehicle may take.

A pick-up is feasible if the vehicle has access to both of its ends, can carry the load, would not come after a window
has closed or its shift has ended, and if its energy suffices to finish what is on board, wait through a long queue, and
reach a charger with the reserve left.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from jaxtyping import Bool, Float, Shaped

from qmix_logistics.simulation.site import Site
from qmix_logistics.simulation.world import World

WORTH_CHARGING_PCT = 1.0
"""Charging is offered once a battery is this far below where charging would end, so that it always takes time."""
ROUNDING_UNITS = 1e-9
"""Loads that exceed a capacity by no more than this are rounding errors of sums."""


class AvailableVehicle(Protocol):
    """What the safety layer asks of a vehicle."""

    @property
    def place(self) -> int:
        """Where it is."""

    @property
    def is_charging(self) -> bool:
        """Whether it is charging and may leave."""

    @property
    def is_in_the_way(self) -> bool:
        """Whether it stands in a lane."""

    def battery_wh(self) -> float:
        """Return the energy in its battery."""


class Feasibility:
    """
    Says which stops are feasible, vehicle by vehicle: at most a few decide at the same instant.

    Parameters
    ----------
    world
        The state of the day.
    """

    __slots__ = (
        "_capacity_units",
        "_charger_places",
        "_class_index",
        "_consumption",
        "_has_lanes",
        "_has_restrictions",
        "_may_go_home",
        "_num_chargers",
        "_park_places",
        "_site",
        "_wait",
        "_world",
        "num_facilities",
    )

    def __init__(self, world: World) -> None:
        site, fleet = world.site, world.site.fleet
        self._world, self._site = world, site
        self._charger_places = np.array([charger.place for charger in site.chargers], int)
        self._num_chargers = len(site.chargers)
        self._park_places = site.parking
        self._wait = self._num_chargers + len(site.parking)
        self._capacity_units = fleet.capacity_units.tolist()
        self._class_index = fleet.class_index.tolist()
        self._consumption = [_consumption(site, number) for number in range(fleet.num_vehicles)]
        self._has_lanes = site.lanes is not None
        self._may_go_home = [vehicle_class.returns_home for vehicle_class in fleet.classes]
        self._has_restrictions = bool(
            not site.network.is_open.all()
            or world.day.windows is not None
            or world.day.more_loads is not None
            or any(c.shift for c in fleet.classes)
        )
        self.num_facilities = self._wait + 1
        """Stops before the pick-ups: chargers, parking places, waiting."""

    def mark(
        self,
        feasible: Bool[np.ndarray, " stop"],
        stops: Shaped[np.ndarray, " stop"],
        number: int,
        vehicle: AvailableVehicle,
    ) -> None:
        """
        Mark what is feasible for an available vehicle, except the drop-offs of what is on board.

        Parameters
        ----------
        feasible
            All false; changed.
        stops
            Records of type ``STOP``: chargers, parking places, waiting, then pick-ups.
        number
            The vehicle's number.
        vehicle
            The vehicle.
        """
        left_wh = vehicle.battery_wh()
        if self._world.on_board[number]:
            self._mark_loaded(feasible, stops, number, vehicle, left_wh)
        elif vehicle.is_charging:
            self._mark_pick_ups(feasible, stops, number, vehicle.place, left_wh)
            feasible[: self._num_chargers] = self._charger_places == vehicle.place
        else:
            self._mark_empty(feasible, stops, number, vehicle, left_wh)

    def is_timeless(self, number: int) -> bool:
        """
        Tell whether what an idle vehicle may do changes only with the board: it has no battery, shift or home.

        Parameters
        ----------
        number
            The vehicle's number.
        """
        vehicle_class = self._site.fleet.classes[number]
        return (
            vehicle_class.battery is None
            and vehicle_class.shift is None
            and not vehicle_class.returns_home
            and self._world.day.windows is None
        )

    def _mark_loaded(
        self,
        feasible: Bool[np.ndarray, " stop"],
        stops: Shaped[np.ndarray, " stop"],
        number: int,
        vehicle: AvailableVehicle,
        left_wh: float,
    ) -> None:
        """Pick up more if there is room; wait for more if there may be any and no one is hindered."""
        world, most = self._world, self._site.fleet.classes[number].max_tasks_on_board
        if len(world.on_board[number]) >= most:
            return
        self._mark_pick_ups(feasible, stops, number, vehicle.place, left_wh)
        may_come = not world.demand_is_over or world.num_unclaimed > 0
        feasible[self._wait] = may_come and not vehicle.is_in_the_way

    def _mark_empty(
        self,
        feasible: Bool[np.ndarray, " stop"],
        stops: Shaped[np.ndarray, " stop"],
        number: int,
        vehicle: AvailableVehicle,
        left_wh: float,
    ) -> None:
        battery, place = self._site.fleet.battery[number], vehicle.place
        has_work = self._mark_pick_ups(feasible, stops, number, place, left_wh)
        if not has_work and self._may_go_home[number] and self._goes_home(number):
            home = int(self._site.fleet.home[number])
            feasible[self._num_chargers : self._wait] = (self._park_places == home) & (home != place)
            feasible[self._wait] = home == place
            return
        if battery is None:
            self._allow_standing(feasible, number, vehicle, has_work=has_work)
            return
        level_pct = 100 * left_wh / battery.capacity_wh
        is_free = battery.charging == "free"
        must_charge = level_pct <= battery.must_charge_pct
        must_charge |= not (is_free or has_work) and level_pct <= battery.charge_idle_below_pct
        if not must_charge:
            self._allow_standing(feasible, number, vehicle, has_work=has_work)
        if must_charge or (is_free and level_pct < battery.charge_to_pct - WORTH_CHARGING_PCT):
            self._allow_charging(feasible, number, place, left_wh, must_charge=must_charge)

    def _mark_pick_ups(
        self,
        feasible: Bool[np.ndarray, " stop"],
        stops: Shaped[np.ndarray, " stop"],
        number: int,
        place: int,
        left_wh: float,
    ) -> bool:
        """Mark the tasks that a vehicle may take; tell whether there are any. None if it must charge."""
        if len(stops) == self.num_facilities:
            return False
        battery = self._site.fleet.battery[number]
        can, pick_ups = feasible[self.num_facilities :], stops[self.num_facilities :]
        capacity_units = self._capacity_units[number]
        if self._world.on_board[number]:
            capacity_units += ROUNDING_UNITS - float(self._world.columns.load_units[number])
        if battery is None:
            np.less_equal(pick_ups["load_units"], capacity_units, out=can)
        elif 100 * left_wh / battery.capacity_wh > battery.must_charge_pct:
            spare_wh = left_wh - battery.reserve_pct / 100 * battery.capacity_wh
            np.less_equal(pick_ups["load_units"], capacity_units, out=can)
            can &= self._energy_wh(number, place, pick_ups) <= spare_wh
        if self._has_restrictions:
            self._restrict(can, pick_ups, number, place)
        return bool(np.count_nonzero(can))

    def _restrict(
        self, can: Bool[np.ndarray, " pick_up"], pick_ups: Shaped[np.ndarray, " pick_up"], number: int, place: int
    ) -> None:
        """Rule out tasks to whose ends a vehicle has no access, with other loads too large, or for which it is late."""
        world, site, index = self._world, self._site, self._class_index[number]
        day, vehicle_class, now = world.day, site.fleet.classes[number], world.env.now
        can &= site.network.is_open[index].take(pick_ups["place"])
        can &= site.network.is_open[index].take(pick_ups["destination"])
        if day.more_loads is not None:
            left_units = site.fleet.capacities_units[number, 1:] - day.more_loads[world.on_board[number]].sum(axis=0)
            can &= (day.more_loads[pick_ups["task"]] <= left_units + ROUNDING_UNITS).all(axis=1)
        if day.windows is None and vehicle_class.shift is None:
            return
        travel_s = site.network.travel_time_s[index]
        arrival_s = now + travel_s[place].take(pick_ups["place"])
        haul_s = travel_s[pick_ups["place"], pick_ups["destination"]]
        if day.windows is not None:
            windows = day.windows[pick_ups["task"]]
            pick_up_s = np.maximum(arrival_s, windows["pick_up_from_s"])
            can &= pick_up_s <= windows["pick_up_until_s"]
            can &= pick_up_s + day.tasks["mean_pick_up_s"][pick_ups["task"]] + haul_s <= windows["drop_off_until_s"]
        if vehicle_class.shift is not None:
            can &= arrival_s + pick_ups["handling_s"] + haul_s <= vehicle_class.shift.until_s

    def _goes_home(self, number: int) -> bool:
        """Tell whether a vehicle's work is over: there is none left, or its shift has ended."""
        world, vehicle_class = self._world, self._site.fleet.classes[number]
        is_over = world.demand_is_over and world.num_unclaimed == 0
        is_over |= vehicle_class.shift is not None and world.env.now >= vehicle_class.shift.until_s
        return is_over

    def _allow_standing(
        self, feasible: Bool[np.ndarray, " stop"], number: int, vehicle: AvailableVehicle, *, has_work: bool
    ) -> None:
        is_in_the_way = self._has_lanes and vehicle.is_in_the_way
        may_park = len(self._park_places) > 0 and (not has_work or is_in_the_way)
        if may_park:
            allowed = self._park_places != vehicle.place
            if self._has_restrictions:
                allowed &= self._site.network.is_open[self._class_index[number]].take(self._park_places)
            feasible[self._num_chargers : self._wait] = allowed
            may_park = bool(np.count_nonzero(allowed))
        feasible[self._wait] = not (is_in_the_way and may_park)

    def _allow_charging(
        self, feasible: Bool[np.ndarray, " stop"], number: int, place: int, left_wh: float, *, must_charge: bool
    ) -> None:
        way_m = self._site.network.distance_m[self._class_index[number], place, self._charger_places]
        reaches: Bool[np.ndarray, " charger"] = self._site.fleet.drive_wh_per_m[number] * way_m <= left_wh
        if must_charge:
            reaches[way_m.argmin()] = True
        feasible[: self._num_chargers] = reaches

    def _energy_wh(
        self, number: int, place: int, pick_ups: Shaped[np.ndarray, " pick_up"]
    ) -> Float[np.ndarray, " pick_up"]:
        """Upper bound on the energy to do a task, then what is on board, and reach a charger."""
        wh_per_m, waiting_wh = self._consumption[number]
        index, on_board = self._class_index[number], self._world.on_board[number]
        distance_m = self._site.network.distance_m[index]
        way_m: Float[np.ndarray, " pick_up"] = distance_m[place].take(pick_ups["place"])
        way_m += self._world.board.onward_m[index].take(pick_ups["task"])
        if on_board:
            ends = self._world.task_destination[on_board]
            way_m += distance_m[pick_ups["destination"], ends[0]]
            way_m += distance_m[ends[:-1], ends[1:]].sum() + self._site.charger_distance_m[index, ends[-1]]
            waiting_wh = waiting_wh * (1 + len(on_board))
        way_m *= wh_per_m
        way_m += waiting_wh
        return way_m


def _consumption(site: Site, number: int) -> tuple[float, float]:
    """Return the energy to drive a metre, and that to stand through a long pick-up and a long queue."""
    fleet = site.fleet
    standby_wh_per_s = float(fleet.standby_w[number]) / 3600
    wh_per_m = float(fleet.drive_wh_per_m[number]) + standby_wh_per_s / float(fleet.speed_mps[number])
    return wh_per_m, standby_wh_per_s * site.handling_allowance_s
