from __future__ import annotations

from pathlib import Path

import pytest
from documents import scenario
from playing import FIFO, NEAREST, AnyFeasible, Watching, play_day
from town import day_of, play_town, town, trips

from qmix_logistics.episode import Policy
from qmix_logistics.simulation import DecisionEpoch, OrderStatus, StopKind, VehicleState
from qmix_logistics_baselines.index_policy import IndexPolicy
from qmix_logistics_baselines.plan_following import PlanFollowingPolicy, PlannedStop, plan_of_routes
from qmix_logistics_baselines.rules import earliest_due_date_score

P, D = StopKind.PICK_UP, StopKind.DROP_OFF
THREE = """order,from,to,load_units
           1,D,A,4
           2,D,B,4
           3,D,C,4"""


def plan(*stops: tuple[StopKind, int]) -> Policy:
    return PlanFollowingPolicy({0: [PlannedStop(kind, task) for kind, task in stops]})


def statuses(records: object) -> list[str]:
    return [order.status.name for order in records.orders]  # type: ignore[attr-defined]


def test_several_tasks_are_delivered_on_one_round(tmp_path: Path) -> None:
    spec = town(tmp_path, THREE, fleet__0__capacity_units=12)
    records = play_town(spec, PlanFollowingPolicy(plan_of_routes([[0, 1, 2]])))
    assert trips(records) == [("D", "A"), ("A", "B"), ("B", "C")]
    assert [order.done_s for order in records.orders] == [10, 20, 30]


def test_a_load_that_does_not_fit_is_not_offered(tmp_path: Path) -> None:
    records = play_town(town(tmp_path, THREE), PlanFollowingPolicy(plan_of_routes([[0, 1, 2]])))
    # two loads of 4 fit into 10; the plan leaves out the third pick-up, which then no one does
    assert statuses(records) == ["DONE", "DONE", "OPEN"]
    assert records.mask_violations == 0


def test_every_unit_of_load_has_its_limit(tmp_path: Path) -> None:
    rows = """order,from,to,load_units
              1,D,A,1;6
              2,D,B,1;6"""
    spec = town(tmp_path, rows, fleet__0__capacity_units=(10, 11))
    assert trips(play_town(spec, NEAREST)) == [("D", "A"), ("A", "D"), ("D", "B")]
    roomy = town(tmp_path, rows, fleet__0__capacity_units=(10, 12))
    assert trips(play_town(roomy, NEAREST)) == [("D", "A"), ("A", "B")]


def test_the_number_of_tasks_on_board_is_limited(tmp_path: Path) -> None:
    spec = town(tmp_path, THREE, fleet__0__capacity_units=100, fleet__0__max_tasks_on_board=2)
    records = play_town(spec, NEAREST)
    assert statuses(records) == ["DONE"] * 3
    assert trips(records) == [("D", "A"), ("A", "D"), ("D", "B"), ("B", "C")]


def test_last_in_first_out_offers_only_what_was_loaded_last(tmp_path: Path) -> None:
    offered: list[set[int]] = []

    def watch(epoch: DecisionEpoch) -> None:
        offered.append(set(epoch.stops["task"][epoch.drop_offs].tolist()))

    spec = town(tmp_path, THREE, fleet__0__capacity_units=12, fleet__0__unloading="lifo")
    records = play_town(spec, Watching(plan((P, 0), (P, 1), (P, 2), (D, 2), (D, 1), (D, 0)), watch))
    assert offered[:4] == [set(), {0}, {1}, {2}]
    assert trips(records) == [("D", "C"), ("C", "B"), ("B", "A")]


def test_pick_ups_and_drop_offs_mix_in_any_order(tmp_path: Path) -> None:
    rows = """order,from,to
              1,A,C
              2,B,D"""
    records = play_town(town(tmp_path, rows), plan((P, 0), (P, 1), (D, 0), (D, 1)))
    assert trips(records) == [("D", "A"), ("A", "B"), ("B", "C"), ("C", "D")]


def test_who_comes_before_the_window_waits(tmp_path: Path) -> None:
    rows = """order,from,to,drop_off_from_s,drop_off_until_s,drop_off_s
              1,D,A,25,30,7"""
    records = play_town(town(tmp_path, rows), NEAREST)
    assert records.orders[0].done_s == 32
    waited = [s for s in records.segments if s.state is VehicleState.QUEUEING]
    assert [(s.start_s, s.end_s, s.place) for s in waited] == [(10, 25, "A")]


