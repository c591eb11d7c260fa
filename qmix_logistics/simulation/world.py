"""All that changes in a day, shared by the vehicles' processes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import simpy

from qmix_logistics.simulation.board import Board
from qmix_logistics.simulation.day import Day
from qmix_logistics.simulation.facility import FacilityGroup
from qmix_logistics.simulation.ledger import Ledger
from qmix_logistics.simulation.records import DayRecords
from qmix_logistics.simulation.site import Site
from qmix_logistics.simulation.state import NO_TASK, VEHICLE, Snapshot, StopKind, VehicleColumns, VehicleState

RawSegment = tuple[int, VehicleState, float, float, int, int, float]
"""A stretch of a vehicle's day: vehicle, state, start, end, place, target, energy."""


class Stop(NamedTuple):
    """Go to a place, for a reason; ``task`` is ``NO_TASK`` unless it is picked up or dropped off."""

    kind: StopKind
    place: int
    task: int


class World:
    """
    The state of a day.

    Parameters
    ----------
    env
        The clock.
    site
        The site.
    day
        The day.
    ledger
        Where cost accrues.
    is_recording
        Whether vehicles' states and visits are recorded; orders and tasks always are.
    """

    __slots__ = (
        "board",
        "chargers",
        "columns",
        "day",
        "env",
        "is_dirty",
        "is_recording",
        "ledger",
        "num_freed",
        "num_open_orders",
        "order_done_s",
        "records",
        "segments",
        "site",
        "stations",
        "task_claimed_s",
        "task_destination",
        "task_dropped_off_s",
        "task_picked_up_s",
        "task_vehicle",
        "vehicles",
    )

    def __init__(self, env: simpy.Environment, site: Site, day: Day, ledger: Ledger, *, is_recording: bool) -> None:
        self.env, self.site, self.day, self.ledger = env, site, day, ledger
        self.board = Board(site, day)
        self.vehicles = np.zeros(site.fleet.num_vehicles, VEHICLE)
        self.vehicles["task"] = NO_TASK
        self.columns = VehicleColumns(self.vehicles)
        self.stations = FacilityGroup(env, "station", site.stations)
        self.chargers = FacilityGroup(env, "charger", site.chargers)
        self.records = DayRecords()
        self.segments: list[RawSegment] = []
        self.is_recording = is_recording
        self.is_dirty = False
        self.num_freed = 0
        self.num_open_orders = 0
        num_tasks = len(day.tasks)
        self.order_done_s = np.full(len(day.orders), np.nan)
        self.task_vehicle = np.full(num_tasks, -1)
        self.task_destination = day.tasks["destination"].copy()
        self.task_claimed_s, self.task_picked_up_s, self.task_dropped_off_s = np.full((3, num_tasks), np.nan)

    def snapshot(self) -> Snapshot:
        """Return the state now."""
        return Snapshot(self.env.now, self.vehicles, self.stations.rows, self.chargers.rows, self.board.open_tasks)

    def release_order(self, order: int) -> None:
        """
        Let an order come in.

        Parameters
        ----------
        order
            Its number.
        """
        orders = self.day.orders
        self.ledger.open_order(self.env.now, order, float(orders["weight"][order]), float(orders["due_s"][order]))
        self.board.release(int(orders["first_task"][order]), int(orders["num_tasks"][order]))
        self.num_open_orders += 1
        self.is_dirty = True

    def finish_task(self, task: int) -> None:
        """
        Let a task be done, and its order if it was the last.

        Parameters
        ----------
        task
            Its number.
        """
        now = self.env.now
        self.task_dropped_off_s[task] = now
        order = int(self.day.tasks["order"][task])
        self.board.open_tasks[order] -= 1
        if self.board.open_tasks[order] == 0:
            self.order_done_s[order] = now
            self.ledger.close_order(now, order, float(self.day.orders["due_s"][order]))
            self.num_open_orders -= 1
