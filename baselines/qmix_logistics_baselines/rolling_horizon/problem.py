"""The routing problem of an instant, in whole numbers: the only place where they are rounded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from qmix_logistics.simulation import DecisionEpoch, Site
from qmix_logistics_baselines.rolling_horizon.planned import others, pending_tasks, tasks_on_board
from qmix_logistics_baselines.rolling_horizon.stops import Stops, loads_of, ways_of

TICKS_PER_S = 10
ROUNDING = 1e-6
"""What a trip may exceed its whole ticks by; else it takes one more, so that no window is missed by a rounding."""
COST_OF_MEAN_WEIGHT = 1000
"""What a tick of an open order of mean weight costs in the solver's units."""
COST_OF_METRE = 1000
"""What a metre costs in them where open and late orders cost nothing."""
FARTHEST_M = 10_000_000
"""Then a task that is left out costs as much as this way."""
NEVER_S = 6 * 3600
"""A task that is left out costs as much as if it were done after this time."""
NO_TICK = 2**40
"""A latest time that there is not."""
MOST_CANDIDATES = 10
"""Vehicles that a plan may give a task to that can be neither lost nor declined: those that can be there first. Plans
for 20 vehicles then take two thirds of the time, those for 50 less than a third (docs/background/baselines.md)."""


@dataclass(frozen=True, slots=True)
class RoutingProblem:
    """
    Which vehicle makes which stops in which order. Times are ticks from now.

    Stops are ``num_whole`` pending tasks that no one may take but vehicles that carry one at a time: they are done in
    one go; or all of them are loaded where all vehicles stand empty, as in the classic problems, and the stops are
    their drop-offs; the pick-ups of ``num_pairs`` other pending tasks; their drop-offs in the same order; and the
    drop-offs of what is on board, of each vehicle in the order in which it was loaded. Nodes are the stops, then where
    each vehicle becomes free, then where each ends.

    Parameters
    ----------
    vehicles
        Numbers of the vehicles: the deciders, then others.
    tasks
        Number of each stop's task.
    num_whole, num_pairs
        Pending tasks of either kind.
    carrier
        Row of the vehicle that has a stop's task on board, or -1.
    free_in
        Ticks until each vehicle is free.
    alike
        Which of the matrices below is each vehicle's: that of its class.
    transit
        Ticks from beginning the work at one node until being at another.
    travel_cost
        Cost of the way.
    earliest, latest
        Ticks between which work at a stop may begin.
    due
        Ticks until which it must begin for the task to be done when due; negative if it is too late.
    open_cost, late_cost
        Cost of each tick until work at a stop begins, and of each after ``due``; none for pick-ups of pairs.
    left_out_cost
        Cost of not doing a pending task.
    may_take
        Which vehicle may take which pending task.
    loads
        What a stop adds to the load, by unit of load: the number of tasks first. Nothing for tasks done in one go.
    capacities
        What a vehicle may carry.
    is_lifo
        Which vehicles unload what they loaded last first.
    is_loaded_first
        Whether all pending tasks are loaded before the vehicles set out.
    """

    vehicles: Int[np.ndarray, " vehicle"]
    tasks: Int[np.ndarray, " stop"]
    num_whole: int
    num_pairs: int
    carrier: Int[np.ndarray, " stop"]
    free_in: Int[np.ndarray, " vehicle"]
    alike: Int[np.ndarray, " vehicle"]
    transit: Int[np.ndarray, "class node node"]
    travel_cost: Int[np.ndarray, "class node node"]
    earliest: Int[np.ndarray, " stop"]
    latest: Int[np.ndarray, " stop"]
    due: Int[np.ndarray, " stop"]
    open_cost: Int[np.ndarray, " stop"]
    late_cost: Int[np.ndarray, " stop"]
    left_out_cost: Int[np.ndarray, " pending"]
    may_take: Bool[np.ndarray, "vehicle pending"]
    loads: Int[np.ndarray, "unit stop"]
    capacities: Int[np.ndarray, "unit vehicle"]
    is_lifo: Bool[np.ndarray, " vehicle"]
    is_loaded_first: bool = False

    @property
    def num_pending(self) -> int:
        """Pending tasks; the first stops are theirs."""
        return self.num_whole + self.num_pairs


