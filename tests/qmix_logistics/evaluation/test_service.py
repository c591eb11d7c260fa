"""By hand: three orders on one day, none on another."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from qmix_logistics.evaluation.service import service_over_time

ORDERS = pd.DataFrame(
    {
        "release_s": [0.0, 30.0, 70.0],
        "due_s": [100.0, 60.0, 500.0],
        "closed_s": [45.0, 90.0, math.nan],
        "status": ["done", "done", "open"],
    }
)


def test_orders_are_counted_where_they_are_done_and_on_time_where_they_come_in() -> None:
    service = service_over_time([ORDERS], 120.0)
    assert service.edges_s.tolist() == [10.0 * n for n in range(13)]
    done = {4: 1, 9: 1}  # at 45 s and at 90 s
    assert service.throughput_per_h.tolist() == [360.0 * done.get(n, 0) for n in range(12)]
    on_time = {0: 100.0, 3: 0.0}  # the second is late, the third neither done nor due at the end
    assert [None if math.isnan(v) else v for v in service.on_time_pct] == [on_time.get(n) for n in range(12)]


def test_open_orders_are_those_that_came_in_and_are_not_closed() -> None:
    service = service_over_time([ORDERS], 120.0)
    found = [service.open_orders[np.searchsorted(service.samples_s, at_s)] for at_s in (1.0, 31.0, 50.0, 80.0, 119.0)]
    assert found == [1, 2, 1, 2, 1]


def test_an_order_that_is_due_and_not_done_is_not_on_time() -> None:
    assert service_over_time([ORDERS], 500.0).on_time_pct[2] == 0.0  # from 60 to 90 s: the third, due at 500 s


def test_days_are_averaged() -> None:
    one, two = (service_over_time([ORDERS, *more], 120.0) for more in ([], [ORDERS.iloc[:0]]))
    assert (two.throughput_per_h == one.throughput_per_h / 2).all()
    assert (two.open_orders == one.open_orders / 2).all()
    assert two.on_time_pct[3] == 0.0


@pytest.mark.parametrize(("until_s", "num_bins", "step_s"), [(2400, 40, 60), (2401, 21, 120), (46800, 26, 1800)])
def test_stretches_are_round_and_not_too_many(until_s: float, num_bins: int, step_s: float) -> None:
    edges_s = service_over_time([ORDERS], until_s).edges_s
    assert (len(edges_s) - 1, edges_s[1]) == (num_bins, step_s)
    assert edges_s[-1] >= until_s


def test_a_day_that_is_steady_from_the_start_has_no_warm_up() -> None:
    steady = pd.DataFrame({"release_s": [0.0], "due_s": [1.0], "closed_s": [math.nan], "status": ["open"]})
    assert service_over_time([steady], 1000.0).warm_up_s == 0.0