def test_who_comes_at_the_very_end_of_the_window_is_in_time(tmp_path: Path) -> None:
    rows = "order,from,to,drop_off_until_s\n1,D,A,10"
    assert statuses(play_town(town(tmp_path, rows), NEAREST)) == ["DONE"]


def test_an_order_whose_window_closes_is_lost_and_costs_its_price(tmp_path: Path) -> None:
    rows = "order,from,to,drop_off_until_s\n1,D,C,29\n2,D,A,1000"
    objective = {"open_order_cost_per_h": 3600, "lost_order_cost": 50}
    records = play_town(town(tmp_path, rows, objective=objective), NEAREST)
    assert statuses(records) == ["LOST", "DONE"]  # C is 30 s away: the mask does not offer it
    assert records.total_cost == pytest.approx(29 + 50 + 10, abs=1e-3)


def test_what_is_on_board_when_its_order_is_lost_is_still_dropped_off(tmp_path: Path) -> None:
    rows = "order,from,to,drop_off_until_s\n1,D,C,45\n2,A,B,1000"
    records = play_town(town(tmp_path, rows), plan((P, 0), (P, 1), (D, 1), (D, 0)))
    assert statuses(records) == ["DONE", "DONE"]
    slow = play_town(town(tmp_path, rows, demand__pick_up_s=10.0), plan((P, 0), (P, 1), (D, 1), (D, 0)))
    assert statuses(slow) == ["LOST", "DONE"]
    # loads go where they belong: 10 s, 10 s of way, 10 s, 10 s of way; then on to C, long after the window
    assert [task.dropped_off_s for task in slow.tasks] == [pytest.approx(50), pytest.approx(40)]


def test_an_order_is_declined_at_its_price(tmp_path: Path) -> None:
    rows = "order,from,to\n1,D,C\n2,D,A"
    objective = {"open_order_cost_per_h": 3600, "declined_order_cost": 20}
    classes = [{"id": "parcel", "share_pct": 100, "due_s": 100, "is_declinable": True}]
    spec = town(tmp_path, rows, objective=objective, order_classes=classes)
    choosy = IndexPolicy(earliest_due_date_score, declines_late=True)
    records = play_town(spec, choosy)
    assert statuses(records) == ["DECLINED", "DONE"]  # 30 s of waiting cost more than 20, 10 s cost less
    assert records.total_cost == pytest.approx(20 + 10)
    firm = town(tmp_path, rows, objective=objective)
    assert statuses(play_town(firm, choosy)) == ["DONE", "DONE"]


def test_an_order_that_is_not_known_yet_cannot_be_declined(tmp_path: Path) -> None:
    rows = "order,from,to,release_s\n1,D,C,0\n2,D,A,40"
    classes = [{"id": "parcel", "share_pct": 100, "due_s": 100, "is_declinable": True}]
    spec = town(tmp_path, rows, order_classes=classes, horizon={"demand_s": 50, "drain_s": 1000})
    early = PlanFollowingPolicy({0: [PlannedStop(P, 0), PlannedStop(D, 0)]}, declined=(1,))
    # declined at the first epoch at which it is known: one that comes with its release
    assert statuses(play_town(spec, early)) == ["DONE", "DECLINED"]


def test_a_chained_task_begins_where_and_when_the_one_before_it_ended(tmp_path: Path) -> None:
    rows = """order,from,to,is_chained
              1,D,A|C,0
              1,A,B,1"""
    records = play_town(town(tmp_path, rows), plan((P, 0), (D, 0), (P, 1), (D, 1)))
    assert [(task.origin, task.destination) for task in records.tasks] == [("D", "A"), ("A", "B")]
    far = PlanFollowingPolicy({0: []})
    assert statuses(play_town(town(tmp_path, rows), far)) == ["OPEN"]