def routing_problem(site: Site, epoch: DecisionEpoch, max_tasks: int, travel_weight: float = 1.0) -> RoutingProblem:
    """
    Return the problem of routing the fleet through what is on board and what is pending and most urgent.

    Parameters
    ----------
    site
        The site.
    epoch
        The epoch.
    max_tasks
        How many pending tasks at most.
    travel_weight
        The price of travel over that of the objective.
    """
    vehicles = np.concatenate([epoch.deciders, others(site, epoch)])
    known, states = epoch.snapshot.known, epoch.snapshot.vehicles[vehicles]
    pending, may, is_whole = pending_tasks(site, epoch, vehicles, max_tasks)
    carried, carrier = tasks_on_board(site, epoch, vehicles)
    is_loaded_first = _is_loaded_first(site, states, pending, len(carried))
    is_whole |= is_loaded_first
    pairs, num_whole, num_pairs = pending[~is_whole], int(is_whole.sum()), int((~is_whole).sum())
    tasks = np.concatenate([pending, pairs, known.of(carried)])
    number = np.arange(len(tasks))
    is_pick_up = (number >= num_whole) & (number < len(pending))
    stops = Stops(tasks, number < num_whole, is_pick_up, is_loaded_first)
    classes, alike = np.unique(site.fleet.class_index[vehicles], return_inverse=True)
    work_s = stops.work_s(site, site.approach_s)
    starts = np.where(states["is_available"], states["place"], states["free_place"])
    distance_m, travel_s = ways_of(site, vehicles, stops, starts, site.approach_s)
    transit_s = travel_s + np.pad(work_s[classes], ((0, 0), (0, 2 * len(vehicles))))[:, :, None]
    units = _cost_units(site)
    open_cost, late_cost = _prices(site, epoch, tasks, is_pick_up, units)
    per_km = site.objective.travel_cost_per_km
    quickest_s = work_s[classes].min(axis=0)
    earliest_s, latest_s = stops.window_s(quickest_s)
    latest_s[len(pending) + num_pairs :] = np.inf  # what is on board must get off, however late
    done = np.concatenate([np.arange(num_whole), np.arange(len(pending), len(pending) + num_pairs)])
    loads, capacities = loads_of(site, epoch, vehicles, stops)
    free_in = _ticks(np.where(states["is_available"], 0.0, np.maximum(states["free_s"] - epoch.time_s, 0.0)))
    transit = np.ceil(transit_s * TICKS_PER_S - ROUNDING).astype(np.int64)
    arrival = free_in[:, None] + transit[alike, len(tasks) + np.arange(len(vehicles)), : len(pending)]
    return RoutingProblem(
        vehicles=vehicles,
        tasks=tasks["task"].copy(),
        num_whole=num_whole,
        num_pairs=num_pairs,
        carrier=np.concatenate([np.full(len(tasks) - len(carried), -1), carrier]),
        free_in=free_in,
        alike=alike,
        transit=transit,
        travel_cost=np.rint(distance_m * travel_weight * per_km / 1000 * units).astype(np.int64),
        earliest=_ticks(np.maximum(earliest_s - epoch.time_s, 0.0)),
        latest=np.where(np.isfinite(latest_s), _ticks(np.nan_to_num(latest_s, posinf=0.0) - epoch.time_s), NO_TICK),
        due=_ticks(tasks["due_s"] - epoch.time_s - quickest_s),
        open_cost=open_cost.astype(np.int64),
        late_cost=late_cost.astype(np.int64),
        left_out_cost=_left_out_cost(site, epoch, pending, (np.maximum(open_cost, 1) + late_cost)[done], units),
        may_take=_candidates(may, pending, arrival),
        loads=loads,
        capacities=capacities,
        is_lifo=np.array([site.fleet.classes[number].unloading == "lifo" for number in vehicles.tolist()], bool),
        is_loaded_first=is_loaded_first,
    )


