"""Flat records of what happened in a day; every KPI is computed from these."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from qmix_logistics.simulation.epoch import End
from qmix_logistics.simulation.state import OrderStatus, StopKind, VehicleState


class OrderRecord(NamedTuple):
    """One order. Times are seconds since the day began; ``closed_s`` is None while it is open."""

    order: int
    order_class: str
    weight: float
    num_tasks: int
    release_s: float
    due_s: float
    closed_s: float | None
    status: OrderStatus

    @property
    def done_s(self) -> float | None:
        """When its last task was done; None if it was not done."""
        return self.closed_s if self.status is OrderStatus.DONE else None


class TaskRecord(NamedTuple):
    """One task that a vehicle took. Times are None where the day ended before."""

    task: int
    order: int
    vehicle: str
    origin: str
    destination: str
    load_units: float
    claimed_s: float
    picked_up_s: float | None
    dropped_off_s: float | None


class StopRecord(NamedTuple):
    """A stop that a vehicle was sent to. ``task`` is None unless one is picked up or dropped off."""

    vehicle: str
    chosen_s: float
    stop: StopKind
    place: str
    task: int | None
    way: int


class SegmentRecord(NamedTuple):
    """
    A stretch of a vehicle's day in one state.

    ``battery_wh`` is the energy when it began; None without a battery. ``lane`` is None unless the vehicle is on a
    lane, or on the spur to a place off the lanes, which is called as the place; positions count from the lane's tail.
    """

    vehicle: str
    state: VehicleState
    start_s: float
    end_s: float
    place: str
    target: str
    distance_m: float
    energy_wh: float
    battery_wh: float | None = None
    lane: str | None = None
    from_m: float | None = None
    to_m: float | None = None


class VisitRecord(NamedTuple):
    """A visit to a station, dock, depot or charger. Times are None where the day ended before."""

    facility: str
    kind: str
    servers: int
    vehicle: str
    arrived_s: float
    started_s: float | None
    ended_s: float | None


@dataclass(slots=True)
class DayRecords:
    """
    All that happened in a day.

    Parameters
    ----------
    end_s
        When the day ended.
    end
        How.
    total_cost
        The ledger's total.
    orders, tasks, stops, segments, visits
        What happened, in order of completion; orders and tasks by number, stops as they were chosen.
    num_decisions
        Choices made by vehicles.
    mask_violations
        Stops chosen that were not feasible.
    strandings
        Times that a vehicle ran out of energy.
    breakdowns
        Times that a vehicle broke down.
    deadlocks
        Times that vehicles waited for each other in a circle.
    back_outs, rescues
        Vehicles that backed out of a deadlock, or were carried away.
    stale_decisions
        Stops that could not be made any more once they were decided on.
    candidate_cuts
        Choices for which the list of candidates left out feasible stops.
    """

    end_s: float = 0.0
    end: End = End.COMPLETED
    total_cost: float = 0.0
    orders: list[OrderRecord] = field(default_factory=list)
    tasks: list[TaskRecord] = field(default_factory=list)
    stops: list[StopRecord] = field(default_factory=list)
    segments: list[SegmentRecord] = field(default_factory=list)
    visits: list[VisitRecord] = field(default_factory=list)
    num_decisions: int = 0
    mask_violations: int = 0
    strandings: int = 0
    breakdowns: int = 0
    deadlocks: int = 0
    back_outs: int = 0
    rescues: int = 0
    stale_decisions: int = 0
    candidate_cuts: int = 0