def test_vehicles_take_only_what_they_have_access_to(tmp_path: Path) -> None:
    rows = "order,from,to\n1,D,A\n2,A,B"
    fleet = [
        {"id": "van", "count": 1, "speed_mps": 10.0, "access": {"kinds": ["depot", "customer"]}},
        {"id": "cart", "count": 1, "speed_mps": 1.0, "access": {"zones": ["inner"]}, "home": ["A"]},
    ]
    points = [
        {"node": n, "x_m": 100.0 * i, "y_m": 0.0, "zone": "inner" if n in "AB" else ""} for i, n in enumerate("DABC")
    ]
    network = {"kind": "points", "points": points, "depots": [{"node": "D"}]}
    records = play_town(town(tmp_path, rows, fleet=fleet, network=network), NEAREST)
    assert [(task.vehicle, task.order) for task in records.tasks] == [("van-1", 0), ("cart-1", 1)]


def test_who_flies_goes_straight() -> None:
    spec = scenario(fleet=[{"id": "drone", "count": 1, "speed_mps": 1.0, "travels": "straight"}])
    walked = play_day(scenario(fleet__0__count=1), FIFO)
    flown = play_day(spec, FIFO)
    assert 0 < sum(s.distance_m for s in flown.records.segments) < sum(s.distance_m for s in walked.records.segments)


def test_a_shift_ends_with_what_is_on_board(tmp_path: Path) -> None:
    rows = "order,from,to,release_s\n1,D,A,0\n2,D,A,25"
    shift = {"from_s": 5, "until_s": 30}
    spec = town(tmp_path, rows, fleet__0__shift=shift, horizon={"demand_s": 30, "drain_s": 100})
    records = play_town(spec, NEAREST)
    assert statuses(records) == ["DONE", "OPEN"]  # the second would end at 45 s
    assert records.orders[0].done_s == 15


def test_the_day_ends_when_all_are_home(tmp_path: Path) -> None:
    spec = town(tmp_path, "order,from,to\n1,D,B", fleet__0__returns_home=True)
    records = play_town(spec, NEAREST)
    assert trips(records) == [("D", "B"), ("B", "D")]
    assert records.end_s == 40


def test_a_server_is_kept_while_there_is_more_to_unload(tmp_path: Path) -> None:
    rows = "order,from,to,drop_off_s\n1,D,A,5\n2,D,A,5\n3,D,A,5"
    points = [{"node": n, "x_m": 100.0 * i, "y_m": 0.0} for i, n in enumerate("DABC")]
    network = {
        "kind": "points", "points": points, "depots": [{"node": "D", "servers": None}],
        "docks": [{"node": "A", "servers": 1, "approach_s": 60}],
    }  # fmt: skip
    fleet = [{"id": "van", "count": 2, "speed_mps": 10.0, "capacity_units": 2, "max_tasks_on_board": 2}]
    records = play_town(town(tmp_path, rows, network=network, fleet=fleet), NEAREST)
    visits = [(v.vehicle, v.arrived_s, v.started_s, v.ended_s) for v in records.visits if v.facility == "A"]
    # each arrival docks for 60 s once; who carries two keeps the dock for both
    assert sorted((ended - started) for _, _, started, ended in visits if ended and started) in ([65, 70],)
    assert len(visits) == 2


def test_days_from_a_file_are_the_same_whatever_the_seed_of_the_policy(tmp_path: Path) -> None:
    spec = town(tmp_path, THREE)
    assert (day_of(spec).tasks == day_of(spec).tasks).all()
    assert play_town(spec, AnyFeasible()).mask_violations == 0
    assert all(order.status in OrderStatus for order in play_town(spec, AnyFeasible()).orders)


def test_who_must_go_home_goes_as_soon_as_the_last_order_is_declined(tmp_path: Path) -> None:
    """The van has delivered at B at 20; the order that comes at 30 is declined then: home at 50, not a minute later."""
    rows = "order,from,to,release_s\n1,D,B,0\n2,D,C,30"
    classes = [{"id": "parcel", "share_pct": 100, "due_s": 100, "is_declinable": True}]
    horizon = {"demand_s": 30, "drain_s": 1000}
    spec = town(tmp_path, rows, order_classes=classes, horizon=horizon, fleet__0__returns_home=True)
    records = play_town(spec, PlanFollowingPolicy({0: [PlannedStop(P, 0), PlannedStop(D, 0)]}, declined=(1,)))
    assert statuses(records) == ["DONE", "DECLINED"]
    assert records.end_s == 50
