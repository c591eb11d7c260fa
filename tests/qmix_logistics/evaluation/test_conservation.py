from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from documents import scenario
from hypothesis import given, settings
from hypothesis import strategies as st
from playing import FIFO, NEAREST, AnyFeasible, test_day
from varied import fleet_of, scenarios

from qmix_logistics.episode import play
from qmix_logistics.evaluation.costs import cost_parts
from qmix_logistics.evaluation.kpis import RecordedDay, compute_kpis
from qmix_logistics.simulation import OrderStatus, Simulator, compile_site

OBJECTIVE = {
    "open_order_cost_per_h": 1.0, "late_order_cost_per_h": 4.0, "travel_cost_per_km": 0.3, "lost_order_cost": 7.0,
    "unfinished_order_cost": 5.0, "rescue_cost": 2.0,
}  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(scenarios(), st.booleans(), st.sampled_from([1, 3]), st.sampled_from([NEAREST, FIFO, AnyFeasible()]))
def test_what_comes_in_goes_out_and_the_ledger_says_what_the_records_say(
    changes: dict[str, Any], has_breakdowns: bool, most: int, policy: Any
) -> None:
    fleet = fleet_of(3, has_breakdowns=has_breakdowns) | {"max_tasks_on_board": most}
    spec = scenario(**changes | {"fleet": [fleet], "objective": OBJECTIVE})
    site, day = compile_site(spec), test_day(spec)
    simulator = Simulator(site)
    records = play(simulator, policy, day, np.random.default_rng(0)).records
    assert cost_parts(records, site.objective).total == pytest.approx(records.total_cost, rel=1e-9)

    count = {status: sum(order.status is status for order in records.orders) for status in OrderStatus}
    assert len(records.orders) == sum(count.values())
    kpis = compute_kpis(RecordedDay(records, site))
    assert kpis["orders_in"] == sum(kpis[f"orders_{name}"] or 0 for name in ("done", "open", "declined", "lost"))

    spent_s: dict[str, float] = defaultdict(float)
    for segment in records.segments:
        spent_s[segment.vehicle] += segment.end_s - segment.start_s
    assert list(spent_s.values()) == pytest.approx([records.end_s] * 3, rel=1e-9)

    # Little: the integral of open orders over time, counted event by event, is the sum of sojourns clipped to the day
    events = sorted((t, d) for o in records.orders for t, d in ((o.release_s, 1), (o.closed_s or records.end_s, -1)))
    integral, number, since_s = 0.0, 0, 0.0
    for time_s, change in events:
        integral += number * (time_s - since_s)
        number, since_s = number + change, time_s
    sojourns_s = sum((o.closed_s or records.end_s) - o.release_s for o in records.orders)
    assert integral == pytest.approx(sojourns_s, rel=1e-9)

    on_board = simulator._world.on_board
    loaded = {task.task for task in records.tasks if task.picked_up_s is not None and task.dropped_off_s is None}
    assert {task for tasks in on_board for task in tasks} == loaded
    carried = [sum(day.tasks["load_units"][task] for task in tasks) for tasks in on_board]
    assert simulator._world.columns.load_units.tolist() == pytest.approx(carried, abs=1e-9)
    assert max(carried) <= 4 + 1e-9
    assert records.mask_violations == 0
