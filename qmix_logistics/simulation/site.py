"""The public site: all that a policy may know before the day begins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from qmix_logistics.scenario.distributions import Duration
from qmix_logistics.scenario.fleet import Battery, VehicleClass
from qmix_logistics.scenario.operations import Candidates, Horizon, Information, Objective
from qmix_logistics.scenario.scenario import ScenarioSpec
from qmix_logistics.scenario.warehouse import build_warehouse
from qmix_logistics.simulation.distributions import quantile
from qmix_logistics.simulation.network import Network, PlaceKind, compile_network

QUEUE_ALLOWANCE = 5
"""A vehicle keeps energy to wait for this many long services ahead of it."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """
    The vehicles, one entry each.

    Parameters
    ----------
    names
        Such as ``amr-03``.
    class_index
        Class of each vehicle, from 0.
    speed_mps, capacity_units
        What its class says.
    battery
        Its battery, if any.
    battery_capacity_wh
        Energy when full; infinite without a battery.
    drive_wh_per_m, standby_w
        Consumption; 0 without a battery.
    """

    names: tuple[str, ...]
    class_index: Int[np.ndarray, " vehicle"]
    speed_mps: Float[np.ndarray, " vehicle"]
    capacity_units: Float[np.ndarray, " vehicle"]
    battery: tuple[Battery | None, ...]
    battery_capacity_wh: Float[np.ndarray, " vehicle"]
    drive_wh_per_m: Float[np.ndarray, " vehicle"]
    standby_w: Float[np.ndarray, " vehicle"]

    @property
    def num_vehicles(self) -> int:
        """Number of vehicles."""
        return len(self.names)


@dataclass(frozen=True, slots=True)
class FacilitySite:
    """
    A station or a charger.

    Parameters
    ----------
    name
        Its name.
    place
        Its place.
    servers
        Vehicles served at the same time.
    mean_service_s
        Mean time of a service; for a charger, of charging from the level at which it begins to the level at which
        it ends.
    """

    name: str
    place: int
    servers: int
    mean_service_s: float


@dataclass(frozen=True, slots=True)
class Site:
    """
    What is known before the day: the map, the fleet, the facilities, the rules and the costs.

    Parameters
    ----------
    network
        Places and ways.
    fleet
        Vehicles.
    stations, chargers
        Facilities with queues, in the order in which they are numbered.
    parking
        Parking places.
    objective, horizon, information, candidates
        The scenario's rules.
    order_classes
        Names of the classes of orders.
    mean_pick_up_s
        Mean time to take a task on board.
    station_choice
        Whether a vehicle chooses the station after picking up.
    mean_weight
        Mean weight of an order.
    mean_task_s
        Mean time of a task: from a station to a rack, pick-up, back, drop-off.
    handling_allowance_s
        Time at which a long pick-up and a long queue are over.
    charger_distance_m
        Way from each place to the nearest charger; 0 without chargers.
    """

    network: Network
    fleet: Fleet
    stations: tuple[FacilitySite, ...]
    chargers: tuple[FacilitySite, ...]
    parking: Int[np.ndarray, " parking"]
    objective: Objective
    horizon: Horizon
    information: Information
    candidates: Candidates
    order_classes: tuple[str, ...]
    mean_pick_up_s: float
    station_choice: bool
    mean_weight: float
    mean_task_s: float
    handling_allowance_s: float
    charger_distance_m: Float[np.ndarray, " place"]

    def mean_service_s(self, places: Int[np.ndarray, "*place"]) -> Float[np.ndarray, "*place"]:
        """
        Return the mean time of a service at stations.

        Parameters
        ----------
        places
            Places of stations.
        """
        known = np.full(self.network.num_places, np.nan)
        known[[station.place for station in self.stations]] = [station.mean_service_s for station in self.stations]
        return known[places]


def compile_site(spec: ScenarioSpec) -> Site:
    """
    Return the public site of a scenario.

    Parameters
    ----------
    spec
        The scenario.
    """
    speeds_mps = np.array([vehicle_class.speed_mps for vehicle_class in spec.fleet])
    network = compile_network(build_warehouse(spec.network), speeds_mps)
    place = {name: index for index, name in enumerate(network.names)}
    stations = tuple(
        FacilitySite(station.id, place[station.id], station.servers, station.service_s.mean_s)
        for station in spec.network.stations
    )
    charge_s = _mean_charge_s(spec.fleet)
    chargers = tuple(
        FacilitySite(charger.id, place[charger.id], charger.plugs, charge_s) for charger in spec.network.chargers
    )
    charger_places = [charger.place for charger in chargers]
    shares = np.array([order_class.share_pct for order_class in spec.order_classes])
    weights = np.array([order_class.weight for order_class in spec.order_classes])
    return Site(
        network=network,
        fleet=_compile_fleet(spec.fleet),
        stations=stations,
        chargers=chargers,
        parking=network.places(PlaceKind.PARKING),
        objective=spec.objective,
        horizon=spec.horizon,
        information=spec.information,
        candidates=spec.candidates,
        order_classes=tuple(order_class.id for order_class in spec.order_classes),
        mean_pick_up_s=spec.demand.pick_up_s.mean_s,
        station_choice=spec.demand.station_choice,
        mean_weight=float(shares @ weights / shares.sum()),
        mean_task_s=_mean_task_s(network, stations, spec.demand.pick_up_s.mean_s),
        handling_allowance_s=_handling_allowance_s(spec),
        charger_distance_m=(
            network.distance_m[:, charger_places].min(axis=1) if charger_places else np.zeros(network.num_places)
        ),
    )


def _compile_fleet(classes: tuple[VehicleClass, ...]) -> Fleet:
    members = [
        (index, vehicle_class) for index, vehicle_class in enumerate(classes) for _ in range(vehicle_class.count)
    ]
    batteries = tuple(vehicle_class.battery for _, vehicle_class in members)
    return Fleet(
        names=tuple(f"{c.id}-{number:0{len(str(c.count))}d}" for c in classes for number in range(1, c.count + 1)),
        class_index=np.array([index for index, _ in members]),
        speed_mps=np.array([vehicle_class.speed_mps for _, vehicle_class in members]),
        capacity_units=np.array([vehicle_class.capacity_units for _, vehicle_class in members]),
        battery=batteries,
        battery_capacity_wh=np.array([battery.capacity_wh if battery else np.inf for battery in batteries]),
        drive_wh_per_m=np.array([battery.drive_wh_per_m if battery else 0.0 for battery in batteries]),
        standby_w=np.array([battery.standby_w if battery else 0.0 for battery in batteries]),
    )


def _mean_charge_s(classes: tuple[VehicleClass, ...]) -> float:
    times_s = [
        (battery.charge_to_pct - battery.charge_below_pct) / 100 * battery.capacity_wh
        / battery.charging_curve[0].power_w * 3600
        for vehicle_class in classes
        if (battery := vehicle_class.battery) is not None
    ]  # fmt: skip
    return float(np.mean(times_s)) if times_s else 0.0


def _mean_task_s(network: Network, stations: tuple[FacilitySite, ...], mean_pick_up_s: float) -> float:
    racks, places = network.places(PlaceKind.RACK), np.array([station.place for station in stations])
    travel_s = network.travel_time_s.mean(axis=0)
    there, back = travel_s[np.ix_(places, racks)].mean(), travel_s[np.ix_(racks, places)].mean()
    return float(there + back + mean_pick_up_s + np.mean([station.mean_service_s for station in stations]))


def _handling_allowance_s(spec: ScenarioSpec) -> float:
    def long_s(duration: Duration) -> float:
        return float(quantile(duration, np.array(0.99)))

    services_s = max(long_s(station.service_s) for station in spec.network.stations)
    return long_s(spec.demand.pick_up_s) + QUEUE_ALLOWANCE * services_s