def _is_loaded_first(
    site: Site,
    states: Shaped[np.ndarray, " vehicle"],
    pending: Shaped[np.ndarray, " pending"],
    num_carried: int,
) -> bool:
    """Tell whether all begin where all vehicles stand empty, and loading takes no time: the way decides alone."""
    if not len(pending) or num_carried or not states["is_available"].all():
        return False
    return (
        site.max_tasks_on_board > 1
        and all(vehicle_class.max_tasks_on_board > 1 for vehicle_class in site.fleet.classes)
        and not any(vehicle_class.unloading == "lifo" for vehicle_class in site.fleet.classes)
        and set(states["place"].tolist()) == set(pending["origin"].tolist())
        and len(set(pending["origin"].tolist())) == 1
        and not pending["mean_pick_up_s"].any()
        and not np.isfinite(pending["pick_up_until_s"]).any()
        and not pending["pick_up_from_s"].any()
    )


def _prices(
    site: Site,
    epoch: DecisionEpoch,
    tasks: Shaped[np.ndarray, " stop"],
    is_pick_up: Bool[np.ndarray, " stop"],
    units: float,
) -> tuple[Float[np.ndarray, " stop"], Float[np.ndarray, " stop"]]:
    """Return what a tick costs in which the order of a stop is open, and in which it is late."""
    weight = tasks["weight"] / np.maximum(epoch.snapshot.open_tasks[tasks["order"]], 1) * tasks["is_open"]
    weight[is_pick_up] = 0.0
    objective, per_tick = site.objective, units / TICKS_PER_S / 3600
    open_cost = np.rint(weight * objective.open_order_cost_per_h * per_tick)
    late_cost = np.rint(weight * objective.late_order_cost_per_h * per_tick)
    # Where orders to come may be late, whoever dawdles now pays later, even if no rate says so.
    has_price = objective.open_order_cost_per_h > 0 or objective.late_order_cost_per_h > 0
    return np.maximum(open_cost, (weight > 0) & has_price), late_cost


def _left_out_cost(
    site: Site,
    epoch: DecisionEpoch,
    pending: Shaped[np.ndarray, " pending"],
    rate: Float[np.ndarray, " pending"],
    units: float,
) -> Int[np.ndarray, " pending"]:
    """The price of declining or losing an order where that may be, else one above any lateness."""
    objective, share = site.objective, pending["weight"] / np.maximum(epoch.snapshot.open_tasks[pending["order"]], 1)
    price = rate * NEVER_S * TICKS_PER_S
    if objective.open_order_cost_per_h == objective.late_order_cost_per_h == 0:
        price[:] = FARTHEST_M * COST_OF_METRE
    price = np.where(_may_be_lost(pending), objective.lost_order_cost * share * units, price)
    price = np.where(pending["is_declinable"], objective.declined_order_cost * share * units, price)
    return np.rint(price).astype(np.int64)


def _may_be_lost(pending: Shaped[np.ndarray, " pending"]) -> Bool[np.ndarray, " pending"]:
    return np.isfinite(pending["drop_off_until_s"]) | np.isfinite(pending["pick_up_until_s"])


def _candidates(
    may: Bool[np.ndarray, "vehicle pending"],
    pending: Shaped[np.ndarray, " pending"],
    arrival: Int[np.ndarray, "vehicle pending"],
) -> Bool[np.ndarray, "vehicle pending"]:
    """Tell who is tried for a task: all who may, if it can be lost or declined; else those who are there first."""
    arrival = np.where(may, arrival, NO_TICK)
    is_there_first = arrival <= np.sort(arrival, axis=0)[:MOST_CANDIDATES][-1:]
    return may & (is_there_first | pending["is_declinable"] | _may_be_lost(pending))


def _ticks(time_s: Float[np.ndarray, "*any"]) -> Int[np.ndarray, "*any"]:
    return np.rint(time_s * TICKS_PER_S).astype(np.int64)


def _cost_units(site: Site) -> float:
    """Return the solver's units for one unit of cost."""
    rate_per_h = max(site.objective.open_order_cost_per_h, site.objective.late_order_cost_per_h)
    if rate_per_h > 0:
        return COST_OF_MEAN_WEIGHT * TICKS_PER_S * 3600 / (site.mean_weight * rate_per_h)
    return COST_OF_METRE * 1000 / max(site.objective.travel_cost_per_km, 1e-3)
