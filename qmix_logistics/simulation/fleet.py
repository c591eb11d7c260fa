"""The vehicles, one entry each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from qmix_logistics.scenario.fleet import Battery, VehicleClass


@dataclass(frozen=True, slots=True)
class Fleet:
    """
    The vehicles, one entry each.

    Parameters
    ----------
    names
        Such as ``amr-03``.
    classes
        Class of each vehicle.
    class_index
        Its number, from 0.
    speed_mps, capacity_units
        What its class says; the capacity in the first unit of load.
    capacities_units
        Capacity in each unit of load.
    home
        Place where each vehicle starts.
    battery
        Its battery, if any.
    battery_capacity_wh
        Energy when full; infinite without a battery.
    drive_wh_per_m, standby_w
        Consumption; 0 without a battery.
    """

    names: tuple[str, ...]
    classes: tuple[VehicleClass, ...]
    class_index: Int[np.ndarray, " vehicle"]
    speed_mps: Float[np.ndarray, " vehicle"]
    capacity_units: Float[np.ndarray, " vehicle"]
    capacities_units: Float[np.ndarray, "vehicle unit"]
    home: Int[np.ndarray, " vehicle"]
    battery: tuple[Battery | None, ...]
    battery_capacity_wh: Float[np.ndarray, " vehicle"]
    drive_wh_per_m: Float[np.ndarray, " vehicle"]
    standby_w: Float[np.ndarray, " vehicle"]

    @property
    def num_vehicles(self) -> int:
        """Number of vehicles."""
        return len(self.names)


def compile_fleet(classes: Sequence[VehicleClass], homes: Sequence[Sequence[int]]) -> Fleet:
    """
    Return the vehicles of some classes.

    Parameters
    ----------
    classes
        The classes.
    homes
        For each class the places where its vehicles start; where several classes share them, all take turns.
    """
    members = [
        (index, vehicle_class) for index, vehicle_class in enumerate(classes) for _ in range(vehicle_class.count)
    ]
    batteries = tuple(vehicle_class.battery for _, vehicle_class in members)
    return Fleet(
        names=tuple(f"{c.id}-{number:0{len(str(c.count))}d}" for c in classes for number in range(1, c.count + 1)),
        classes=tuple(vehicle_class for _, vehicle_class in members),
        class_index=np.array([index for index, _ in members]),
        speed_mps=np.array([vehicle_class.speed_mps for _, vehicle_class in members]),
        capacity_units=np.array([vehicle_class.capacities_units[0] for _, vehicle_class in members]),
        capacities_units=np.array([vehicle_class.capacities_units for _, vehicle_class in members]),
        home=np.array([homes[index][number % len(homes[index])] for number, (index, _) in enumerate(members)]),
        battery=batteries,
        battery_capacity_wh=np.array([battery.capacity_wh if battery else np.inf for battery in batteries]),
        drive_wh_per_m=np.array([battery.drive_wh_per_m if battery else 0.0 for battery in batteries]),
        standby_w=np.array([battery.standby_w if battery else 0.0 for battery in batteries]),
    )
