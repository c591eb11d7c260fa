from __future__ import annotations

import pytest
from documents import scenario
from playing import play_day

from qmix_logistics.composition import build_baseline
from qmix_logistics.evaluation.decision_times import fixed_times
from qmix_logistics.scenario.operations import DecisionTime
from qmix_logistics.scenario.policies import MatchingPolicy

LATE = DecisionTime(kind="fixed", central_s=40, local_s=0.5)


@pytest.mark.parametrize(
    ("information", "up_s", "down_s"),
    [("local", 0.5, 0.5), ("advised", 40, 0.5), ("coordinator", 40, 0.5), ("global", 40, 0.5)],
)
def test_every_policy_decides_on_the_vehicle_while_no_planner_can_be_reached(
    information: str, up_s: float, down_s: float
) -> None:
    times = fixed_times(LATE, information)
    assert (times(7.0, True), times(7.0, False)) == (up_s, down_s)


def test_a_late_planner_holds_no_one_up_while_it_is_away() -> None:
    """A day on which it is always away costs the same, however late it would have been; the others do not."""
    policy = build_baseline(MatchingPolicy(kind="matching"))
    costs = {}
    for is_away in (True, False):
        outages = [{"earliest_s": 0, "duration_s": 7200}] if is_away else []
        spec = scenario(disruptions={"planner_outages": outages}, horizon={"demand_s": 1200, "drain_s": 1200})
        late = play_day(spec, policy, times=fixed_times(DecisionTime(kind="fixed", central_s=60), "global"))
        costs[is_away] = late.records.total_cost, play_day(spec, policy).records.total_cost
    assert costs[True][0] == costs[True][1]
    assert costs[False][0] > costs[False][1]
