"""What a vehicle sees of itself, and of the vehicles in radio range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from qmix_logistics.environment.epoch_batch import EpochBatch
from qmix_logistics.environment.estimates import battery_share
from qmix_logistics.environment.local_view import positions_m
from qmix_logistics.environment.schema import NEIGHBOUR, VEHICLE, assemble
from qmix_logistics.simulation import CHARGE, Site, battery_wh


@dataclass(frozen=True, slots=True)
class Neighbours:
    """
    The vehicles that each row hears, the nearest first.

    Parameters
    ----------
    numbers
        Their numbers; 0 where there is none.
    mask
        Whether there is one.
    free_in_s, free_place
        When and where they are free.
    is_available
        Whether they are free now.
    features
        As in ``schema.NEIGHBOUR``; 0 where there is none.
    """

    numbers: Int[np.ndarray, "row neighbour"]
    mask: Bool[np.ndarray, "row neighbour"]
    free_in_s: Float[np.ndarray, "row neighbour"]
    free_place: Int[np.ndarray, "row neighbour"]
    is_available: Bool[np.ndarray, "row neighbour"]
    features: Float[np.ndarray, "row neighbour neighbour_feature"]


def num_neighbours(site: Site) -> int:
    """
    Return how many other vehicles a vehicle may hear.

    Parameters
    ----------
    site
        The site.
    """
    return min(site.information.max_neighbours, site.fleet.num_vehicles - 1)


def neighbours_of(site: Site, batch: EpochBatch) -> Neighbours:
    """
    Return the vehicles that each row hears.

    Parameters
    ----------
    site
        The site.
    batch
        The epochs.
    """
    rows = np.arange(len(batch.decider))
    all_m = positions_m(site, batch.vehicles, batch.time_s[:, None])
    here_m = all_m[batch.epoch, batch.decider]
    ways_m = all_m[batch.epoch] - here_m[:, None]
    distance_m = np.hypot(ways_m[..., 0], ways_m[..., 1])
    distance_m[rows, batch.decider] = np.inf
    if site.information.radio_range_m is not None:
        distance_m[distance_m > site.information.radio_range_m] = np.inf
    numbers = np.argsort(distance_m, axis=1, kind="stable")[:, : num_neighbours(site)]
    mask = np.isfinite(np.take_along_axis(distance_m, numbers, axis=1))
    heard = batch.vehicles[batch.epoch[:, None], numbers]
    free_in_s = np.maximum(heard["free_s"] - batch.time_s[batch.epoch, None], 0.0) * ~heard["is_available"]
    free_place = np.where(heard["is_available"], heard["place"], heard["free_place"])
    way_m = np.take_along_axis(ways_m, numbers[..., None], axis=1)
    free_m = site.network.position_m[free_place] - here_m[:, None]
    energy = battery_wh(heard, batch.time_s[batch.epoch, None])
    features = assemble(
        site,
        NEIGHBOUR,
        mask.shape,
        {
            "dx": way_m[..., 0],
            "dy": way_m[..., 1],
            "free_dx": free_m[..., 0],
            "free_dy": free_m[..., 1],
            "free_in": free_in_s,
            "is_available": heard["is_available"],
            "is_loaded": heard["load_units"] > 0,
            "on_board": np.log1p(heard["num_on_board"]),
            "is_charging": heard["stop_kind"] == int(CHARGE),
            "battery": battery_share(energy, site.fleet.battery_capacity_wh[numbers]),
        },
    )
    features[~mask] = 0.0
    return Neighbours(np.where(mask, numbers, 0), mask, free_in_s, free_place, heard["is_available"], features)


def vehicle_features(
    site: Site,
    batch: EpochBatch,
    neighbours: Neighbours,
    is_pick_up: Bool[np.ndarray, "row slot"],
    is_advised: Bool[np.ndarray, "row slot"],
) -> Float[np.ndarray, "row vehicle_feature"]:
    """
    Return what each row knows of itself.

    Parameters
    ----------
    site
        The site.
    batch
        The epochs.
    neighbours
        Whom it hears.
    is_pick_up
        Which of its candidates are pick-ups.
    is_advised
        Which of them it knows to be advised.
    """
    fleet, numbers = site.fleet, batch.decider
    own = batch.vehicles[batch.epoch, numbers]
    time_s = batch.time_s[batch.epoch]
    energy_wh, capacity_wh = battery_wh(own, time_s), fleet.battery_capacity_wh[numbers]
    position_m = site.network.position_m[own["place"]]
    floor = np.array([battery.must_charge_pct / 100 if battery else 0.0 for battery in fleet.battery])
    share = battery_share(energy_wh, capacity_wh)
    return assemble(
        site,
        VEHICLE,
        numbers.shape,
        {
            "battery": share,
            "spare_battery": share - floor[numbers],
            "is_charging": own["stop_kind"] == int(CHARGE),
            "is_loaded": own["load_units"] > 0,
            "on_board": np.log1p(batch.num_carried),
            "room": room_units(site, batch) / fleet.capacity_units[numbers],
            "x": position_m[:, 0],
            "y": position_m[:, 1],
            "visible_tasks": np.log1p(np.count_nonzero(is_pick_up, axis=1)),
            "neighbours": np.log1p(np.count_nonzero(neighbours.mask, axis=1)),
            "idle_neighbours": np.log1p(np.count_nonzero(neighbours.mask & neighbours.is_available, axis=1)),
            "demand_left": np.maximum(site.horizon.demand_s - time_s, 0.0),
            "is_advised": np.any(is_advised, axis=1),
        },
    )


def room_units(site: Site, batch: EpochBatch) -> Float[np.ndarray, " row"]:
    """
    Return how much more each row could load.

    Parameters
    ----------
    site
        The site.
    batch
        The epochs.
    """
    capacity_units = site.fleet.capacity_units[batch.decider]
    return capacity_units - batch.vehicles["load_units"][batch.epoch, batch.decider]
