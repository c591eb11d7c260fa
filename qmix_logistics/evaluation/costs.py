"""What a day cost, from its records alone; the simulator's ledger must agree."""

from __future__ import annotations

import math
from dataclasses import dataclass

from qmix_logistics.scenario.operations import Objective
from qmix_logistics.simulation import DayRecords, OrderRecord, OrderStatus


@dataclass(frozen=True, slots=True)
class CostParts:
    """
    Cost by cause.

    Parameters
    ----------
    waiting, lateness, travel, energy, penalties
        Each in the scenario's currency.
    """

    waiting: float
    lateness: float
    travel: float
    energy: float
    penalties: float

    @property
    def total(self) -> float:
        """Their sum."""
        return math.fsum((self.waiting, self.lateness, self.travel, self.energy, self.penalties))


def cost_parts(records: DayRecords, objective: Objective) -> CostParts:
    """
    Return what a day cost, by cause.

    Parameters
    ----------
    records
        The day's records.
    objective
        What things cost.
    """
    waiting_s = math.fsum(order.weight * (_end_s(order, records) - order.release_s) for order in records.orders)
    late_s = math.fsum(order.weight * max(0.0, _end_s(order, records) - order.due_s) for order in records.orders)
    distance_m = math.fsum(segment.distance_m for segment in records.segments)
    energy_wh = math.fsum(segment.energy_wh for segment in records.segments)
    penalty = {
        OrderStatus.OPEN: objective.unfinished_order_cost,
        OrderStatus.DECLINED: objective.declined_order_cost,
        OrderStatus.LOST: objective.lost_order_cost,
        OrderStatus.DONE: 0.0,
    }
    return CostParts(
        waiting=objective.open_order_cost_per_h * waiting_s / 3600,
        lateness=objective.late_order_cost_per_h * late_s / 3600,
        travel=objective.travel_cost_per_km * distance_m / 1000,
        energy=objective.energy_cost_per_kwh * energy_wh / 1000,
        penalties=objective.stranding_cost * records.strandings
        + objective.rescue_cost * (records.back_outs + records.rescues)
        + math.fsum(order.weight * penalty[order.status] for order in records.orders),
    )


def _end_s(order: OrderRecord, records: DayRecords) -> float:
    return records.end_s if order.closed_s is None else order.closed_s
