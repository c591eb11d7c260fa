"""What happened when in a shown day: what waited where, where vehicles were sent, and what it had cost by then."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from qmix_logistics.evaluation.shown.shown_day import DemandedTask
from qmix_logistics.scenario.operations import Objective
from qmix_logistics.simulation import DayRecords, OrderStatus

CHUNK = 2000
"""Pieces of cost that are added up at a time: bounds the memory."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    A task that waits at a place to be picked up, or for which someone waits there.

    Parameters
    ----------
    place
        Where.
    from_s
        From when: its order came in, or the task before it was done.
    until_s
        Until when: it was picked up or handed over, or its order was declined or lost; None: to the end of the day.
    due_s
        When its order is due.
    """

    place: str
    from_s: float
    until_s: float | None
    due_s: float


def waiting_tasks(records: DayRecords, tasks: Sequence[DemandedTask]) -> list[Waiting]:
    """
    Return what waited where and how long, by the time at which it came.

    Parameters
    ----------
    records
        What happened under a policy.
    tasks
        All tasks of the day.
    """
    taken = {task.task: task for task in records.tasks}
    orders = {order.order: order for order in records.orders}
    found = []
    for number, task in enumerate(tasks):
        order = orders.get(task.order)
        if order is None:
            continue
        own, before = taken.get(number), None if task.after is None else taken.get(task.after)
        if task.after is not None and (before is None or before.dropped_off_s is None):
            continue
        from_s = order.release_s if before is None or before.dropped_off_s is None else before.dropped_off_s
        origin = own.origin if own is not None else task.origin if before is None else before.destination
        picked_up_s = None if own is None else own.picked_up_s
        closed_s = None if order.done_s is not None else order.closed_s
        ends_s = [time_s for time_s in (picked_up_s, closed_s) if time_s is not None]
        found.append(Waiting(origin, from_s, max(min(ends_s), from_s) if ends_s else None, order.due_s))
    return sorted(found, key=lambda waiting: (waiting.from_s, waiting.place))


def awaited_tasks(records: DayRecords, tasks: Sequence[DemandedTask], customers: Container[str]) -> list[Waiting]:
    """
    Return at which customers someone waited for a delivery and how long, by the time at which the order came.

    Parameters
    ----------
    records
        What happened under a policy.
    tasks
        All tasks of the day.
    customers
        Names of their places.
    """
    taken = {task.task: task for task in records.tasks}
    orders = {order.order: order for order in records.orders}
    found = []
    for number, task in enumerate(tasks):
        order, own = orders.get(task.order), taken.get(number)
        place = task.destination if own is None else own.destination
        if order is None or place not in customers:
            continue
        closed_s = None if order.done_s is not None else order.closed_s
        ends_s = [time_s for time_s in (None if own is None else own.dropped_off_s, closed_s) if time_s is not None]
        found.append(Waiting(place, order.release_s, min(ends_s) if ends_s else None, order.due_s))
    return sorted(found, key=lambda waiting: (waiting.from_s, waiting.place))


@dataclass(frozen=True, slots=True)
class Target:
    """
    Where a vehicle is sent, from a time on.

    Parameters
    ----------
    from_s
        When.
    kind
        Why: ``pick_up``, ``drop_off``, ``charge`` or ``park``.
    place
        Where to.
    order
        Number of the order; None where there is none.
    """

    from_s: float
    kind: str
    place: str
    order: int | None


def targets_of(records: DayRecords) -> dict[str, list[Target]]:
    """
    Return where each vehicle was sent, in order, drop-offs that follow by themselves included.

    Parameters
    ----------
    records
        What happened under a policy.
    """
    order_of = {task.task: task.order for task in records.tasks}
    found: dict[str, list[Target]] = {}
    for stop in records.stops:
        order = None if stop.task is None else order_of.get(stop.task)
        found.setdefault(stop.vehicle, []).append(Target(stop.chosen_s, stop.stop.name.lower(), stop.place, order))
    chosen_s = {vehicle: [target.from_s for target in targets] for vehicle, targets in found.items()}
    for task in records.tasks:
        from_s, until_s = task.picked_up_s, math.inf if task.dropped_off_s is None else task.dropped_off_s
        if from_s is not None and not any(from_s <= time_s < until_s for time_s in chosen_s.get(task.vehicle, ())):
            found.setdefault(task.vehicle, []).append(Target(from_s, "drop_off", task.destination, task.order))
    return {vehicle: sorted(targets, key=lambda target: target.from_s) for vehicle, targets in sorted(found.items())}


def cost_so_far(
    records: DayRecords, objective: Objective, times_s: Float[np.ndarray, " time"]
) -> Float[np.ndarray, " time"]:
    """
    Return what a day has cost at some times, as ``costs.cost_parts`` reckons it.

    What strandings and rescues cost is left out: records do not say when they were.

    Parameters
    ----------
    records
        What happened under a policy.
    objective
        What things cost.
    times_s
        The times, rising.
    """
    penalty: Mapping[OrderStatus, float] = {
        OrderStatus.OPEN: objective.unfinished_order_cost,
        OrderStatus.DECLINED: objective.declined_order_cost,
        OrderStatus.LOST: objective.lost_order_cost,
        OrderStatus.DONE: 0.0,
    }
    open_per_s, late_per_s = objective.open_order_cost_per_h / 3600, objective.late_order_cost_per_h / 3600
    pieces: list[tuple[float, float, float]] = []  # what comes evenly: from when, until when, how much in all
    steps: list[tuple[float, float]] = []  # what comes at once: when, how much
    for order in records.orders:
        end_s = records.end_s if order.closed_s is None else order.closed_s
        pieces.append((order.release_s, end_s, order.weight * open_per_s * (end_s - order.release_s)))
        pieces.append((order.due_s, end_s, order.weight * late_per_s * (end_s - order.due_s)))
        steps.append((end_s, order.weight * penalty[order.status]))
    travel_per_m, energy_per_wh = objective.travel_cost_per_km / 1000, objective.energy_cost_per_kwh / 1000
    for segment in records.segments:
        price = travel_per_m * segment.distance_m + energy_per_wh * segment.energy_wh
        pieces.append((segment.start_s, segment.end_s, price))
    return _spent_evenly(pieces, times_s) + _spent_at_once(steps, times_s)


def _spent_evenly(
    pieces: Sequence[tuple[float, float, float]], times_s: Float[np.ndarray, " time"]
) -> Float[np.ndarray, " time"]:
    cost = np.zeros(len(times_s))
    table = np.array([piece for piece in pieces if piece[2] > 0 and piece[1] > piece[0]]).reshape(-1, 3)
    for first in range(0, len(table), CHUNK):
        start_s, end_s, price = table[first : first + CHUNK].T
        share = np.clip((times_s[:, None] - start_s) / (end_s - start_s), 0.0, 1.0)
        cost += share @ price
    return cost


def _spent_at_once(
    steps: Sequence[tuple[float, float]], times_s: Float[np.ndarray, " time"]
) -> Float[np.ndarray, " time"]:
    table = np.array(sorted(steps)).reshape(-1, 2)
    total = np.concatenate([[0.0], np.cumsum(table[:, 1])])
    return total[np.searchsorted(table[:, 0], times_s, side="right")]
