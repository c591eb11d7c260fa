"""
The safety layer: which stops each vehicle may take.

A pick-up is feasible if the vehicle can carry the load and if its energy suffices to finish the task, wait through a
long queue, and reach a charger with the reserve left.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Shaped

from qmix_logistics.simulation.site import Site
from qmix_logistics.simulation.state import DROP_OFF, STOP

WORTH_CHARGING_PCT = 1.0
"""Charging is offered once a battery is this far below where charging would end, so that it always takes time."""


class Feasibility:
    """
    Says which stops are feasible, vehicle by vehicle: at most a few decide at the same instant.

    Parameters
    ----------
    site
        The site.
    """

    __slots__ = (
        "_capacity_units",
        "_charger_places",
        "_consumption",
        "_num_chargers",
        "_park_places",
        "_site",
        "_wait",
        "num_facilities",
    )

    def __init__(self, site: Site) -> None:
        self._site = site
        self._charger_places = np.array([charger.place for charger in site.chargers], int)
        self._num_chargers = len(site.chargers)
        self._park_places = site.parking
        self._wait = self._num_chargers + len(site.parking)
        self._capacity_units = site.fleet.capacity_units.tolist()
        self._consumption = [_consumption(site, number) for number in range(site.fleet.num_vehicles)]
        self.num_facilities = self._wait + 1
        """Stops before the pick-ups: chargers, parking places, waiting."""

    def mark(
        self,
        feasible: Bool[np.ndarray, " stop"],
        stops: Shaped[np.ndarray, " stop"],
        number: int,
        place: int,
        left_wh: float,
    ) -> None:
        """
        Mark what is feasible for an available vehicle without load; at least one stop is.

        Parameters
        ----------
        feasible
            All false; changed.
        stops
            Records of type ``STOP``: chargers, parking places, waiting, then pick-ups.
        number
            The vehicle's number.
        place
            Where it is.
        left_wh
            Energy in its battery.
        """
        battery = self._site.fleet.battery[number]
        has_work = self._mark_pick_ups(feasible, stops, number, place, left_wh)
        if battery is None:
            self._allow_standing(feasible, place, has_work=has_work)
            return
        level_pct = 100 * left_wh / battery.capacity_wh
        is_free = battery.charging == "free"
        must_charge = level_pct <= battery.must_charge_pct
        must_charge |= not (is_free or has_work) and level_pct <= battery.charge_idle_below_pct
        if not must_charge:
            self._allow_standing(feasible, place, has_work=has_work)
        if must_charge or (is_free and level_pct < battery.charge_to_pct - WORTH_CHARGING_PCT):
            self._allow_charging(feasible, number, place, left_wh, must_charge=must_charge)

    def mark_charging(
        self,
        feasible: Bool[np.ndarray, " stop"],
        stops: Shaped[np.ndarray, " stop"],
        number: int,
        place: int,
        left_wh: float,
    ) -> None:
        """
        Mark what is feasible for a vehicle that is charging and may leave: pick-ups, or to go on.

        Parameters
        ----------
        feasible, stops, number, place, left_wh
            As for ``mark``.
        """
        self._mark_pick_ups(feasible, stops, number, place, left_wh)
        feasible[: self._num_chargers] = self._charger_places == place

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
        if battery is None:
            np.less_equal(pick_ups["load_units"], self._capacity_units[number], out=can)
        elif 100 * left_wh / battery.capacity_wh > battery.must_charge_pct:
            spare_wh = left_wh - battery.reserve_pct / 100 * battery.capacity_wh
            np.less_equal(pick_ups["load_units"], self._capacity_units[number], out=can)
            can &= self._energy_wh(number, place, pick_ups) <= spare_wh
        return bool(np.count_nonzero(can))

    def _allow_standing(self, feasible: Bool[np.ndarray, " stop"], place: int, *, has_work: bool) -> None:
        feasible[self._wait] = True
        if len(self._park_places) and not has_work:
            feasible[self._num_chargers : self._wait] = self._park_places != place

    def _allow_charging(
        self, feasible: Bool[np.ndarray, " stop"], number: int, place: int, left_wh: float, *, must_charge: bool
    ) -> None:
        way_m = self._site.network.distance_m[place, self._charger_places]
        reaches: Bool[np.ndarray, " charger"] = self._site.fleet.drive_wh_per_m[number] * way_m <= left_wh
        if must_charge:
            reaches[way_m.argmin()] = True
        feasible[: self._num_chargers] = reaches

    def _energy_wh(
        self, number: int, place: int, pick_ups: Shaped[np.ndarray, " pick_up"]
    ) -> Float[np.ndarray, " pick_up"]:
        """Upper bound on the energy to do a task and reach a charger."""
        wh_per_m, waiting_wh = self._consumption[number]
        way_m: Float[np.ndarray, " pick_up"] = self._site.network.distance_m[place].take(pick_ups["place"])
        way_m += pick_ups["onward_m"]
        way_m *= wh_per_m
        way_m += waiting_wh
        return way_m


def _consumption(site: Site, number: int) -> tuple[float, float]:
    """Return the energy to drive a metre, and that to stand through a long pick-up and a long queue."""
    fleet = site.fleet
    standby_wh_per_s = float(fleet.standby_w[number]) / 3600
    wh_per_m = float(fleet.drive_wh_per_m[number]) + standby_wh_per_s / float(fleet.speed_mps[number])
    return wh_per_m, standby_wh_per_s * site.handling_allowance_s


def drop_offs(site: Site, pick_up: np.void) -> Shaped[np.ndarray, " station"]:
    """
    Return the stops at which a task on board may be dropped off.

    Parameters
    ----------
    site
        The site.
    pick_up
        The task's record of type ``STOP`` from the board.

    Returns
    -------
    Records of type ``STOP``, one for each station.
    """
    stops = np.full(len(site.stations), pick_up, STOP)
    stops["kind"] = DROP_OFF
    stops["place"] = stops["destination"] = [station.place for station in site.stations]
    stops["handling_s"] = site.mean_service_s(stops["place"])
    stops["onward_m"] = site.charger_distance_m[stops["place"]]
    return stops
