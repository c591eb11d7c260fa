"""The best plan that is known for a day, with hindsight: what any policy could have done at most, as far as we know."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from qmix_logistics.simulation import (
    CHARGE,
    DROP_OFF,
    NO_TASK,
    PICK_UP,
    Day,
    DayRecords,
    OrderStatus,
    Simulator,
    Site,
    StopKind,
)
from qmix_logistics_baselines.plan_following import PlanFollowingPolicy, PlannedStop

Routes = Mapping[int, Sequence[PlannedStop]]
"""Stops by number of vehicle."""

TRIED_PLACES = 4
"""A move takes the place with the shortest detour of at most so many that it draws."""
EARLIER_SHARE = 0.5
"""Share of moves that look for a place before the present one."""
SINGLE_SHARE = 0.7
"""Share of moves of one task; the others take two or more, to get out of where no single one is better."""
DECLINING_SHARE = 0.1
"""Share of moves of an order that may be declined that do."""
SAME_VEHICLE_SHARE = 0.2
"""Share of moves that at least leave the task with its vehicle."""


@dataclass(frozen=True, slots=True)
class DayPlan:
    """
    What vehicles did, or shall do, in a day.

    Parameters
    ----------
    routes
        Stops of each vehicle.
    declined
        Orders that are declined.
    """

    routes: Routes
    declined: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """
    A plan with what it costs.

    Parameters
    ----------
    plan
        The plan.
    cost
        Of the day, simulated.
    started_from
        Number of the plan from which it was found.
    """

    plan: DayPlan
    cost: float
    started_from: int


def plan_of_records(site: Site, records: DayRecords) -> DayPlan:
    """
    Return the plan that a day's records tell of, with the time and the way of every stop.

    Parameters
    ----------
    site
        The site.
    records
        What happened.
    """
    vehicles = {name: number for number, name in enumerate(site.fleet.names)}
    places = {name: number for number, name in enumerate(site.network.names)}
    routes: dict[int, list[PlannedStop]] = {}
    for vehicle, chosen_s, kind, place, task, way in records.stops:
        stop = PlannedStop(kind, NO_TASK if task is None else task, places[place], way, chosen_s)
        routes.setdefault(vehicles[vehicle], []).append(stop)
    routes = dict(sorted(routes.items()))
    declined = tuple(order.order for order in records.orders if order.status is OrderStatus.DECLINED)
    return DayPlan(routes, declined)


def replay(simulator: Simulator, day: Day, plan: DayPlan, cost_limit: float = math.inf) -> DayRecords | None:
    """
    Simulate a plan; None if it costs more than a limit.

    Parameters
    ----------
    simulator
        Where.
    day
        The day.
    plan
        The plan.
    cost_limit
        Simulation ends as soon as the day has cost more.
    """
    policy = PlanFollowingPolicy(plan.routes, day.orders["release_s"][day.tasks["order"]], plan.declined)
    policy.reset(simulator.site, np.random.default_rng(0))
    epoch = simulator.reset(day)
    while epoch.end is None:
        if simulator.total_cost > cost_limit:
            return None
        epoch = simulator.advance(policy.decide(epoch))
    records = simulator.records()
    return records if records.total_cost <= cost_limit else None


def best_known(site: Site, day: Day, plans: Sequence[DayPlan], num_moves: int, rng: np.random.Generator) -> Found:
    """
    Return the cheapest of some plans, improved by moving tasks; every move is judged by simulating the day.

    A move takes a task, those with a costly order more often, out of its vehicle's route, and puts it into another's
    or back at another time, or declines its order if that may be. Moves that cost no more are kept. Vehicles whose
    route is changed set out as soon as they can; after an order is declined they keep their times.

    Parameters
    ----------
    site
        The site.
    day
        The day, all of it.
    plans
        Where to begin, such as what policies did; at least one.
    num_moves
        How many moves are tried.
    rng
        For the moves.
    """
    simulator = Simulator(site, is_recording=False)
    best, cost, start = plans[0], math.inf, 0
    records: DayRecords | None = None
    for number, plan in enumerate(plans):
        played = replay(simulator, day, plan, cost)
        if played is not None and played.total_cost < cost:
            best, cost, start, records = plan, played.total_cost, number, played
    if records is None or not len(day.tasks):
        return Found(best, cost, start)
    moves = _Moves(site, day, rng)
    moves.look_at(best, records)
    first = [_at_once(best, keeps_charging=keeps) for keeps in (True, False)]
    for number in range(num_moves):
        candidate = first[number] if number < len(first) else moves.draw()
        played = replay(simulator, day, candidate, cost) if candidate is not None else None
        if played is not None and candidate is not None:
            best, cost = candidate, played.total_cost
            moves.look_at(best, played)
    return Found(best, cost, start)


def _at_once(plan: DayPlan, *, keeps_charging: bool) -> DayPlan:
    """Return a plan without times, and without charging and parking other than when there is nothing else to do."""
    kept = (PICK_UP, DROP_OFF, CHARGE) if keeps_charging else (PICK_UP, DROP_OFF)
    routes = {number: [_untimed(stop) for stop in stops if stop.kind in kept] for number, stops in plan.routes.items()}
    return DayPlan(routes, plan.declined)


def _untimed(stop: PlannedStop) -> PlannedStop:
    return PlannedStop(stop.kind, stop.task, stop.place)


class _Moves:
    """Draws neighbours of a plan."""

    def __init__(self, site: Site, day: Day, rng: np.random.Generator) -> None:
        self._site, self._day, self._rng = site, day, rng
        self._release_s = day.orders["release_s"][day.tasks["order"]]

    def look_at(self, plan: DayPlan, records: DayRecords) -> None:
        """Take a plan and when its stops were made."""
        self._plan = plan
        self._time_s: dict[tuple[StopKind, int], float] = {}
        for task in records.tasks:
            self._time_s[StopKind.PICK_UP, task.task] = task.claimed_s
            self._time_s[StopKind.DROP_OFF, task.task] = math.inf if task.dropped_off_s is None else task.dropped_off_s
        self._weight = self._cost_of_tasks(records)

    def draw(self) -> DayPlan | None:
        """Return a neighbour, or None if the one drawn is none."""
        plan = self._plan
        for _ in range(int(self._rng.geometric(SINGLE_SHARE))):
            plan = self._moved(plan, int(self._rng.choice(len(self._weight), p=self._weight)))
        return None if plan.routes == self._plan.routes else plan

    def _moved(self, plan: DayPlan, task: int) -> DayPlan:
        """Return the plan with one task at another place, or with its order declined."""
        rng, order = self._rng, int(self._day.tasks["order"][task])
        routes = {number: [stop for stop in stops if stop.task != task] for number, stops in plan.routes.items()}
        vehicle = next((number for number, stops in plan.routes.items() if len(stops) > len(routes[number])), None)
        if vehicle is not None and self._day.orders["is_declinable"][order] and rng.random() < DECLINING_SHARE:
            mates = set(np.flatnonzero(self._day.tasks["order"] == order).tolist())
            routes = {number: [stop for stop in stops if stop.task not in mates] for number, stops in routes.items()}
            return DayPlan(routes, (*plan.declined, order))
        pick_up, drop_off = self._stops_of(plan, task, vehicle)
        choices = []
        for _ in range(int(rng.integers(1, TRIED_PLACES + 1))):
            number = int(rng.integers(self._site.fleet.num_vehicles))
            if vehicle is not None and rng.random() < SAME_VEHICLE_SHARE:
                number = vehicle
            route = routes.get(number, [])
            first = self._position(route, task)
            is_whole = self._site.fleet.classes[number].max_tasks_on_board == 1
            while is_whole and first < len(route) and route[first].kind is StopKind.DROP_OFF:
                first += 1
            second = first if is_whole else first + min(int(rng.geometric(0.3)) - 1, len(route) - first)
            new = [*route[:first], pick_up, *route[first:second], drop_off, *route[second:]]
            choices.append((self._length_m(number, new) - self._length_m(number, route), number, new))
        _, number, new = min(choices, key=lambda choice: choice[0])
        routes[number] = new
        for touched in {number, number if vehicle is None else vehicle}:
            routes[touched] = [_untimed(stop) for stop in routes[touched]]
        return DayPlan(routes, tuple(declined for declined in plan.declined if declined != order))

    def _stops_of(self, plan: DayPlan, task: int, vehicle: int | None) -> tuple[PlannedStop, PlannedStop]:
        """Return where a task is picked up and dropped off in the plan, or else would be."""
        found = {} if vehicle is None else {s.kind: s for s in plan.routes[vehicle] if s.task == task}
        origin, destination = self._day.tasks["origin"][task], self._day.tasks["destination"][task]
        return (
            found.get(StopKind.PICK_UP, PlannedStop(StopKind.PICK_UP, task, int(origin))),
            found.get(StopKind.DROP_OFF, PlannedStop(StopKind.DROP_OFF, task, int(destination))),
        )

    def _length_m(self, number: int, route: Sequence[PlannedStop]) -> float:
        home = int(self._site.fleet.home[number])
        places = np.array([home, *(stop.place if stop.place >= 0 else home for stop in route)])
        distance_m = self._site.network.distance_m[self._site.fleet.class_index[number]]
        return float(distance_m[places[:-1], places[1:]].sum())

    def _position(self, route: Sequence[PlannedStop], task: int) -> int:
        """Return before which stop of a route the task shall be picked up: near its time, often before it."""
        rng, now_s = self._rng, self._time_s.get((StopKind.PICK_UP, task), math.inf)
        release_s = float(self._release_s[task])
        if not math.isfinite(now_s) or rng.random() > EARLIER_SHARE:
            target_s = release_s + rng.exponential(max(min(now_s, release_s + 3600) - release_s, 60.0))
        else:
            target_s = rng.uniform(release_s, max(now_s, release_s))
        for position, stop in enumerate(route):
            if self._time_s.get((stop.kind, stop.task), math.inf) >= target_s:
                return position
        return len(route)

    def _cost_of_tasks(self, records: DayRecords) -> Float[np.ndarray, " task"]:
        """Return how often each task shall be moved: by what its order cost, and a little more for all."""
        objective, day = self._site.objective, self._day
        cost = np.zeros(len(day.orders))
        for order in records.orders:
            end_s = records.end_s if order.done_s is None else order.done_s
            cost[order.order] = order.weight * (
                objective.open_order_cost_per_h * (end_s - order.release_s)
                + objective.late_order_cost_per_h * max(0.0, end_s - order.due_s)
            )
        weight = cost[day.tasks["order"]]
        weight = weight + 0.5 * weight.mean() + 1e-9
        return weight / weight.sum()
