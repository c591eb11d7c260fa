"""
Key performance indicators: each is a function of a day's records, with a unit and a formula.

Rates and quantiles are taken within a day; days are what is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from qmix_logistics.evaluation.costs import CostParts, cost_parts
from qmix_logistics.simulation import ANY_NUMBER, DayRecords, OrderRecord, OrderStatus, Site, VehicleState


class Better(Enum):
    """Which way is better."""

    LOWER = "lower"
    HIGHER = "higher"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class RecordedDay:
    """
    What KPIs are computed from.

    Parameters
    ----------
    records
        What happened.
    site
        Where: fleet, facilities and prices.
    """

    records: DayRecords
    site: Site

    def done(self) -> list[tuple[OrderRecord, float]]:
        """Return the orders that were done, each with when."""
        return [(order, order.done_s) for order in self.records.orders if order.done_s is not None]

    def lead_times_s(self) -> list[float]:
        """Return the time from release until done, of all orders done."""
        return [done_s - order.release_s for order, done_s in self.done()]

    def costs(self) -> CostParts:
        """Return what the day cost, by cause."""
        return cost_parts(self.records, self.site.objective)


@dataclass(frozen=True, slots=True)
class Kpi:
    """
    One indicator.

    Parameters
    ----------
    name
        Its name in the CSV files.
    unit
        Its unit; empty for a count.
    better
        Which way is better.
    formula
        How it is computed.
    compute
        The computation; None where it is not defined, such as a mean over no orders.
    """

    name: str
    unit: str
    better: Better
    formula: str
    compute: Callable[[RecordedDay], float | None]


def compute_kpis(day: RecordedDay) -> dict[str, float | None]:
    """
    Return all indicators of a day by name.

    Parameters
    ----------
    day
        The day.
    """
    return {kpi.name: kpi.compute(day) for kpi in KPIS}


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _quantile(values: Sequence[float], share: float) -> float | None:
    return float(np.quantile(values, share)) if values else None


def _count(status: OrderStatus) -> Callable[[RecordedDay], float]:
    return lambda day: float(sum(order.status is status for order in day.records.orders))


def _on_time_pct(day: RecordedDay) -> float | None:
    on_time = sum(done_s <= order.due_s for order, done_s in day.done())
    return 100 * on_time / len(day.records.orders) if day.records.orders else None


def _tardiness_s(day: RecordedDay) -> float | None:
    end_s = day.records.end_s
    ends_s = [end_s if order.done_s is None else order.done_s for order in day.records.orders]
    return _mean([max(0.0, e - order.due_s) for order, e in zip(day.records.orders, ends_s, strict=True)])


def _state_pct(state: VehicleState) -> Callable[[RecordedDay], float]:
    def compute(day: RecordedDay) -> float:
        spent_s = sum(s.end_s - s.start_s for s in day.records.segments if s.state is state)
        return 100 * spent_s / (day.records.end_s * day.site.fleet.num_vehicles)

    return compute


def _distance_km(day: RecordedDay) -> float:
    return sum(segment.distance_m for segment in day.records.segments) / 1000


def _empty_travel_pct(day: RecordedDay) -> float | None:
    empty_m = sum(s.distance_m for s in day.records.segments if s.state is VehicleState.EMPTY_TRAVEL)
    total_m = sum(s.distance_m for s in day.records.segments)
    return 100 * empty_m / total_m if total_m else None


def _waits_s(kind: str) -> Callable[[RecordedDay], float | None]:
    def compute(day: RecordedDay) -> float | None:
        visits = [visit for visit in day.records.visits if visit.kind == kind and visit.started_s is not None]
        return _mean([visit.started_s - visit.arrived_s for visit in visits if visit.started_s is not None])

    return compute


def _utilisation_pct(kind: str) -> Callable[[RecordedDay], float | None]:
    def compute(day: RecordedDay) -> float | None:
        facilities = [site for site in (*day.site.stations, *day.site.chargers) if site.kind == kind]
        servers = sum(facility.servers for facility in facilities)
        if servers >= ANY_NUMBER:
            return None
        busy_s = sum(
            (day.records.end_s if visit.ended_s is None else visit.ended_s) - visit.started_s
            for visit in day.records.visits
            if visit.kind == kind and visit.started_s is not None
        )
        return 100 * busy_s / (servers * day.records.end_s) if servers else None

    return compute


def _share_pct(status: OrderStatus) -> Callable[[RecordedDay], float | None]:
    def compute(day: RecordedDay) -> float | None:
        orders = day.records.orders
        return 100 * sum(order.status is status for order in orders) / len(orders) if orders else None

    return compute


def _tasks_on_board(day: RecordedDay) -> float:
    end_s = day.records.end_s
    carried_s = sum(
        (end_s if task.dropped_off_s is None else task.dropped_off_s) - task.picked_up_s
        for task in day.records.tasks
        if task.picked_up_s is not None
    )
    return carried_s / (end_s * day.site.fleet.num_vehicles)


def _spent_per_order_s(state: VehicleState) -> Callable[[RecordedDay], float | None]:
    def compute(day: RecordedDay) -> float | None:
        spent_s = sum(s.end_s - s.start_s for s in day.records.segments if s.state is state)
        return spent_s / len(day.done()) if day.done() else None

    return compute


def _pick_up_waits_s(day: RecordedDay) -> float | None:
    released_s = {order.order: order.release_s for order in day.records.orders}
    return _mean(
        [task.picked_up_s - released_s[task.order] for task in day.records.tasks if task.picked_up_s is not None]
    )


def _candidate_cut_pct(day: RecordedDay) -> float | None:
    records = day.records
    return 100 * records.candidate_cuts / records.num_decisions if records.num_decisions else None


_LOWER, _HIGHER, _NEITHER = Better.LOWER, Better.HIGHER, Better.NEITHER

_COST_KPIS = (
    Kpi("total_cost", "cost", _LOWER, "sum of the costs below", lambda day: day.costs().total),
    Kpi("regret_pct", "%", _LOWER,
        "total cost above that of the best plan known for the day, with hindsight, over the latter", lambda day: None),
    Kpi("waiting_cost", "cost", _LOWER, "open_order_cost_per_h x sum of weight x time open",
        lambda day: day.costs().waiting),
    Kpi("lateness_cost", "cost", _LOWER, "late_order_cost_per_h x sum of weight x time late",
        lambda day: day.costs().lateness),
    Kpi("travel_cost", "cost", _LOWER, "travel_cost_per_km x distance", lambda day: day.costs().travel),
    Kpi("energy_cost", "cost", _LOWER, "energy_cost_per_kwh x energy", lambda day: day.costs().energy),
    Kpi("penalty_cost", "cost", _LOWER, "for unfinished, declined and lost orders, strandings and rescues",
        lambda day: day.costs().penalties),
)  # fmt: skip

_ORDER_KPIS = (
    Kpi("orders_in", "", _NEITHER, "orders released", lambda day: float(len(day.records.orders))),
    Kpi("orders_done", "", _HIGHER, "orders whose last task is done", _count(OrderStatus.DONE)),
    Kpi("orders_open", "", _LOWER, "orders still open when the day ended", _count(OrderStatus.OPEN)),
    Kpi("orders_declined", "", _LOWER, "orders declined", _count(OrderStatus.DECLINED)),
    Kpi("orders_lost", "", _LOWER, "orders lost", _count(OrderStatus.LOST)),
    Kpi("lead_time_mean_s", "s", _LOWER, "mean of done - release over orders done", lambda d: _mean(d.lead_times_s())),
    Kpi("lead_time_median_s", "s", _LOWER, "median of the same", lambda day: _quantile(day.lead_times_s(), 0.5)),
    Kpi("lead_time_p95_s", "s", _LOWER, "95 % quantile of the same", lambda day: _quantile(day.lead_times_s(), 0.95)),
    Kpi("tardiness_mean_s", "s", _LOWER, "mean of max(0, done - due) over all orders; open ones until the end",
        _tardiness_s),
    Kpi("on_time_pct", "%", _HIGHER, "orders done by their due time over all orders", _on_time_pct),
    Kpi("throughput_per_h", "/h", _HIGHER, "orders done over the length of the day",
        lambda day: 3600 * len(day.done()) / day.records.end_s),
    Kpi("day_length_s", "s", _NEITHER, "from the start until all orders are closed or time is over",
        lambda day: day.records.end_s),
    Kpi("lost_pct", "%", _LOWER, "orders lost because a window closed, over all orders", _share_pct(OrderStatus.LOST)),
    Kpi("declined_pct", "%", _LOWER, "orders declined over all orders", _share_pct(OrderStatus.DECLINED)),
    Kpi("pick_up_wait_mean_s", "s", _LOWER, "mean of pick-up done - release over tasks picked up", _pick_up_waits_s),
)  # fmt: skip

_FLEET_KPIS = (
    *(
        Kpi(f"time_{state.name.lower()}_pct", "%", _NEITHER,
            f"vehicle time {state.name.lower().replace('_', ' ')} over all vehicle time", _state_pct(state))
        for state in VehicleState
    ),
    Kpi("distance_km", "km", _LOWER, "sum over vehicles", _distance_km),
    Kpi("empty_travel_pct", "%", _LOWER, "distance without load over distance", _empty_travel_pct),
    Kpi("energy_kwh", "kWh", _LOWER, "energy drawn from batteries",
        lambda day: sum(segment.energy_wh for segment in day.records.segments) / 1000),
    Kpi("strandings", "", _LOWER, "times that a vehicle ran out of energy", lambda day: float(day.records.strandings)),
    Kpi("breakdowns", "", _NEITHER, "times that a vehicle broke down", lambda day: float(day.records.breakdowns)),
    Kpi("deadlocks", "", _LOWER, "times that vehicles waited for each other in a circle",
        lambda day: float(day.records.deadlocks)),
    Kpi("back_outs", "", _LOWER, "vehicles that backed out of a deadlock", lambda day: float(day.records.back_outs)),
    Kpi("rescues", "", _LOWER, "vehicles that were carried out of a deadlock", lambda day: float(day.records.rescues)),
    Kpi("blocked_per_order_s", "s", _LOWER, "vehicle time blocked over orders done",
        _spent_per_order_s(VehicleState.BLOCKED)),
    Kpi("tasks_on_board_mean", "", _NEITHER, "tasks on board of a vehicle, mean over vehicles and time",
        _tasks_on_board),
    Kpi("distance_per_order_km", "km", _LOWER, "distance over orders done",
        lambda day: _distance_km(day) / len(day.done()) if day.done() else None),
    Kpi("vehicle_throughput_per_h", "/h", _HIGHER, "orders done over vehicles and the length of the day",
        lambda day: 3600 * len(day.done()) / (day.records.end_s * day.site.fleet.num_vehicles)),
)  # fmt: skip

_FACILITY_KPIS = (
    Kpi("station_wait_mean_s", "s", _LOWER, "mean of service start - arrival at stations", _waits_s("station")),
    Kpi("station_utilisation_pct", "%", _NEITHER, "service time over servers x length of the day",
        _utilisation_pct("station")),
    Kpi("charger_wait_mean_s", "s", _LOWER, "mean of charging start - arrival at chargers", _waits_s("charger")),
    Kpi("charger_utilisation_pct", "%", _NEITHER, "charging time over plugs x length of the day",
        _utilisation_pct("charger")),
    Kpi("dock_wait_mean_s", "s", _LOWER, "mean of service start - arrival at docks", _waits_s("dock")),
    Kpi("dock_utilisation_pct", "%", _NEITHER, "service and docking time over servers x length of the day",
        _utilisation_pct("dock")),
    Kpi("depot_wait_mean_s", "s", _LOWER, "mean of service start - arrival at depots", _waits_s("depot")),
)  # fmt: skip

_DECISION_KPIS = (
    Kpi("decisions", "", _NEITHER, "choices that vehicles made", lambda day: float(day.records.num_decisions)),
    Kpi("mask_violations", "", _LOWER, "stops chosen that were not feasible; always 0",
        lambda day: float(day.records.mask_violations)),
    Kpi("stale_decisions", "", _LOWER, "stops that could not be made any more once they were decided on",
        lambda day: float(day.records.stale_decisions)),
    Kpi("candidate_cut_pct", "%", _NEITHER, "choices whose list of candidates left out feasible stops",
        _candidate_cut_pct),
)  # fmt: skip

KPIS: tuple[Kpi, ...] = (*_COST_KPIS, *_ORDER_KPIS, *_FLEET_KPIS, *_FACILITY_KPIS, *_DECISION_KPIS)
"""All indicators, in the order of the CSV columns."""

PRIMARY_KPI = "total_cost"
"""What policies are compared by; all others are exploratory."""
