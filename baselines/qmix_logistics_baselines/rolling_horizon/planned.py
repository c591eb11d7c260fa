"""Who is routed, and through which tasks."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int, Shaped

from qmix_logistics.environment.estimates import work_index, work_times
from qmix_logistics.simulation import DROP_OFF, PICK_UP, DecisionEpoch, Site
from qmix_logistics_baselines.matching import busy_vehicles, may_take


def others(site: Site, epoch: DecisionEpoch) -> Int[np.ndarray, " vehicle"]:
    """
    Return who carries something, waits, or will be free for another task without charging first.

    Parameters
    ----------
    site
        The site.
    epoch
        The epoch; its deciders are not among the others.
    """
    loaded = np.array([len(tasks) > 0 for tasks in epoch.snapshot.on_board])
    waits = epoch.snapshot.vehicles["is_available"] & (site.max_tasks_on_board > 1)
    if epoch.is_heard is not None:
        waits &= epoch.is_heard
    found = np.union1d(busy_vehicles(site, epoch), np.flatnonzero(loaded | waits)).astype(int)
    return np.setdiff1d(found, epoch.deciders)


def pending_tasks(
    site: Site, epoch: DecisionEpoch, vehicles: Int[np.ndarray, " vehicle"], max_tasks: int
) -> tuple[Shaped[np.ndarray, " pending"], Bool[np.ndarray, "vehicle pending"], Bool[np.ndarray, " pending"]]:
    """
    Return the most urgent pending tasks, who may take them, and which are done in one go; those come first.

    Parameters
    ----------
    site
        The site.
    epoch
        The epoch.
    vehicles
        Numbers of those who are routed.
    max_tasks
        How many tasks at most.
    """
    index = work_index(site, epoch, work_times(site, epoch, vehicles), lookahead=2.0)[:, : epoch.num_pending]
    chosen = np.argsort(-index.max(axis=0), kind="stable")[:max_tasks] if len(vehicles) else np.zeros(0, int)
    chosen = chosen[np.argsort(epoch.stops["task"][epoch.pick_ups][chosen])]
    pending = epoch.snapshot.known.of(epoch.stops["task"][epoch.pick_ups][chosen].tolist())
    classes = [site.fleet.classes[number] for number in vehicles.tolist()]
    carries_one = np.array([vehicle_class.max_tasks_on_board == 1 for vehicle_class in classes], bool)
    is_loaded = np.array([len(epoch.snapshot.on_board[number]) > 0 for number in vehicles.tolist()], bool)
    battery = np.array([vehicle_class.battery is not None for vehicle_class in classes], bool)
    obeys = (carries_one & ~is_loaded) | (battery & (np.arange(len(vehicles)) < epoch.num_deciders))
    open_to = site.network.is_open[site.fleet.class_index[vehicles]]
    may = open_to[:, pending["origin"]] & open_to[:, pending["destination"]]
    may &= pending["load_units"] <= site.fleet.capacity_units[vehicles][:, None]
    may[obeys] = may_take(site, epoch, vehicles)[:, chosen][obeys]
    is_whole = ~(may & ~carries_one[:, None]).any(axis=0)
    order = np.argsort(~is_whole, kind="stable")
    return pending[order], may[:, order], is_whole[order]


def tasks_on_board(
    site: Site, epoch: DecisionEpoch, vehicles: Int[np.ndarray, " vehicle"]
) -> tuple[list[int], Int[np.ndarray, " carried"]]:
    """
    Return the tasks that will be on board when vehicles become free, and the rows of those.

    Parameters
    ----------
    site
        The site.
    epoch
        The epoch.
    vehicles
        Numbers of those who are routed.
    """
    on_the_board = set(epoch.stops["task"][epoch.pick_ups].tolist())
    tasks, rows = [], []
    for row, number in enumerate(vehicles.tolist()):
        state, carried = epoch.snapshot.vehicles[number], list(epoch.snapshot.on_board[number])
        if not state["is_available"]:
            under_way, kind = int(state["task"]), state["stop_kind"]
            if kind == DROP_OFF and under_way in carried:
                carried.remove(under_way)
            is_free_loaded = site.fleet.classes[number].max_tasks_on_board > 1
            if kind == PICK_UP and is_free_loaded and under_way not in on_the_board.union(carried):
                carried.append(under_way)
        tasks += carried
        rows += [row] * len(carried)
    return tasks, np.array(rows, int)
