"""The routing problem of an instant, in whole numbers: the only place where they are rounded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from qmix_logistics.environment.estimates import work_index, work_times
from qmix_logistics.simulation import DecisionEpoch, Site
from qmix_logistics_baselines.matching import busy_vehicles, may_take

TICKS_PER_S = 10
COST_OF_MEAN_WEIGHT = 1000
"""What a tick of waiting of an order of mean weight costs in the solver's units."""
NEVER_S = 6 * 3600
"""A task that is left out costs as much as if it were done after this time."""


@dataclass(frozen=True, slots=True)
class RoutingProblem:
    """
    Which vehicle does which tasks in which order. Times are ticks from now.

    Nodes are the tasks, then the place where each vehicle becomes free, then an end that costs nothing to reach.

    Parameters
    ----------
    vehicles
        Numbers of the vehicles: the deciders, then busy ones.
    tasks
        Numbers of the tasks.
    free_in
        Ticks until each vehicle is free.
    transit
        Ticks from being at one node until being at another, the work at the first included, by vehicle.
    travel_cost
        Cost of the way, by vehicle.
    waiting_cost
        Cost of each tick until a task is picked up.
    late_cost
        On top for each tick after ``latest``.
    latest
        Ticks until which a task must be picked up to be done when due; negative if it is too late.
    left_out_cost
        Cost of not doing a task.
    may_take
        Which vehicle may take which task.
    """

    vehicles: Int[np.ndarray, " vehicle"]
    tasks: Int[np.ndarray, " task"]
    free_in: Int[np.ndarray, " vehicle"]
    transit: Int[np.ndarray, "vehicle node node"]
    travel_cost: Int[np.ndarray, "vehicle node node"]
    waiting_cost: Int[np.ndarray, " task"]
    late_cost: Int[np.ndarray, " task"]
    latest: Int[np.ndarray, " task"]
    left_out_cost: Int[np.ndarray, " task"]
    may_take: Bool[np.ndarray, "vehicle task"]


def routing_problem(site: Site, epoch: DecisionEpoch, max_tasks: int) -> RoutingProblem:
    """
    Return the problem of routing the deciders and the busy vehicles through the most urgent tasks.

    Parameters
    ----------
    site
        The site.
    epoch
        The epoch; at least one task is pending.
    max_tasks
        How many tasks at most.
    """
    vehicles = np.concatenate([epoch.deciders, busy_vehicles(site, epoch)])
    times = work_times(site, epoch, vehicles)
    index = work_index(site, epoch, times, lookahead=2.0)[:, : epoch.num_pending]
    chosen = np.sort(np.argsort(-index.max(axis=0), kind="stable")[:max_tasks])
    pick_ups = epoch.stops[epoch.pick_ups][chosen]
    task_s = times.task_s[:, chosen]
    states = epoch.snapshot.vehicles[vehicles]
    free_in_s = np.where(states["is_available"], 0.0, np.maximum(states["free_s"] - epoch.time_s, 0.0))
    weight = pick_ups["weight"] / epoch.snapshot.open_tasks[pick_ups["order"]]
    objective, per_tick = site.objective, _cost_units(site) / TICKS_PER_S / 3600
    waiting = np.maximum(np.rint(weight * objective.open_order_cost_per_h * per_tick), 1)
    late = np.rint(weight * objective.late_order_cost_per_h * per_tick)
    starts = np.where(states["is_available"], states["place"], states["free_place"])
    distance_m, travel_s = _ways(site, vehicles, starts, pick_ups["place"], pick_ups["destination"])
    work_s = np.concatenate([task_s, np.zeros((len(vehicles), len(vehicles) + 1))], axis=1)
    transit_s = travel_s + work_s[:, :, None]
    transit_s[:, :, -1] = 0.0
    return RoutingProblem(
        vehicles=vehicles,
        tasks=pick_ups["task"].copy(),
        free_in=_ticks(free_in_s),
        transit=_ticks(transit_s),
        travel_cost=np.rint(distance_m * objective.travel_cost_per_km / 1000 * _cost_units(site)).astype(np.int64),
        waiting_cost=waiting.astype(np.int64),
        late_cost=late.astype(np.int64),
        latest=_ticks(pick_ups["due_s"] - epoch.time_s - task_s.min(axis=0)),
        left_out_cost=((waiting + late) * NEVER_S * TICKS_PER_S).astype(np.int64),
        may_take=may_take(site, epoch, vehicles)[:, chosen],
    )


def _ticks(time_s: Float[np.ndarray, "*any"]) -> Int[np.ndarray, "*any"]:
    return np.rint(time_s * TICKS_PER_S).astype(np.int64)


def _cost_units(site: Site) -> float:
    """Return the solver's units for one unit of cost."""
    per_tick = site.mean_weight * max(site.objective.open_order_cost_per_h, site.objective.late_order_cost_per_h, 1e-9)
    return COST_OF_MEAN_WEIGHT * TICKS_PER_S * 3600 / per_tick


def _ways(
    site: Site,
    vehicles: Int[np.ndarray, " vehicle"],
    starts: Int[np.ndarray, " vehicle"],
    origins: Int[np.ndarray, " task"],
    destinations: Int[np.ndarray, " task"],
) -> tuple[Float[np.ndarray, "vehicle node node"], Float[np.ndarray, "vehicle node node"]]:
    """Distance and time from where a node is left to where another begins; 0 to the end."""
    leave = np.concatenate([destinations, starts, starts[:1]])
    begin = np.concatenate([origins, starts, starts[:1]])
    classes = site.fleet.class_index[vehicles][:, None, None]
    distance_m = site.network.distance_m[classes, leave[:, None], begin]
    travel_s = site.network.travel_time_s[classes, leave[:, None], begin]
    distance_m[:, :, -1] = travel_s[:, :, -1] = 0.0
    return distance_m, travel_s
