from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from documents import battery_scenario, scenario
from playing import NEAREST, play_day, test_day
from town import day_of, play_town, town

from qmix_logistics.evaluation.costs import cost_parts
from qmix_logistics.evaluation.shown.events import cost_so_far, targets_of, waiting_tasks
from qmix_logistics.evaluation.shown.shown_day import demanded_of
from qmix_logistics.simulation import compile_site

LOST = {"opens_after_s": {"low_s": 0, "high_s": 0}, "width_s": 60, "is_hard": True}


def test_the_cost_so_far_ends_at_the_cost_of_the_day() -> None:
    spec = battery_scenario(horizon={"demand_s": 1200, "drain_s": 60})
    records = play_day(spec).records
    so_far = cost_so_far(records, spec.objective, np.array([0.0, 300.0, 900.0, records.end_s]))
    assert so_far[0] == 0
    assert np.all(np.diff(so_far) > 0)
    assert so_far[-1] == pytest.approx(cost_parts(records, spec.objective).total, rel=1e-12)


def test_the_cost_so_far_by_hand(tmp_path: Path) -> None:
    """One order of weight 1, from A at 100 m to C at 300 m, due after 100 s; 10 m/s from D at 0 m, done after 30 s."""
    objective = {"open_order_cost_per_h": 3600, "travel_cost_per_km": 100}
    records = play_town(town(tmp_path, "order,from,to,load_units\n1,A,C,1", objective=objective), NEAREST)
    spec = town(tmp_path, "order,from,to,load_units\n1,A,C,1", objective=objective)
    # 1 a second while it is open, and 1 a second while the van drives 10 m/s
    assert cost_so_far(records, spec.objective, np.array([0, 5, 20, 30, 99])).tolist() == [0, 10, 40, 60, 60]


def test_a_task_waits_from_its_release_until_it_is_picked_up() -> None:
    spec = scenario()
    day, records = test_day(spec), play_day(spec).records
    waits = waiting_tasks(records, demanded_of(0, day, compile_site(spec).network.names).tasks)
    assert len(waits) == len(day.tasks)
    by_release = {wait.from_s: wait for wait in waits}
    for task in records.tasks:
        wait = by_release[records.orders[task.order].release_s]
        assert (wait.place, wait.until_s) == (task.origin, task.picked_up_s)
        assert wait.due_s == records.orders[task.order].due_s


def test_a_task_that_follows_another_waits_where_and_when_that_one_ended() -> None:
    network = {"customers": {"count": 2, "radius_m": 50, "seed": 1}, "docks": [{"id": "D1", "aisle": 1}]}
    spec = scenario(
        network__customers=network["customers"], network__docks=network["docks"], network__stations=[],
        demand__transports=[{"origin": "rack", "destination": "dock"}, {"destination": "customer"}],
    )  # fmt: skip
    day, records = test_day(spec), play_day(spec).records
    waits = waiting_tasks(records, demanded_of(0, day, compile_site(spec).network.names).tasks)
    second = {task.task: task for task in records.tasks if day.tasks["after"][task.task] >= 0}
    assert second
    for task in second.values():
        before = next(other for other in records.tasks if other.task == day.tasks["after"][task.task])
        assert (before.destination, before.dropped_off_s, task.picked_up_s) in {
            (wait.place, wait.from_s, wait.until_s) for wait in waits
        }


def test_a_task_that_no_one_takes_waits_until_its_order_is_lost_or_the_day_ends(tmp_path: Path) -> None:
    """The van drives to B first; the order from A is lost after 5 s, and that from C is still open at the end."""
    rows = """order,from,to,load_units,pick_up_until_s,release_s
              1,D,B,1,,0
              2,A,D,1,5,0
              3,C,D,1,,29"""
    spec = town(tmp_path, rows, horizon={"demand_s": 30, "drain_s": 0}, fleet__0__max_tasks_on_board=1)
    day, records = day_of(spec), play_town(spec, NEAREST)
    waits = waiting_tasks(records, demanded_of(0, day, compile_site(spec).network.names).tasks)
    found = {(wait.place, wait.from_s, wait.until_s and round(wait.until_s, 3)) for wait in waits}
    assert found == {("D", 0, 0), ("A", 0, 5), ("C", 29, None)}


def test_a_drop_off_that_no_one_chose_is_a_target_too(tmp_path: Path) -> None:
    def targets(**changes: Any) -> list[tuple[float, str, str]]:
        rows = "order,from,to,load_units\n1,A,C,1\n2,B,D,1"
        records = play_town(town(tmp_path, rows, **changes), NEAREST)
        return [(target.from_s, target.kind, target.place) for target in targets_of(records)["van-1"]]

    assert targets(fleet__0__max_tasks_on_board=1) == [
        (0, "pick_up", "A"), (10, "drop_off", "C"), (30, "pick_up", "B"), (40, "drop_off", "D"),
    ]  # fmt: skip
    # with both on board nothing follows by itself, and nothing is listed twice
    assert targets() == [(0, "pick_up", "A"), (10, "pick_up", "B"), (20, "drop_off", "C"), (30, "drop_off", "D")]
