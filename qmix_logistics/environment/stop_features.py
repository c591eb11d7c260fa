"""What a vehicle sees of its candidates."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from qmix_logistics.environment.candidates import LOOKAHEAD, CandidateList
from qmix_logistics.environment.epoch_batch import EpochBatch
from qmix_logistics.environment.estimates import atc_index, battery_share
from qmix_logistics.environment.local_features import Neighbours, room_units
from qmix_logistics.environment.schema import LIMIT, STOP, assemble
from qmix_logistics.environment.tours import tours_with
from qmix_logistics.simulation import CHARGE, DROP_OFF, PARK, WAIT, Site, battery_wh

UNRIVALLED = -LIMIT
"""The lead of the soonest neighbour where there is none, in mean task times."""


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
    speed_class = site.fleet.class_index[numbers][:, None]
    place = np.where(chosen["kind"] == int(WAIT), here[:, None], chosen["place"])
    destination = np.where(is_pick_up, chosen["destination"], place)
    arrival_s = network.travel_time_s[speed_class, here[:, None], place]
    task_s = network.travel_time_s[speed_class, place, destination] + chosen["handling_s"]
    is_drop_off = chosen["kind"] == int(DROP_OFF)
    tours = tours_with(site, batch, chosen, is_pick_up, is_drop_off, arrival_s, task_s)
    rival_lead_s, sooner_rivals = _rivals(site, neighbours, place, arrival_s)
    room = np.maximum(room_units(site, batch), 1e-9)[:, None]
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
            **_urgency(site, batch, candidates, chosen, arrival_s, task_s, tours.ride_s),
            "load": np.where(is_pick_up, chosen["load_units"] / room, 0.0),
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


def _urgency(
    site: Site,
    batch: EpochBatch,
    candidates: CandidateList,
    chosen: Shaped[np.ndarray, "row slot"],
    arrival_s: Float[np.ndarray, "row slot"],
    task_s: Float[np.ndarray, "row slot"],
    ride_s: Float[np.ndarray, "row slot"],
) -> dict[str, Shaped[np.ndarray, "row slot"]]:
    """Return how pressing the order of each stop is; 0 for stops of no order."""
    is_work, time_s = chosen["task"] >= 0, batch.time_s[batch.epoch, None]
    due_s, opens_s = _due_and_opening(batch, candidates, chosen)
    slack_s = np.where(is_work, due_s - time_s - arrival_s - task_s, 0.0)
    open_tasks = batch.open_tasks[batch.epoch[:, None], candidates.columns]
    weight = chosen["weight"] / open_tasks
    index = np.where(is_work, _log_index(site, weight, slack_s, np.maximum(arrival_s + task_s, 1.0)), 0.0)
    best = np.where(is_work, index, -np.inf).max(axis=1, initial=-1e3, keepdims=True)
    return {
        "slack": slack_s,
        "is_late": slack_s < 0,
        "early": np.where(is_work, np.maximum(opens_s - time_s - ride_s, 0.0), 0.0),
        "age": np.where(is_work, time_s - chosen["release_s"], 0.0),
        "weight": weight / site.mean_weight,
        "open_tasks": np.log(open_tasks),
        "index": index,
        "index_gap": np.where(is_work, index - best, 0.0),
    }


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
