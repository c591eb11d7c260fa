"""What a stop does to the tour through what is on board: an estimate by nearest neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from qmix_logistics.environment.epoch_batch import EpochBatch
from qmix_logistics.simulation import Site


@dataclass(frozen=True, slots=True)
class Tours:
    """
    The tour through what is on board and a candidate, beside the tour without it.

    Parameters
    ----------
    longer_s
        How much later it ends.
    ride_s
        Until the candidate's task is dropped off.
    delay
        Later drop-offs of what is on board, in mean weights times mean task times.
    lateness
        How much of that comes after they were due.
    """

    longer_s: Float[np.ndarray, "row slot"]
    ride_s: Float[np.ndarray, "row slot"]
    delay: Float[np.ndarray, "row slot"]
    lateness: Float[np.ndarray, "row slot"]


def tours_with(
    site: Site,
    batch: EpochBatch,
    chosen: Shaped[np.ndarray, "row slot"],
    is_pick_up: Bool[np.ndarray, "row slot"],
    is_drop_off: Bool[np.ndarray, "row slot"],
    arrival_s: Float[np.ndarray, "row slot"],
    task_s: Float[np.ndarray, "row slot"],
) -> Tours:
    """
    Return what each candidate does to its vehicle's tour: it comes next, then always the nearest drop-off.

    Parameters
    ----------
    site
        The site.
    batch
        The epochs.
    chosen
        The candidates' records of type ``STOP``.
    is_pick_up, is_drop_off
        Which of them are these.
    arrival_s, task_s
        Time until each is reached, and from there until its task is done if nothing comes in between.
    """
    is_work = is_pick_up | is_drop_off
    alone_s, nothing = np.where(is_work, arrival_s + task_s, 0.0), np.zeros(is_work.shape)
    if batch.carried is None or not batch.num_carried.any():
        return Tours(alone_s, alone_s, nothing, nothing)
    longer_s, ride_s, delay, lateness = alone_s.copy(), alone_s.copy(), nothing.copy(), nothing.copy()
    rows = batch.num_carried.nonzero()[0]
    carried, aboard = batch.carried[rows], np.arange(batch.carried.shape[1]) < batch.num_carried[rows, None]
    speed_class = site.fleet.class_index[batch.decider[rows]]
    here = batch.vehicles["place"][batch.epoch[rows], batch.decider[rows]]
    before_s = nearest_first(site, speed_class, here, np.zeros(len(rows)), carried, aboard)
    due_in_s = np.minimum(carried["due_s"], carried["drop_off_until_s"]) - batch.time_s[batch.epoch[rows], None]
    ends_s = np.where(aboard, before_s, 0.0).max(axis=1)
    row, slot = is_work[rows].nonzero()
    stops, is_taken = chosen[rows[row], slot], is_pick_up[rows[row], slot]
    with_it = np.concatenate([carried[row], np.zeros((len(row), 1), carried.dtype)], axis=1)
    with_it["destination"][:, -1], with_it["mean_drop_off_s"][:, -1] = stops["destination"], stops["handling_s"] / 2
    left = np.concatenate([aboard[row] & (carried["task"][row] != stops["task"][:, None]), is_taken[:, None]], axis=1)
    there_s = arrival_s[rows[row], slot]
    leaves_s = there_s + np.where(is_taken, stops["handling_s"] / 2, stops["handling_s"])
    after_s = nearest_first(site, speed_class[row], stops["place"], leaves_s, with_it, left)
    is_other, later_s = left[:, :-1], after_s[:, :-1] - before_s[row]
    unit = site.mean_weight * site.mean_task_s
    weight = carried["weight"][row] * carried["is_open"][row] / unit
    late_before_s = np.maximum(before_s - due_in_s, 0.0)[row]
    late_after_s = np.maximum(after_s[:, :-1] - due_in_s[row], 0.0)
    at = rows[row], slot
    longer_s[at] = np.where(left, after_s, leaves_s[:, None]).max(axis=1) - ends_s[row]
    ride_s[at] = np.where(is_taken, after_s[:, -1], there_s)
    delay[at] = np.where(is_other, weight * later_s, 0.0).sum(axis=1)
    lateness[at] = np.where(is_other, weight * (late_after_s - late_before_s), 0.0).sum(axis=1)
    return Tours(longer_s, ride_s, delay, lateness)


def nearest_first(
    site: Site,
    speed_class: Int[np.ndarray, " tour"],
    start: Int[np.ndarray, " tour"],
    start_s: Float[np.ndarray, " tour"],
    tasks: Shaped[np.ndarray, "tour carried"],
    mask: Bool[np.ndarray, "tour carried"],
) -> Float[np.ndarray, "tour carried"]:
    """
    Return when each task is dropped off if the nearest drop-off always comes next; 0 where there is none.

    Parameters
    ----------
    site
        The site.
    speed_class
        Class of each tour's vehicle.
    start, start_s
        Where and when the tour begins.
    tasks
        Records of type ``KNOWN_TASK``.
    mask
        Which entries hold one.
    """
    travel_s, ends = site.network.travel_time_s, tasks["destination"]
    left, place, time_s = mask.copy(), start.copy(), start_s.astype(float)
    dropped_s, tours = np.zeros(mask.shape), np.arange(len(mask))
    for _ in range(int(mask.sum(axis=1).max(initial=0))):
        way_s = np.where(left, travel_s[speed_class[:, None], place[:, None], ends], np.inf)
        nearest = way_s.argmin(axis=1)
        goes = left[tours, nearest]
        time_s = np.where(goes, time_s + way_s[tours, nearest], time_s)
        dropped_s[tours[goes], nearest[goes]] = time_s[goes]
        time_s = np.where(goes, time_s + tasks["mean_drop_off_s"][tours, nearest], time_s)
        place = np.where(goes, ends[tours, nearest], place)
        left[tours, nearest] = False
    return dropped_s
