"""All that changes in a day, shared by the vehicles' processes."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from qmix_logistics.simulation.board import Board
from qmix_logistics.simulation.day import FIXED, NO_TASK, Day
from qmix_logistics.simulation.facility import Facility, FacilityGroup
from qmix_logistics.simulation.known_tasks import CLOCK_ROUNDING_S, KnownTasks
from qmix_logistics.simulation.ledger import Ledger
from qmix_logistics.simulation.records import DayRecords
from qmix_logistics.simulation.site import Site
from qmix_logistics.simulation.snapshot import Snapshot
from qmix_logistics.simulation.state import (
    PICK_UP,
    VEHICLE,
    OrderStatus,
    RawSegment,
    VehicleColumns,
)
from qmix_logistics.simulation.travel import TravelTimes

OPEN = int(OrderStatus.OPEN)
PICK_UP_BEGUN, DROP_OFF_BEGUN = 1, 2
"""How far a task has got; 0 before its pick-up has begun."""


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
        Whether vehicles' stops, states and visits are recorded; orders and tasks always are.
    """

    __slots__ = ("_ends_matter", "board", "chargers", "columns", "day", "demand_is_over", "env",
                 "is_choice", "is_dirty", "is_recording", "ledger", "load_units", "mean_drop_off_s",
                 "mean_pick_up_s", "num_freed", "num_open_orders", "num_unclaimed", "on_board",
                 "order_closed_s", "order_status", "pick_up_s", "records", "segments", "site",
                 "stations", "successors", "task_claimed_s", "task_destination", "task_dropped_off_s",
                 "task_order", "task_origin", "task_picked_up_s", "task_progress", "task_vehicle",
                 "travel", "vehicles")  # fmt: skip

    def __init__(self, env: simpy.Environment, site: Site, day: Day, ledger: Ledger, *, is_recording: bool) -> None:
        self.env, self.site, self.day, self.ledger = env, site, day, ledger
        self.board = Board(site, day)
        self.travel = TravelTimes(site.traffic, day.seed, day.key)
        self.vehicles = np.zeros(site.fleet.num_vehicles, VEHICLE)
        self.vehicles["task"] = NO_TASK
        self.columns = VehicleColumns(self.vehicles)
        self.on_board: list[list[int]] = [[] for _ in range(site.fleet.num_vehicles)]
        """Tasks on board of each vehicle, in the order in which they were loaded."""
        self.stations = FacilityGroup(env, site.stations)
        self.chargers = FacilityGroup(env, site.chargers)
        self.records = DayRecords()
        self.segments: list[RawSegment] = []
        self.is_recording = is_recording
        self.is_dirty = self.demand_is_over = False
        self.num_freed = self.num_open_orders = 0
        self._ends_matter = site.max_tasks_on_board > 1 or any(c.returns_home for c in site.fleet.classes)
        self.num_unclaimed = 0
        """Tasks of open orders that no vehicle has taken, whether they are on the board yet or not."""
        self.order_closed_s = np.full(len(day.orders), np.nan)
        self.order_status = np.full(len(day.orders), OPEN, np.int8)
        self.successors = day.successors()
        num_tasks = len(day.tasks)
        self.pick_up_s, self.load_units = day.pick_up_s.tolist(), day.tasks["load_units"].tolist()
        self.mean_pick_up_s, self.mean_drop_off_s = (
            day.tasks[name].tolist() for name in ("mean_pick_up_s", "mean_drop_off_s")
        )
        self.is_choice = (day.tasks["choice"] != FIXED).tolist()
        self.task_order = day.tasks["order"].tolist()
        self.task_vehicle = np.full(num_tasks, -1)
        self.task_progress = np.zeros(num_tasks, np.int8)
        self.task_origin, self.task_destination = day.tasks["origin"].copy(), day.tasks["destination"].copy()
        self.task_claimed_s, self.task_picked_up_s, self.task_dropped_off_s = np.full((3, num_tasks), np.nan)

    def snapshot(self) -> Snapshot:
        """Return the state now."""
        known = KnownTasks(self.site, self.day, self.board, self.order_closed_s, self.env.now)
        return Snapshot(
            self.env.now,
            self.vehicles,
            self.stations.rows,
            self.chargers.rows,
            self.board.open_tasks,
            self.on_board,
            known,
        )

    @property
    def news(self) -> tuple[int, int]:
        """How often a task has come onto the board, and a vehicle has become free."""
        return self.board.num_releases, self.num_freed

    def facility_at(self, place: int) -> Facility | None:
        """
        Return the facility at a place, if there is one.

        Parameters
        ----------
        place
            The place.
        """
        for group in (self.stations, self.chargers):
            if place in group.index:
                return group.facilities[group.index[place]]
        return None

    def release_order(self, order: int) -> None:
        """
        Let an order come in; tasks that wait for others come onto the board later.

        Parameters
        ----------
        order
            Its number.
        """
        orders = self.day.orders
        self.ledger.open_order(self.env.now, order, float(orders["weight"][order]), float(orders["due_s"][order]))
        first, number = int(orders["first_task"][order]), int(orders["num_tasks"][order])
        for task in range(first, first + number):
            if not self.successors or self.day.tasks["after"][task] == NO_TASK:
                self.board.release(task)
        self.num_unclaimed += number
        self.num_open_orders += 1
        self.is_dirty = True

    def claim(self, task: int, number: int) -> None:
        """
        Give a task to a vehicle.

        Parameters
        ----------
        task
            The task, on the board.
        number
            The vehicle's number.
        """
        self.board.claim(task)
        self.task_claimed_s[task], self.task_vehicle[task] = self.env.now, number
        self.num_unclaimed -= 1
        self.note_end_of_work()

    def note_end_of_work(self) -> None:
        """Ask those who wait with a load, or must go home, once nothing more can come."""
        if self.demand_is_over and self.num_unclaimed == 0 and self._ends_matter:
            self.is_dirty = True

    def give_back(self, number: int) -> None:
        """
        Put the task that a vehicle was about to pick up back on the board.

        Parameters
        ----------
        number
            The vehicle's number.
        """
        task = int(self.columns.task[number])
        if self.columns.stop_kind[number] == PICK_UP and self.is_assigned(task, number):
            self.task_vehicle[task] = -1
            self.board.release(task)
            self.num_unclaimed += 1
            self.is_dirty = True

    def take_again(self, number: int) -> None:
        """
        Give a vehicle its task back unless another has taken it or the order is closed.

        Parameters
        ----------
        number
            The vehicle's number.
        """
        task = int(self.columns.task[number])
        if self.columns.stop_kind[number] == PICK_UP and self.board.has(task):
            self.claim(task, number)

    def is_assigned(self, task: int, number: int) -> bool:
        """
        Tell whether a vehicle still has a task to pick up.

        Parameters
        ----------
        task, number
            The task and the vehicle.
        """
        return bool(self.task_vehicle[task] == number and self.task_progress[task] == 0)

    def finish_task(self, task: int, place: int) -> None:
        """
        Let a task be done; then those that waited for it begin, and its order is done if it was the last.

        Parameters
        ----------
        task
            Its number.
        place
            Where it ended.
        """
        now = self.env.now
        self.task_dropped_off_s[task] = now
        order = self.task_order[task]
        if self.order_status[order] != OPEN:
            return
        self.board.open_tasks[order] -= 1
        for successor in self.successors.get(task, ()):
            self.board.move_origin(successor, place)
            self.task_origin[successor] = place
            self.board.release(successor)
            self.is_dirty = True
        if self.board.open_tasks[order] == 0:
            self._close(order, OrderStatus.DONE, 0.0)

    def decline_order(self, order: int) -> bool:
        """
        Decline an order, if it may be declined and none of its tasks is taken; tell whether it was.

        Parameters
        ----------
        order
            Its number.
        """
        tasks = self._tasks_of(order)
        if (
            self.order_status[order] != OPEN
            or self.day.orders["release_s"][order] > self.env.now + CLOCK_ROUNDING_S
            or not self.day.orders["is_declinable"][order]
            or (self.task_vehicle[tasks] >= 0).any()
        ):
            return False
        self._withdraw(order)
        self._close(order, OrderStatus.DECLINED, self.site.objective.declined_order_cost)
        self.note_end_of_work()
        return True

    def lose_order(self, order: int) -> None:
        """
        Lose an order because its window closed: what is not on board yet stays where it is.

        Parameters
        ----------
        order
            Its number.
        """
        if self.order_status[order] == OPEN:
            self._withdraw(order)
            self._close(order, OrderStatus.LOST, self.site.objective.lost_order_cost)
            self.is_dirty = True

    def _withdraw(self, order: int) -> None:
        for task in range(*self._tasks_of(order).indices(len(self.task_vehicle))):
            if self.task_vehicle[task] < 0:
                self.num_unclaimed -= 1
            elif self.task_progress[task] == 0:
                self.task_vehicle[task] = -1
            if self.board.has(task):
                self.board.claim(task)

    def _tasks_of(self, order: int) -> slice:
        first = int(self.day.orders["first_task"][order])
        return slice(first, first + int(self.day.orders["num_tasks"][order]))

    def _close(self, order: int, status: OrderStatus, penalty: float) -> None:
        now = self.env.now
        self.order_closed_s[order], self.order_status[order] = now, status
        self.ledger.close_order(now, order, float(self.day.orders["due_s"][order]), penalty)
        self.num_open_orders -= 1


def release_orders(world: World) -> Generator[simpy.Event, Any, None]:
    """
    Let the orders of the day come in, each at its time.

    Parameters
    ----------
    world
        The state of the day.
    """
    for order, release_s in enumerate(world.day.orders["release_s"].tolist()):
        if release_s > world.env.now:
            yield world.env.timeout(release_s - world.env.now)
        world.release_order(order)
