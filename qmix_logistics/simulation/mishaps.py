"""What goes wrong in a day, as SimPy processes; blocked arcs belong to the lanes, breakdowns to the vehicles."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

import numpy as np
import simpy

from qmix_logistics.simulation.day import Day, Span
from qmix_logistics.simulation.vehicle import Vehicle
from qmix_logistics.simulation.world import DROP_OFF_BEGUN, World

GRACE_S = 1e-6
"""A window closes so much after its end: who comes at the very end is in time, whatever the rounding."""

Process = Generator[simpy.Event, Any, None]


class PlannerLink:
    """Whether a central planner can be reached."""

    __slots__ = ("num_outages",)

    def __init__(self) -> None:
        self.num_outages = 0

    @property
    def is_up(self) -> bool:
        """Whether no outage is going on."""
        return self.num_outages == 0


def start_mishaps(world: World, vehicles: Sequence[Vehicle], ask_all: Callable[[], None]) -> PlannerLink:
    """
    Let things go wrong as the day says, and orders be lost when their windows close.

    Parameters
    ----------
    world
        The state of the day.
    vehicles
        All vehicles.
    ask_all
        Called when the planner is lost or found again.
    """
    link = PlannerLink()
    for number, span in world.day.mishaps.charger_faults:
        world.env.process(_charger_fault(world, vehicles, number, span))
    for span in world.day.mishaps.planner_outages:
        world.env.process(_planner_outage(world, link, span, ask_all))
    if world.day.windows is not None:
        world.env.process(_close_windows(world, world.day))
    return link


def _charger_fault(world: World, vehicles: Sequence[Vehicle], number: int, span: Span) -> Process:
    charger = world.chargers.facilities[number]
    yield world.env.timeout(span.from_s)
    charger.set_working(is_working=False)
    for vehicle in vehicles:
        if vehicle.place == charger.site.place:
            vehicle.stop_charging()
    yield world.env.timeout(span.until_s - span.from_s)
    charger.set_working(is_working=True)
    world.is_dirty = True


def _planner_outage(world: World, link: PlannerLink, span: Span, ask_all: Callable[[], None]) -> Process:
    yield world.env.timeout(span.from_s)
    link.num_outages += 1
    ask_all()
    yield world.env.timeout(span.until_s - span.from_s)
    link.num_outages -= 1
    ask_all()


def _close_windows(world: World, day: Day) -> Process:
    """Lose the order of every task whose handling has not begun when its window closes."""
    assert day.windows is not None
    ends_s = np.concatenate([day.windows["pick_up_until_s"], day.windows["drop_off_until_s"]])
    num_tasks = len(day.tasks)
    for index in np.argsort(ends_s, kind="stable").tolist():
        until_s = float(ends_s[index]) + GRACE_S
        if not np.isfinite(until_s):
            return
        if until_s > world.env.now:
            yield world.env.timeout(until_s - world.env.now)
        task, must_have = index % num_tasks, 1 if index < num_tasks else DROP_OFF_BEGUN
        order = int(day.tasks["order"][task])
        if world.task_progress[task] < must_have and day.orders["release_s"][order] <= world.env.now:
            world.lose_order(order)
