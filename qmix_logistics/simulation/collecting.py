"""Records of orders and tasks from the state at the end of a day."""

from __future__ import annotations

import math

import numpy as np

from qmix_logistics.simulation.records import OrderRecord, SegmentRecord, TaskRecord
from qmix_logistics.simulation.state import OrderStatus
from qmix_logistics.simulation.world import World


def order_records(world: World) -> list[OrderRecord]:
    """
    Return a record of every order that has come in.

    Parameters
    ----------
    world
        The state.
    """
    orders, names = world.day.orders, world.site.order_classes
    num_in = int(np.searchsorted(orders["release_s"], world.env.now, side="right"))
    closed_s, status = world.order_closed_s[:num_in].tolist(), world.order_status[:num_in].tolist()
    return [
        OrderRecord(
            order=order,
            order_class=names[order_class],
            weight=weight,
            num_tasks=num_tasks,
            release_s=release_s,
            due_s=due_s,
            closed_s=_known(closed_s[order]),
            status=OrderStatus(status[order]),
        )
        for order, (release_s, due_s, weight, order_class, _, num_tasks, _) in enumerate(orders[:num_in].tolist())
    ]


def task_records(world: World) -> list[TaskRecord]:
    """
    Return a record of every task that a vehicle has taken.

    Parameters
    ----------
    world
        The state.
    """
    places, vehicles = world.site.network.names, world.site.fleet.names
    tasks = world.day.tasks
    return [
        TaskRecord(
            task=task,
            order=int(tasks["order"][task]),
            vehicle=vehicles[world.task_vehicle[task]],
            origin=places[world.task_origin[task]],
            destination=places[world.task_destination[task]],
            load_units=float(tasks["load_units"][task]),
            claimed_s=float(world.task_claimed_s[task]),
            picked_up_s=_known(float(world.task_picked_up_s[task])),
            dropped_off_s=_known(float(world.task_dropped_off_s[task])),
        )
        for task in np.flatnonzero(world.task_vehicle >= 0).tolist()
    ]


def segment_records(world: World) -> list[SegmentRecord]:
    """
    Return a record of every stretch that a vehicle spent in one state.

    Parameters
    ----------
    world
        The state.
    """
    places, vehicles = world.site.network.names, world.site.fleet.names
    return [
        SegmentRecord(
            vehicle=vehicles[number],
            state=state,
            start_s=start_s,
            end_s=end_s,
            place=places[place],
            target=places[target],
            distance_m=distance_m,
            energy_wh=energy_wh,
            battery_wh=battery_wh if math.isfinite(battery_wh) else None,
            lane=None if track is None else track.lane,
            from_m=None if track is None else track.from_m,
            to_m=None if track is None else track.from_m + track.direction * distance_m,
        )
        for number, state, start_s, end_s, place, target, distance_m, energy_wh, battery_wh, track in world.segments
    ]


def _known(time_s: float) -> float | None:
    return None if math.isnan(time_s) else time_s
