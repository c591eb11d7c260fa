"""The global state that mixers see in training, and no vehicle when it decides."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from qmix_logistics.environment.epoch_batch import EpochBatch
from qmix_logistics.environment.estimates import battery_share
from qmix_logistics.environment.schema import STATE_SITE, STATE_TASK, STATE_VEHICLE, assemble
from qmix_logistics.simulation import CHARGE, PICK_UP, Site, battery_wh

MAX_STATE_TASKS = 32
"""Pending tasks in the state: those with the least slack; all are counted in the site's features."""


def vehicle_states(site: Site, batch: EpochBatch) -> Float[np.ndarray, "epoch fleet state_vehicle_feature"]:
    """
    Return all vehicles of each epoch.

    Parameters
    ----------
    site
        The site.
    batch
        The epochs.
    """
    vehicles = batch.vehicles
    is_available = vehicles["is_available"]
    is_deciding = np.zeros(vehicles.shape, bool)
    is_deciding[batch.epoch, batch.decider] = True
    free_in_s = np.maximum(vehicles["free_s"] - batch.time_s[:, None], 0.0) * ~is_available
    free_m = site.network.position_m[np.where(is_available, vehicles["place"], vehicles["free_place"])]
    energy_wh, capacity_wh = battery_wh(vehicles, batch.time_s[:, None]), site.fleet.battery_capacity_wh
    is_loaded = vehicles["load_units"] > 0
    return assemble(
        site,
        STATE_VEHICLE,
        vehicles.shape,
        {
            "is_available": is_available,
            "is_deciding": is_deciding,
            "is_empty_bound": (vehicles["stop_kind"] == int(PICK_UP)) & ~is_loaded,
            "is_loaded": is_loaded,
            "on_board": np.log1p(vehicles["num_on_board"]),
            "is_charging": vehicles["stop_kind"] == int(CHARGE),
            "free_in": free_in_s,
            "free_x": free_m[..., 0],
            "free_y": free_m[..., 1],
            "battery": battery_share(energy_wh, np.broadcast_to(capacity_wh, energy_wh.shape)),
        },
    )


def task_states(
    site: Site, batch: EpochBatch
) -> tuple[Float[np.ndarray, "epoch task state_task_feature"], Bool[np.ndarray, "epoch task"]]:
    """
    Return the pending tasks of each epoch, and which entries hold one.

    Parameters
    ----------
    site
        The site.
    batch
        The epochs.
    """
    first = len(site.chargers) + len(site.parking) + 1
    stops, open_tasks = batch.stops[:, first:], batch.open_tasks[:, first:]
    mask, time_s = batch.is_pick_up[:, first:], batch.time_s[:, None]
    haul_s = site.network.travel_time_s[:, stops["place"], stops["destination"]].min(axis=0)  # by those who can
    task_s = stops["handling_s"] + haul_s
    slack_s = np.where(mask, stops["due_s"] - time_s - task_s, np.inf)
    if slack_s.shape[1] > MAX_STATE_TASKS:
        keep = np.argsort(slack_s, axis=1, kind="stable")[:, :MAX_STATE_TASKS]
        stops, open_tasks, mask, task_s, slack_s = (
            np.take_along_axis(values, keep, axis=1) for values in (stops, open_tasks, mask, task_s, slack_s)
        )
    position_m = site.network.position_m[stops["place"]]
    features = assemble(
        site,
        STATE_TASK,
        mask.shape,
        {
            "age": time_s - stops["release_s"],
            "slack": np.where(mask, slack_s, 0.0),
            "is_late": slack_s < 0,
            "weight": stops["weight"] / open_tasks / site.mean_weight,
            "task_time": task_s,
            "x": position_m[..., 0],
            "y": position_m[..., 1],
        },
    )
    features[~mask] = 0.0
    return features, mask


def site_state(site: Site, batch: EpochBatch) -> Float[np.ndarray, "epoch state_site_feature"]:
    """
    Return the site of each epoch as a whole.

    Parameters
    ----------
    site
        The site.
    batch
        The epochs.
    """
    stops, num_vehicles = batch.stops, batch.vehicles.shape[1]
    stations = [station.place for station in site.stations]
    weight = np.where(batch.is_pick_up, stops["weight"] / batch.open_tasks, 0.0) / site.mean_weight
    is_late = stops["due_s"] < batch.time_s[:, None] + site.mean_task_s
    return assemble(
        site,
        STATE_SITE,
        batch.time_s.shape,
        {
            "pending": batch.num_pending / num_vehicles,
            "pending_weight": weight.sum(axis=1) / num_vehicles,
            "late_weight": (weight * is_late).sum(axis=1) / num_vehicles,
            "available": batch.vehicles["is_available"].mean(axis=1),
            "queue": batch.queue_s[:, stations].sum(axis=1) / max(len(stations), 1),
            "demand_left": np.maximum(site.horizon.demand_s - batch.time_s, 0.0),
            "time": batch.time_s,
        },
    )
