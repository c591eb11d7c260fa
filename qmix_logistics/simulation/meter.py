"""What a vehicle does every second of the day, what energy that takes and what it costs."""

from __future__ import annotations

from qmix_logistics.simulation.state import BROKEN, CHARGING, EMPTY_TRAVEL, IDLE, LOADED_TRAVEL, VehicleState
from qmix_logistics.simulation.world import World

MOVING = (EMPTY_TRAVEL, LOADED_TRAVEL)
MAX_KNOWN_SPEEDS = 16


class StateMeter:
    """
    Keeps a vehicle's state, its energy, and the rate at which it costs; its record in the world follows.

    Parameters
    ----------
    world
        The state of the day.
    number
        The vehicle's number.
    place
        Where it begins.
    battery_wh
        Energy at the start of the day.
    """

    __slots__ = (
        "_battery_wh",
        "_columns",
        "_cost_per_s",
        "_drain_w",
        "_drive_wh_per_m",
        "_energy_cost",
        "_number",
        "_rates_at",
        "_shadow_cost",
        "_shadow_per_s",
        "_since_s",
        "_speed_mps",
        "_standby_w",
        "_state",
        "_travel_cost",
        "_world",
        "has_arrived",
        "place",
        "target",
    )

    def __init__(self, world: World, number: int, place: int, battery_wh: float) -> None:
        self._world, self._number, self._columns = world, number, world.columns
        fleet, objective = world.site.fleet, world.site.objective
        self._standby_w, self._drive_wh_per_m = float(fleet.standby_w[number]), float(fleet.drive_wh_per_m[number])
        self._energy_cost, self._travel_cost = (
            objective.energy_cost_per_kwh / 3.6e6,
            objective.travel_cost_per_km / 1000,
        )
        self._shadow_cost = (world.ledger.travel_weight - 1.0) * self._travel_cost
        self._rates_at: dict[float, tuple[float, float]] = {}
        self._state, self._since_s, self._cost_per_s, self._speed_mps, self._drain_w = IDLE, 0.0, 0.0, 0.0, 0.0
        self._shadow_per_s = 0.0
        self.place = self.target = place
        """Where it is, or set out from, and where it is going; to be changed with ``stand_at`` and ``set_out``."""
        self.stand_at(place)
        self.has_arrived = False
        """Whether the trip that it is on is over."""
        self.battery_wh = battery_wh
        self.enter(IDLE)

    def stand_at(self, place: int) -> None:
        """
        Be at a place, without a trip.

        Parameters
        ----------
        place
            Where.
        """
        self.place = self.target = self._columns.place[self._number] = self._columns.target[self._number] = place

    def set_out(self, target: int) -> None:
        """
        Begin a trip.

        Parameters
        ----------
        target
            Where to.
        """
        self.target = self._columns.target[self._number] = target

    @property
    def battery_wh(self) -> float:
        """Energy when the vehicle entered its state; below 0 if it stood still for too long."""
        return self._battery_wh

    @battery_wh.setter
    def battery_wh(self, energy_wh: float) -> None:
        self._battery_wh = self._columns.battery_wh[self._number] = energy_wh

    @property
    def drain_w(self) -> float:
        """Power that the vehicle draws in its state."""
        return self._drain_w

    def battery_now_wh(self) -> float:
        """Return the energy now, at least 0."""
        drained_wh = float(self._columns.drain_w[self._number]) * (self._world.env.now - self._since_s) / 3600
        return max(self._battery_wh - drained_wh, 0.0)

    def show_charging(self, power_w: float) -> None:
        """
        Let the others see that the battery fills.

        Parameters
        ----------
        power_w
            Mean power into the battery.
        """
        self._columns.drain_w[self._number] = -power_w

    @property
    def is_moving(self) -> bool:
        """Whether the vehicle is under way."""
        return self._state in MOVING

    def enter(self, state: VehicleState, speed_mps: float = 0.0) -> None:
        """
        Close the state that the vehicle was in and open another.

        Parameters
        ----------
        state
            The new state.
        speed_mps
            Its speed from now on.
        """
        columns, number = self._columns, self._number
        world, old = self._world, self._state
        now, since_s = world.env.now, self._since_s
        if now > since_s:
            energy_wh = self._drain_w * (now - since_s) / 3600
            if energy_wh:
                self._battery_wh -= energy_wh
                columns.battery_wh[number] = self._battery_wh
            if world.is_recording:
                distance_m = self._speed_mps * (now - since_s)
                target = self.target if distance_m > 0 else self.place
                world.segments.append((number, old, since_s, now, self.place, target, distance_m, energy_wh))
        if self.has_arrived:
            self.place = columns.place[number] = self.target
            self.has_arrived = False
        self._state, self._since_s, self._speed_mps = state, now, speed_mps
        self._drain_w, cost_per_s = self._rates(state, speed_mps)
        columns.state[number], columns.since_s[number], columns.drain_w[number] = state, now, self._drain_w
        if cost_per_s != self._cost_per_s:
            shadow_per_s = self._shadow_cost * speed_mps
            world.ledger.add_rate(now, cost_per_s - self._cost_per_s, shadow_per_s - self._shadow_per_s)
            self._cost_per_s, self._shadow_per_s = cost_per_s, shadow_per_s

    def _rates(self, state: VehicleState, speed_mps: float) -> tuple[float, float]:
        """Power drawn and cost per second; nothing is drawn while charging or being helped."""
        if state is CHARGING or state is BROKEN:
            return 0.0, 0.0
        rates = self._rates_at.get(speed_mps)
        if rates is None:
            drain_w = self._standby_w + self._drive_wh_per_m * speed_mps * 3600
            rates = drain_w, self._energy_cost * drain_w + self._travel_cost * speed_mps
            if len(self._rates_at) < MAX_KNOWN_SPEEDS:
                self._rates_at[speed_mps] = rates
        return rates
