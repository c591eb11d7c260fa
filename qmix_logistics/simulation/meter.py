"""What a vehicle does every second of the day, what energy that takes and what it costs."""

from __future__ import annotations

from qmix_logistics.simulation.state import BROKEN, CHARGING, EMPTY_TRAVEL, IDLE, LOADED_TRAVEL, VehicleState
from qmix_logistics.simulation.world import World

MOVING = (EMPTY_TRAVEL, LOADED_TRAVEL)


class StateMeter:
    """
    Keeps a vehicle's state, its energy, and the rate at which it costs; its record in the world follows.

    Parameters
    ----------
    world
        The state of the day.
    number
        The vehicle's number.
    battery_wh
        Energy at the start of the day.
    """

    __slots__ = (
        "_battery_wh",
        "_columns",
        "_cost_per_s",
        "_cost_per_s_in",
        "_drain_w_in",
        "_number",
        "_since_s",
        "_state",
        "_world",
    )  # fmt: skip

    def __init__(self, world: World, number: int, battery_wh: float) -> None:
        self._world, self._number, self._columns = world, number, world.columns
        fleet, objective = world.site.fleet, world.site.objective
        speed_mps, standby_w = float(fleet.speed_mps[number]), float(fleet.standby_w[number])
        moving_w = standby_w + float(fleet.drive_wh_per_m[number]) * speed_mps * 3600
        self._drain_w_in = [
            0.0 if state in (CHARGING, BROKEN) else moving_w if state in MOVING else standby_w for state in VehicleState
        ]
        self._cost_per_s_in = [
            objective.energy_cost_per_kwh * drain_w / 3.6e6
            + (objective.travel_cost_per_km * speed_mps / 1000 if state in MOVING else 0.0)
            for state, drain_w in zip(VehicleState, self._drain_w_in, strict=True)
        ]
        self._state, self._since_s, self._cost_per_s = IDLE, 0.0, 0.0
        self.battery_wh = battery_wh
        self.enter(IDLE)

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
        return self._drain_w_in[self._state]

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

    def enter(self, state: VehicleState) -> None:
        """
        Close the state that the vehicle was in and open another.

        Parameters
        ----------
        state
            The new state. On leaving a trip the vehicle is at its target, unless it broke down on the way.
        """
        columns, number = self._columns, self._number
        world, old = self._world, self._state
        now, since_s = world.env.now, self._since_s
        if now > since_s:
            energy_wh = self._drain_w_in[old] * (now - since_s) / 3600
            self._battery_wh -= energy_wh
            columns.battery_wh[number] = self._battery_wh
            if world.is_recording:
                places = (
                    int(columns.place[number]),
                    int(columns.target[number] if old in MOVING else columns.place[number]),
                )
                world.segments.append((self._number, old, since_s, now, *places, energy_wh))
        if old in MOVING and state is not BROKEN:
            columns.place[number] = columns.target[number]
        self._state, self._since_s = state, now
        columns.state[number], columns.since_s[number], columns.drain_w[number] = state, now, self._drain_w_in[state]
        cost_per_s = self._cost_per_s_in[state]
        if cost_per_s != self._cost_per_s:
            world.ledger.add_rate(now, cost_per_s - self._cost_per_s)
            self._cost_per_s = cost_per_s
