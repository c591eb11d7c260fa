"""The ledger: cost accrues at a rate that changes at events, plus lump sums."""

from __future__ import annotations

import heapq
import math

from qmix_logistics.scenario.operations import Objective
from qmix_logistics.simulation.epoch import Interval


class Ledger:
    """
    Integrates cost, exactly between events, undiscounted and discounted.

    Parameters
    ----------
    objective
        What things cost.
    discount_time_constant_s
        Cost after this time counts 1/e; None: no discounting.
    travel_weight
        The price of travel in the discounted cost over that of the objective.
    """

    __slots__ = (
        "_cost_at_mark",
        "_discounted",
        "_due",
        "_mark_s",
        "_objective",
        "_open",
        "_rate_per_s",
        "_shadow_per_s",
        "_tau_s",
        "_time_s",
        "total_cost",
        "travel_weight",
    )

    def __init__(
        self, objective: Objective, discount_time_constant_s: float | None, travel_weight: float = 1.0
    ) -> None:
        self._objective, self.travel_weight = objective, travel_weight
        self._tau_s = discount_time_constant_s
        self._time_s = 0.0
        self._rate_per_s = self._shadow_per_s = 0.0
        self._open: dict[int, float] = {}
        self._due: list[tuple[float, int]] = []
        self._mark_s = 0.0
        self._cost_at_mark = 0.0
        self._discounted = 0.0
        self.total_cost = 0.0

    def open_order(self, time_s: float, order: int, weight: float, due_s: float) -> None:
        """
        Let an order cost from now on, and more once it is late.

        Parameters
        ----------
        time_s
            Now.
        order
            Its number.
        weight
            Its weight.
        due_s
            When it is due, not before now.
        """
        self.add_rate(time_s, weight * self._objective.open_order_cost_per_h / 3600)
        self._open[order] = weight
        heapq.heappush(self._due, (due_s, order))

    def close_order(self, time_s: float, order: int, due_s: float, penalty: float = 0.0) -> None:
        """
        Let an order cost nothing from now on.

        Parameters
        ----------
        time_s
            Now.
        order
            Its number.
        due_s
            When it was due.
        penalty
            What an order of weight 1 costs now, because it is lost or declined.
        """
        self.accrue(time_s)
        weight = self._open.pop(order)
        rate_per_h = self._objective.open_order_cost_per_h
        if due_s <= time_s:
            rate_per_h += self._objective.late_order_cost_per_h
        self._rate_per_s -= weight * rate_per_h / 3600
        if penalty:
            self.charge(time_s, weight * penalty)

    def add_rate(self, time_s: float, rate_per_s: float, shadow_per_s: float = 0.0) -> None:
        """
        Change the rate at which cost accrues.

        Parameters
        ----------
        time_s
            Now.
        rate_per_s
            What is added to the rate; may be negative.
        shadow_per_s
            What is added to the rate of the discounted cost alone: a price that a learner pays and no one else.
        """
        self.accrue(time_s)
        self._rate_per_s += rate_per_s
        self._shadow_per_s += shadow_per_s

    def charge(self, time_s: float, cost: float) -> None:
        """
        Add a lump sum.

        Parameters
        ----------
        time_s
            Now.
        cost
            How much.
        """
        self.accrue(time_s)
        self.total_cost += cost
        self._discounted += cost * self._discount(time_s)

    def accrue(self, time_s: float) -> None:
        """
        Bring the ledger up to now.

        Parameters
        ----------
        time_s
            Now, not before the last call's.
        """
        while self._due and self._due[0][0] <= time_s:
            due_s, order = heapq.heappop(self._due)
            if order in self._open:
                self._integrate(due_s)
                self._rate_per_s += self._open[order] * self._objective.late_order_cost_per_h / 3600
        self._integrate(time_s)

    def cut(self, time_s: float) -> Interval:
        """
        Return what has accrued since the last cut, and begin a new interval.

        Parameters
        ----------
        time_s
            Now.
        """
        self.accrue(time_s)
        interval = Interval(time_s - self._mark_s, self.total_cost - self._cost_at_mark, self._discounted)
        self._mark_s, self._cost_at_mark, self._discounted = time_s, self.total_cost, 0.0
        return interval

    def _integrate(self, time_s: float) -> None:
        if time_s <= self._time_s:
            return
        self.total_cost += self._rate_per_s * (time_s - self._time_s)
        rate_per_s = self._rate_per_s + self._shadow_per_s
        if self._tau_s is None:
            self._discounted += rate_per_s * (time_s - self._time_s)
        else:
            fall = self._discount(self._time_s) - self._discount(time_s)
            self._discounted += rate_per_s * self._tau_s * fall
        self._time_s = time_s

    def _discount(self, time_s: float) -> float:
        return 1.0 if self._tau_s is None else math.exp((self._mark_s - time_s) / self._tau_s)
