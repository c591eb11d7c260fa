"""The routing problem of an instant, in whole numbers: the only place where they are rounded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from qmix_logistics.environment.estimates import work_index, work_times
from qmix_logistics.simulation import DROP_OFF, PICK_UP, DecisionEpoch, Site, expected_wait_s
from qmix_logistics_baselines.matching import busy_vehicles, may_take

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
LOAD_PARTS = 1000
"""The largest capacity is counted in this many parts."""
NO_TICK = 2**40
"""A latest time that there is not."""


@dataclass(frozen=True, slots=True)
class RoutingProblem:
    """
    Which vehicle makes which stops in which order. Times are ticks from now.

    Stops are ``num_whole`` pending tasks that no one may take but vehicles that carry one at a time: they are done in
    one go; or all of them are loaded where all vehicles stand empty, as in the classic problems, and the stops are
    their drop-offs; the pick-ups of ``num_pairs`` other pending tasks; their drop-offs in the same order; and the
    drop-offs of what is on board. Nodes are the stops, then where each vehicle becomes free, then where each ends.

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
    transit
        Ticks from beginning the work at one node until being at another, by vehicle.
    travel_cost
        Cost of the way, by vehicle.
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
        Whether vehicles unload what they loaded last first.
    is_loaded_first
        Whether all pending tasks are loaded before the vehicles set out.
    """

    vehicles: Int[np.ndarray, " vehicle"]
    tasks: Int[np.ndarray, " stop"]
    num_whole: int
    num_pairs: int
    carrier: Int[np.ndarray, " stop"]
    free_in: Int[np.ndarray, " vehicle"]
    transit: Int[np.ndarray, "vehicle node node"]
    travel_cost: Int[np.ndarray, "vehicle node node"]
    earliest: Int[np.ndarray, " stop"]
    latest: Int[np.ndarray, " stop"]
    due: Int[np.ndarray, " stop"]
    open_cost: Int[np.ndarray, " stop"]
    late_cost: Int[np.ndarray, " stop"]
    left_out_cost: Int[np.ndarray, " pending"]
    may_take: Bool[np.ndarray, "vehicle pending"]
    loads: Int[np.ndarray, "unit stop"]
    capacities: Int[np.ndarray, "unit vehicle"]
    is_lifo: bool
    is_loaded_first: bool = False

    @property
    def num_pending(self) -> int:
        """Pending tasks; the first stops are theirs."""
        return self.num_whole + self.num_pairs


@dataclass(frozen=True, slots=True)
class _Stops:
    """Stops as records, with where their work begins and ends."""

    tasks: Shaped[np.ndarray, " stop"]
    is_whole: Bool[np.ndarray, " stop"]
    is_pick_up: Bool[np.ndarray, " stop"]
    is_loaded_first: bool

    @property
    def begin(self) -> Int[np.ndarray, " stop"]:
        if self.is_loaded_first:
            destinations: Int[np.ndarray, " stop"] = self.tasks["destination"]
            return destinations
        return np.where(self.is_whole | self.is_pick_up, self.tasks["origin"], self.tasks["destination"])

    @property
    def end(self) -> Int[np.ndarray, " stop"]:
        return np.where(self.is_pick_up, self.tasks["origin"], self.tasks["destination"])

    def work_s(self, site: Site, approach_s: Float[np.ndarray, " place"]) -> Float[np.ndarray, "class stop"]:
        """Return the time of the work at each stop, the way of those that are done in one go included."""
        tasks, travel_s = self.tasks, site.network.travel_time_s
        pick_up_s = np.where(self.is_whole | self.is_pick_up, tasks["mean_pick_up_s"], 0.0)
        drop_off_s = np.where(self.is_pick_up, 0.0, tasks["mean_drop_off_s"])
        work_s: Float[np.ndarray, "class stop"] = travel_s[:, self.begin, self.end] + pick_up_s + drop_off_s
        work_s += np.where(self.begin != self.end, approach_s[self.end], 0.0)
        return work_s

    def window_s(self, work_s: Float[np.ndarray, " stop"]) -> tuple[np.ndarray, np.ndarray]:
        """Return between which times of the day work may begin."""
        tasks, before_drop_off_s = self.tasks, work_s - self.tasks["mean_drop_off_s"]
        latest_s = np.where(self.is_pick_up, tasks["pick_up_until_s"], tasks["drop_off_until_s"])
        if self.is_loaded_first:
            return tasks["drop_off_from_s"], tasks["drop_off_until_s"]
        whole_s = np.minimum(tasks["pick_up_until_s"], tasks["drop_off_until_s"] - before_drop_off_s)
        earliest_s = np.where(self.is_pick_up | self.is_whole, tasks["pick_up_from_s"], tasks["drop_off_from_s"])
        return earliest_s, np.where(self.is_whole, whole_s, latest_s)


def routing_problem(
    site: Site,
    epoch: DecisionEpoch,
    max_tasks: int,
    travel_weight: float = 1.0,
    *,
    counts_queues: bool = False,
) -> RoutingProblem:
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
    counts_queues
        Whether to expect queues at stations as long as they are now.
    """
    vehicles = np.concatenate([epoch.deciders, _others(site, epoch)])
    known, states = epoch.snapshot.known, epoch.snapshot.vehicles[vehicles]
    pending, may, is_whole = _pending(site, epoch, vehicles, max_tasks)
    carried, carrier = _on_board(site, epoch, vehicles)
    is_loaded_first = _is_loaded_first(site, states, pending, len(carried))
    is_whole |= is_loaded_first
    pairs, num_whole, num_pairs = pending[~is_whole], int(is_whole.sum()), int((~is_whole).sum())
    tasks = np.concatenate([pending, pairs, known.of(carried)])
    number = np.arange(len(tasks))
    is_pick_up = (number >= num_whole) & (number < len(pending))
    stops = _Stops(tasks, number < num_whole, is_pick_up, is_loaded_first)
    approach_s = site.approach_s + (_queues_s(site, epoch) if counts_queues else 0.0)
    classes = site.fleet.class_index[vehicles]
    work_s = stops.work_s(site, approach_s)
    starts = np.where(states["is_available"], states["place"], states["free_place"])
    distance_m, travel_s = _ways(site, vehicles, stops, starts, approach_s)
    transit_s = travel_s + np.pad(work_s[classes], ((0, 0), (0, 2 * len(vehicles))))[:, :, None]
    units = _cost_units(site)
    weight = tasks["weight"] / np.maximum(epoch.snapshot.open_tasks[tasks["order"]], 1) * tasks["is_open"]
    weight[is_pick_up] = 0.0
    objective, per_tick = site.objective, units / TICKS_PER_S / 3600
    open_cost = np.rint(weight * objective.open_order_cost_per_h * per_tick)
    late_cost = np.rint(weight * objective.late_order_cost_per_h * per_tick)
    # Where orders to come may be late, whoever dawdles now pays later, even if no rate says so.
    has_price = objective.open_order_cost_per_h > 0 or objective.late_order_cost_per_h > 0
    quickest_s = work_s[np.unique(classes)].min(axis=0)
    earliest_s, latest_s = stops.window_s(quickest_s)
    latest_s[len(pending) + num_pairs :] = np.inf  # what is on board must get off, however late
    done = np.concatenate([np.arange(num_whole), np.arange(len(pending), len(pending) + num_pairs)])
    loads, capacities = _loads(site, epoch, vehicles, stops)
    return RoutingProblem(
        vehicles=vehicles,
        tasks=tasks["task"].copy(),
        num_whole=num_whole,
        num_pairs=num_pairs,
        carrier=np.concatenate([np.full(len(tasks) - len(carried), -1), carrier]),
        free_in=_ticks(np.where(states["is_available"], 0.0, np.maximum(states["free_s"] - epoch.time_s, 0.0))),
        transit=np.ceil(transit_s * TICKS_PER_S - ROUNDING).astype(np.int64),
        travel_cost=np.rint(distance_m * travel_weight * objective.travel_cost_per_km / 1000 * units).astype(np.int64),
        earliest=_ticks(np.maximum(earliest_s - epoch.time_s, 0.0)),
        latest=np.where(np.isfinite(latest_s), _ticks(np.nan_to_num(latest_s, posinf=0.0) - epoch.time_s), NO_TICK),
        due=_ticks(tasks["due_s"] - epoch.time_s - quickest_s),
        open_cost=np.maximum(open_cost, (weight > 0) & has_price).astype(np.int64),
        late_cost=late_cost.astype(np.int64),
        left_out_cost=_left_out_cost(site, epoch, pending, (np.maximum(open_cost, 1) + late_cost)[done], units),
        may_take=may,
        loads=loads,
        capacities=capacities,
        is_lifo=any(vehicle_class.unloading == "lifo" for vehicle_class in site.fleet.classes),
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


def _others(site: Site, epoch: DecisionEpoch) -> Int[np.ndarray, " vehicle"]:
    """Return who carries something, waits, or will be free for another task without charging first."""
    loaded = np.array([len(tasks) > 0 for tasks in epoch.snapshot.on_board])
    waits = epoch.snapshot.vehicles["is_available"] & (site.max_tasks_on_board > 1)
    if epoch.is_heard is not None:
        waits &= epoch.is_heard
    found = np.union1d(busy_vehicles(site, epoch), np.flatnonzero(loaded | waits)).astype(int)
    return np.setdiff1d(found, epoch.deciders)


def _pending(
    site: Site, epoch: DecisionEpoch, vehicles: Int[np.ndarray, " vehicle"], max_tasks: int
) -> tuple[Shaped[np.ndarray, " pending"], Bool[np.ndarray, "vehicle pending"], Bool[np.ndarray, " pending"]]:
    """Return the most urgent pending tasks, who may take them, and which are done in one go; those come first."""
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


def _on_board(
    site: Site, epoch: DecisionEpoch, vehicles: Int[np.ndarray, " vehicle"]
) -> tuple[list[int], Int[np.ndarray, " carried"]]:
    """Return the tasks that will be on board when vehicles become free, and the rows of those."""
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


def _ways(
    site: Site,
    vehicles: Int[np.ndarray, " vehicle"],
    stops: _Stops,
    starts: Int[np.ndarray, " vehicle"],
    approach_s: Float[np.ndarray, " place"],
) -> tuple[Float[np.ndarray, "vehicle node node"], Float[np.ndarray, "vehicle node node"]]:
    """Distance, and time with docking, from where a node is left to where another begins; an end costs the way home."""
    returns = np.array([site.fleet.classes[number].returns_home for number in vehicles.tolist()], bool)
    homes = np.where(returns, site.fleet.home[vehicles], starts)
    leave, begin = (np.concatenate([places, starts, homes]) for places in (stops.end, stops.begin))
    classes, first_end = site.fleet.class_index[vehicles][:, None, None], len(leave) - len(vehicles)
    distance_m = site.network.distance_m[classes, leave[:, None], begin]
    travel_s = site.network.travel_time_s[classes, leave[:, None], begin]
    travel_s += np.where(leave[:, None] != begin, approach_s[begin], 0.0)
    travel_s[:, :, first_end:] = 0.0
    distance_m[:, :, first_end:][:, :, ~returns] = 0.0
    return distance_m, travel_s


def _queues_s(site: Site, epoch: DecisionEpoch) -> Float[np.ndarray, " place"]:
    found = np.zeros(site.network.num_places)
    found[epoch.snapshot.stations["place"]] = expected_wait_s(epoch.snapshot.stations)
    return found


def _loads(
    site: Site, epoch: DecisionEpoch, vehicles: Int[np.ndarray, " vehicle"], stops: _Stops
) -> tuple[Int[np.ndarray, "unit stop"], Int[np.ndarray, "unit vehicle"]]:
    """Return the number of tasks, then each unit of load in parts of the largest capacity, rounded up."""
    whole = 1 if stops.is_loaded_first else 0
    sign, tasks = np.where(stops.is_whole, whole, np.where(stops.is_pick_up, 1, -1)), stops.tasks
    units = np.concatenate(
        [tasks["load_units"][:, None], epoch.snapshot.known.more_loads(tasks["task"].tolist())], axis=1
    )
    most = np.array([site.fleet.classes[number].max_tasks_on_board for number in vehicles.tolist()], int)
    loads, capacities = [sign], [most]
    for unit in range(units.shape[1]):
        limit = site.fleet.capacities_units[vehicles, unit]
        if np.isfinite(limit).all() and len(limit):
            part = limit.max() / LOAD_PARTS
            loads.append(sign * np.ceil(units[:, unit] / part - 1e-6).astype(np.int64))
            capacities.append(np.floor(limit / part + 1e-6).astype(np.int64))
    return np.array(loads, np.int64), np.array(capacities, np.int64)


def _left_out_cost(
    site: Site,
    epoch: DecisionEpoch,
    pending: Shaped[np.ndarray, " pending"],
    rate: Float[np.ndarray, " pending"],
    units: float,
) -> Int[np.ndarray, " pending"]:
    """The price of declining or losing an order where that may be, else one above any lateness."""
    objective, share = site.objective, 1 / np.maximum(epoch.snapshot.open_tasks[pending["order"]], 1)
    price = rate * NEVER_S * TICKS_PER_S
    if objective.open_order_cost_per_h == objective.late_order_cost_per_h == 0:
        price[:] = FARTHEST_M * COST_OF_METRE
    may_lose = np.isfinite(pending["drop_off_until_s"]) | np.isfinite(pending["pick_up_until_s"])
    price = np.where(may_lose, objective.lost_order_cost * share * units, price)
    price = np.where(pending["is_declinable"], objective.declined_order_cost * share * units, price)
    return np.rint(price).astype(np.int64)


def _ticks(time_s: Float[np.ndarray, "*any"]) -> Int[np.ndarray, "*any"]:
    return np.rint(time_s * TICKS_PER_S).astype(np.int64)


def _cost_units(site: Site) -> float:
    """Return the solver's units for one unit of cost."""
    rate_per_h = max(site.objective.open_order_cost_per_h, site.objective.late_order_cost_per_h)
    if rate_per_h > 0:
        return COST_OF_MEAN_WEIGHT * TICKS_PER_S * 3600 / (site.mean_weight * rate_per_h)
    return COST_OF_METRE * 1000 / max(site.objective.travel_cost_per_km, 1e-3)
