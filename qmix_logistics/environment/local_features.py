"""What a vehicle sees from where it stands: itself, its candidates, and the vehicles in radio range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from qmix_logistics.environment.candidates import LOOKAHEAD, CandidateList
from qmix_logistics.environment.epoch_batch import EpochBatch
from qmix_logistics.environment.estimates import atc_index, battery_share
from qmix_logistics.environment.local_view import positions_m
from qmix_logistics.environment.schema import LIMIT, NEIGHBOUR, STOP, VEHICLE, assemble
from qmix_logistics.environment.tours import tours_with
from qmix_logistics.simulation import CHARGE, DROP_OFF, PARK, WAIT, Site, battery_wh

UNRIVALLED = -LIMIT
"""The lead of the soonest neighbour where there is none, in mean task times."""


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
            "room": _room_units(site, batch) / fleet.capacity_units[numbers],
            "x": position_m[:, 0],
            "y": position_m[:, 1],
            "visible_tasks": np.log1p(np.count_nonzero(is_pick_up, axis=1)),
            "neighbours": np.log1p(np.count_nonzero(neighbours.mask, axis=1)),
            "idle_neighbours": np.log1p(np.count_nonzero(neighbours.mask & neighbours.is_available, axis=1)),
            "demand_left": np.maximum(site.horizon.demand_s - time_s, 0.0),
            "is_advised": np.any(is_advised, axis=1),
        },
    )


def stop_features(
    site: Site,
    batch: EpochBatch,
    candidates: CandidateList,
    neighbours: Neighbours,
    chosen: Shaped[np.ndarray, "row slot"],
    is_pick_up: Bool[np.ndarray, "row slot"],
    is_advised: Bool[np.ndarray, "row slot"],
) -> Float[np.ndarray, "row slot stop_feature"]:
    """
    Return what each row knows of its candidates.

    Parameters
    ----------
    site
        The site.
    batch
        The epochs.
    candidates
        The lists.
    neighbours
        Whom each row hears.
    chosen
        The candidates' records of type ``STOP``.
    is_pick_up
        Which of them are pick-ups.
    is_advised
        Which of them the row knows to be advised.
    """
    network, numbers, rows = site.network, batch.decider, batch.epoch[:, None]
    here = batch.vehicles["place"][batch.epoch, numbers]
    speed_class, time_s = site.fleet.class_index[numbers][:, None], batch.time_s[batch.epoch, None]
    place = np.where(chosen["kind"] == int(WAIT), here[:, None], chosen["place"])
    is_work = chosen["task"] >= 0
    destination = np.where(is_pick_up, chosen["destination"], place)
    arrival_s = network.travel_time_s[speed_class, here[:, None], place]
    task_s = network.travel_time_s[speed_class, place, destination] + chosen["handling_s"]
    due_s, opens_s = _due_and_opening(batch, candidates, chosen)
    slack_s = np.where(is_work, due_s - time_s - arrival_s - task_s, 0.0)
    weight = chosen["weight"] / (open_tasks := batch.open_tasks[rows, candidates.columns])
    index = np.where(is_work, _log_index(site, weight, slack_s, np.maximum(arrival_s + task_s, 1.0)), 0.0)
    best = np.where(is_work, index, -np.inf).max(axis=1, initial=-1e3, keepdims=True)
    is_drop_off = chosen["kind"] == int(DROP_OFF)
    tours = tours_with(site, batch, chosen, is_pick_up, is_drop_off, arrival_s, task_s)
    rival_lead_s, sooner_rivals = _rivals(site, neighbours, place, arrival_s)
    features = assemble(
        site,
        STOP,
        candidates.mask.shape,
        {
            "is_pick_up": is_pick_up,
            "is_drop_off": is_drop_off,
            "is_charge": chosen["kind"] == int(CHARGE),
            "is_park": chosen["kind"] == int(PARK),
            "is_wait": chosen["kind"] == int(WAIT),
            "arrival": arrival_s,
            "delay": candidates.delay_s,
            "detour": candidates.detour_s,
            "task_time": task_s,
            "slack": slack_s,
            "is_late": slack_s < 0,
            "early": np.where(is_work, np.maximum(opens_s - time_s - tours.ride_s, 0.0), 0.0),
            "age": np.where(is_work, time_s - chosen["release_s"], 0.0),
            "weight": weight / site.mean_weight,
            "load": np.where(
                is_pick_up, chosen["load_units"] / np.maximum(_room_units(site, batch), 1e-9)[:, None], 0.0
            ),
            "open_tasks": np.log(open_tasks),
            "index": index,
            "index_gap": np.where(is_work, index - best, 0.0),
            "queue": batch.queue_s[rows, destination],
            "coming": batch.coming[rows, destination],
            "rival_lead": np.where(is_pick_up, rival_lead_s, 0.0),
            "sooner_rivals": np.where(is_pick_up, sooner_rivals, 0.0),
            "longer_tour": tours.longer_s,
            "ride": tours.ride_s,
            "carried_delay": tours.delay,
            "carried_lateness": tours.lateness,
            "battery_after": _battery_after(site, batch, here, place, destination),
            "is_advised": is_advised,
        },
    )
    features[~candidates.mask] = 0.0
    return features


def _room_units(site: Site, batch: EpochBatch) -> Float[np.ndarray, " row"]:
    capacity_units = site.fleet.capacity_units[batch.decider]
    return capacity_units - batch.vehicles["load_units"][batch.epoch, batch.decider]


def _due_and_opening(
    batch: EpochBatch, candidates: CandidateList, chosen: Shaped[np.ndarray, "row slot"]
) -> tuple[Float[np.ndarray, "row slot"], Float[np.ndarray, "row slot"]]:
    """Return when the work at each stop should be over, and before when it cannot be done."""
    if batch.windows is None:
        return chosen["due_s"], np.zeros(chosen.shape)
    windows = batch.windows[batch.epoch[:, None], candidates.columns]
    return np.minimum(chosen["due_s"], windows["drop_off_until_s"]), windows["drop_off_from_s"]


def _log_index(
    site: Site,
    weight: Float[np.ndarray, "row slot"],
    slack_s: Float[np.ndarray, "row slot"],
    task_s: Float[np.ndarray, "row slot"],
) -> Float[np.ndarray, "row slot"]:
    """Log of the ATC index over that of a mean order that is late."""
    index = atc_index(site.objective, weight, slack_s, task_s, LOOKAHEAD * site.mean_task_s)
    rate = site.objective.open_order_cost_per_h + site.objective.late_order_cost_per_h
    reference = site.mean_weight / site.mean_task_s * max(rate, 1e-9)
    return np.log(np.maximum(index / reference, 1e-6))


def _rivals(
    site: Site, neighbours: Neighbours, place: Int[np.ndarray, "row slot"], arrival_s: Float[np.ndarray, "row slot"]
) -> tuple[Float[np.ndarray, "row slot"], Float[np.ndarray, "row slot"]]:
    """Return the lead of the soonest neighbour at each place, and how many would be there sooner, as a logarithm."""
    if not neighbours.mask.shape[1]:
        return np.full(arrival_s.shape, UNRIVALLED * site.mean_task_s), np.zeros(arrival_s.shape)
    speed_class = site.fleet.class_index[neighbours.numbers][:, :, None]
    theirs_s = site.network.travel_time_s[speed_class, neighbours.free_place[:, :, None], place[:, None, :]]
    theirs_s += neighbours.free_in_s[:, :, None]
    theirs_s[~neighbours.mask] = np.inf
    lead_s = np.maximum(arrival_s - theirs_s.min(axis=1), UNRIVALLED * site.mean_task_s)
    return lead_s, np.log1p(np.count_nonzero(theirs_s < arrival_s[:, None, :], axis=1))


def _battery_after(
    site: Site,
    batch: EpochBatch,
    here: Int[np.ndarray, " row"],
    place: Int[np.ndarray, "row slot"],
    destination: Int[np.ndarray, "row slot"],
) -> Float[np.ndarray, "row slot"]:
    fleet, numbers, distance_m = site.fleet, batch.decider, site.network.distance_m
    index = fleet.class_index[numbers][:, None]
    energy_wh = battery_wh(batch.vehicles[batch.epoch, numbers], batch.time_s[batch.epoch])
    way_m = distance_m[index, here[:, None], place] + distance_m[index, place, destination]
    left_wh = energy_wh[:, None] - fleet.drive_wh_per_m[numbers, None] * way_m
    return battery_share(left_wh, np.broadcast_to(fleet.battery_capacity_wh[numbers, None], left_wh.shape))
