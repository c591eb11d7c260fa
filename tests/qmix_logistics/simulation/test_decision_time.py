"""Decisions that take time, by hand on a line of places 100 m apart, driven at 10 m/s."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playing import FIFO
from town import day_of, town

from qmix_logistics.episode import play
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import DayRecords, OrderStatus, Simulator, compile_site

TWO_VANS = {"fleet__0__count": 2, "fleet__0__max_tasks_on_board": 1}


def played(spec: ScenarioSpec, seconds: float) -> DayRecords:
    rng, simulator = np.random.default_rng(0), Simulator(compile_site(spec))
    return play(simulator, FIFO, day_of(spec), rng, lambda measured_s, is_planner_up: seconds).records


@pytest.mark.parametrize("seconds", [0.0, 2.5, 30.0])
def test_an_order_is_done_as_much_later_as_deciding_takes(tmp_path: Path, seconds: float) -> None:
    """Known at 0, from A to B, 100 m apart; the van stands 100 m from A."""
    records = played(town(tmp_path, "order,from,to\n1,A,B", **TWO_VANS), seconds)
    task = records.tasks[0]
    assert (task.claimed_s, task.picked_up_s, task.dropped_off_s) == (seconds, 10 + seconds, 20 + seconds)
    assert records.orders[0].done_s == 20 + seconds
    assert records.mask_violations == records.stale_decisions == 0


def test_who_asks_meanwhile_waits_for_the_next_decision(tmp_path: Path) -> None:
    """Orders at 0 and at 1; deciding takes 4: the first is given at 4, only then the second is looked at, until 8."""
    records = played(town(tmp_path, "order,from,to,release_s\n1,A,B,0\n2,C,B,1", **TWO_VANS), 4.0)
    assert [task.claimed_s for task in records.tasks] == [4, 8]
    assert len({task.vehicle for task in records.tasks}) == 2


def test_what_is_lost_meanwhile_is_left_out_and_the_vehicle_asks_again(tmp_path: Path) -> None:
    """The window of the first order closes at 12: too late for who sets out at 5. The second is then taken at 10."""
    orders = "order,from,to,pick_up_until_s\n1,A,B,12\n2,C,B,900"
    records = played(town(tmp_path, orders, **TWO_VANS | {"fleet__0__count": 1}), 5.0)
    assert [order.status for order in records.orders] == [OrderStatus.LOST, OrderStatus.DONE]
    assert (records.stale_decisions, records.mask_violations) == (1, 0)
    assert [(task.task, task.claimed_s) for task in records.tasks] == [(1, 10)]


def test_the_day_ends_when_time_is_over_even_while_someone_decides(tmp_path: Path) -> None:
    records = played(town(tmp_path, "order,from,to\n1,A,B", **TWO_VANS), 5000.0)
    assert records.end_s == 1001
    assert [order.status for order in records.orders] == [OrderStatus.OPEN]
