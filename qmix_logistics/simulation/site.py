"""The public site: all that a policy may know before the day begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from qmix_logistics.scenario.demand import OrdersDemand, Places, TraceDemand
from qmix_logistics.scenario.distributions import Duration
from qmix_logistics.scenario.fleet import VehicleClass
from qmix_logistics.scenario.layout import build_layout, chargers, handovers
from qmix_logistics.scenario.network.traffic import Traffic
from qmix_logistics.scenario.operations import Candidates, Horizon, Information, Objective
from qmix_logistics.scenario.scenario import ScenarioSpec
from qmix_logistics.simulation.distributions import quantile
from qmix_logistics.simulation.fleet import Fleet, compile_fleet
from qmix_logistics.simulation.lanes import Lanes, compile_lanes
from qmix_logistics.simulation.network import Network, PlaceKind, compile_network

QUEUE_ALLOWANCE = 5
"""A vehicle keeps energy to wait for this many long services ahead of it."""
ANY_NUMBER = 1_000_000_000
"""Stands for servers or bays without limit."""


@dataclass(frozen=True, slots=True)
class FacilitySite:
    """
    A station, a dock, a depot or a charger.

    Parameters
    ----------
    name
        Its name.
    kind
        Which of these it is.
    place
        Its place.
    servers
        Vehicles served at the same time.
    mean_service_s
        Mean time of a service; for a charger, of charging from the level at which it begins to the level at which
        it ends.
    approach_s
        Time to dock on arrival.
    bays
        Vehicles that find room off the lane.
    """

    name: str
    kind: str
    place: int
    servers: int
    mean_service_s: float
    approach_s: float = 0.0
    bays: int = ANY_NUMBER


@dataclass(frozen=True, slots=True)
class Site:
    """
    What is known before the day: the map, the fleet, the facilities, the rules and the costs.

    Parameters
    ----------
    network
        Places and ways.
    lanes
        Where vehicles stand in each other's way, or arcs may be blocked; None: nowhere.
    traffic
        How travel times vary.
    fleet
        Vehicles.
    stations
        Stations, docks and depots: where goods are handed over, in the order in which they are numbered.
    chargers
        Chargers, in the order in which they are numbered.
    parking
        Places where vehicles may wait: parking places, depots, and homes where vehicles return or lanes are congested.
    objective, horizon, information, candidates
        The scenario's rules.
    plan_in_outage
        Whether vehicles keep the last plan while no planner can be reached: ``keep`` or ``lose``.
    order_classes
        Names of the classes of orders.
    destination_choice
        Whether a vehicle chooses among stations, or docks, after picking up.
    mean_weight
        Mean weight of an order.
    mean_task_s
        Mean time of a task: the way to its origin, pick-up, the way to its destination, drop-off.
    radius_m
        Root mean square distance of the places from the middle, at least 1 m.
    handling_allowance_s
        Time at which a long pick-up and a long queue are over.
    charger_distance_m
        Way from each place to the nearest charger, by vehicle class; 0 without chargers.
    """

    network: Network
    lanes: Lanes | None
    traffic: Traffic
    fleet: Fleet
    stations: tuple[FacilitySite, ...]
    chargers: tuple[FacilitySite, ...]
    parking: Int[np.ndarray, " parking"]
    objective: Objective
    horizon: Horizon
    information: Information
    candidates: Candidates
    plan_in_outage: str
    order_classes: tuple[str, ...]
    destination_choice: bool
    mean_weight: float
    mean_task_s: float
    radius_m: float
    handling_allowance_s: float
    charger_distance_m: Float[np.ndarray, "vehicle_class place"]

    @property
    def approach_s(self) -> Float[np.ndarray, " place"]:
        """Time to dock at each place, for who comes from elsewhere."""
        found = np.zeros(self.network.num_places)
        for station in self.stations:
            found[station.place] = station.approach_s
        return found

    @property
    def max_tasks_on_board(self) -> int:
        """The largest number of tasks that a vehicle may carry."""
        return max(vehicle_class.max_tasks_on_board for vehicle_class in self.fleet.classes)


def compile_site(spec: ScenarioSpec) -> Site:
    """
    Return the public site of a scenario.

    Parameters
    ----------
    spec
        The scenario.
    """
    layout = build_layout(spec.network)
    network = compile_network(layout, spec.fleet)
    place = {name: index for index, name in enumerate(network.names)}
    stations = tuple(
        FacilitySite(name, kind, place[name], rules.servers or ANY_NUMBER, rules.service_s.mean_s, rules.approach_s,
                     rules.bays or ANY_NUMBER)
        for kind, name, rules in handovers(spec.network)
    )  # fmt: skip
    charge_s = _mean_charge_s(spec.fleet)
    charger_sites = tuple(
        FacilitySite(name, "charger", place[name], rules.plugs, charge_s) for name, rules in chargers(spec.network)
    )
    shares = np.array([order_class.share_pct for order_class in spec.order_classes])
    weights = np.array([order_class.weight for order_class in spec.order_classes])
    lanes = compile_lanes(layout, spec.network, network, spec.fleet, blocked=bool(spec.disruptions.blocked_arcs))
    fleet = compile_fleet(spec.fleet, [_homes(network, c, index) for index, c in enumerate(spec.fleet)])
    return Site(
        network=network,
        lanes=lanes,
        traffic=spec.network,
        fleet=fleet,
        stations=stations,
        chargers=charger_sites,
        parking=_parking(network, fleet, lanes),
        objective=spec.objective,
        horizon=spec.horizon,
        information=spec.information,
        candidates=spec.candidates,
        plan_in_outage=spec.disruptions.plan_in_outage,
        order_classes=tuple(order_class.id for order_class in spec.order_classes),
        destination_choice=spec.demand.destination_choice,
        mean_weight=float(shares @ weights / shares.sum()),
        mean_task_s=_mean_task_s(spec, network, stations),
        radius_m=max(float(np.sqrt(np.square(network.position_m).sum(axis=1).mean())), 1.0),
        handling_allowance_s=_handling_allowance_s(spec),
        charger_distance_m=(
            network.distance_m[:, :, [charger.place for charger in charger_sites]].min(axis=2)
            if charger_sites
            else np.zeros(network.is_open.shape)
        ),
    )


def places_of(network: Network, places: Places) -> Int[np.ndarray, " chosen"]:
    """
    Return the numbers of places that a scenario names.

    Parameters
    ----------
    network
        The network.
    places
        A kind, or names.
    """
    if isinstance(places, str):
        return network.places(PlaceKind[places.upper()])
    number = {name: index for index, name in enumerate(network.names)}
    return np.array([number[name] for name in places])


def _homes(network: Network, vehicle_class: VehicleClass, index: int) -> Sequence[int]:
    if vehicle_class.home:
        return places_of(network, vehicle_class.home).tolist()
    is_open = network.is_open[index]
    for kinds in ((PlaceKind.PARKING, PlaceKind.DEPOT), (PlaceKind.STATION, PlaceKind.DOCK)):
        found = np.flatnonzero(np.isin(network.kinds, kinds) & is_open)
        if len(found):
            return found.tolist()
    return np.flatnonzero(is_open)[:1].tolist()


def _parking(network: Network, fleet: Fleet, lanes: Lanes | None) -> Int[np.ndarray, " parking"]:
    """Return where vehicles may wait; where they could block lanes, at home too."""
    is_congested = lanes is not None and lanes.is_congested
    found = np.isin(network.kinds, (PlaceKind.PARKING, PlaceKind.DEPOT))
    homes = zip(fleet.home.tolist(), fleet.classes, strict=True)
    found[[home for home, vehicle_class in homes if vehicle_class.returns_home or is_congested]] = True
    return np.flatnonzero(found)


def _mean_charge_s(classes: tuple[VehicleClass, ...]) -> float:
    times_s = [
        (battery.charge_to_pct - battery.charge_below_pct) / 100 * battery.capacity_wh
        / battery.charging_curve[0].power_w * 3600
        for vehicle_class in classes
        if (battery := vehicle_class.battery) is not None
    ]  # fmt: skip
    return float(np.mean(times_s)) if times_s else 0.0


def _mean_task_s(spec: ScenarioSpec, network: Network, stations: Sequence[FacilitySite]) -> float:
    """Mean over an order's legs; each by the classes of vehicles that have access to both of its ends."""
    travel_s, service_s = network.travel_time_s.mean(axis=0), np.full(network.num_places, spec.demand.drop_off_s.mean_s)
    service_s[[station.place for station in stations]] = [station.mean_service_s for station in stations]
    legs_s = []
    for origins, destinations in _legs(spec, network):
        origins, destinations = origins[:500], destinations[:500]
        able = network.is_open[:, origins].any(axis=1) & network.is_open[:, destinations].any(axis=1)
        travel_s = network.travel_time_s[able].mean(axis=0)
        there, back = travel_s[np.ix_(destinations, origins)].mean(), travel_s[np.ix_(origins, destinations)].mean()
        legs_s.append(there + back + spec.demand.pick_up_s.mean_s + service_s[destinations].mean())
    return float(np.mean(legs_s))


def _legs(
    spec: ScenarioSpec, network: Network
) -> list[tuple[Int[np.ndarray, " origin"], Int[np.ndarray, " destination"]]]:
    """Places between which an order's legs may lead."""
    if isinstance(spec.demand, OrdersDemand):
        ends = np.flatnonzero(~np.isin(network.kinds, (PlaceKind.CHARGER, PlaceKind.PARKING)))
        return [(ends, ends)]
    if isinstance(spec.demand, TraceDemand):
        return [(network.places(PlaceKind.RACK), network.places(PlaceKind.STATION))]
    destinations = [places_of(network, transport.destination) for transport in spec.demand.transports]
    first = spec.demand.transports[0].origin
    assert first is not None  # the scenario says so
    return list(zip([places_of(network, first), *destinations], destinations, strict=False))


def _handling_allowance_s(spec: ScenarioSpec) -> float:
    def long_s(duration: Duration) -> float:
        return float(quantile(duration, np.array(0.99)))

    services_s = [long_s(rules.service_s) + rules.approach_s for _, _, rules in handovers(spec.network)]
    return long_s(spec.demand.pick_up_s) + QUEUE_ALLOWANCE * max([*services_s, long_s(spec.demand.drop_off_s)])
