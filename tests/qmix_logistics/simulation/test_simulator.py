from __future__ import annotations

import dataclasses
import math
from itertools import pairwise

import numpy as np
import pytest
from documents import battery_scenario, scenario
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playing import FIFO, NEAREST, RANDOM, AnyFeasible, Watching, play_day, test_day

from qmix_logistics.evaluation.costs import cost_parts
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import (
    Day,
    DecisionEpoch,
    Dispatch,
    End,
    OrderStatus,
    Simulator,
    VehicleState,
    compile_site,
)


def with_orders(spec: ScenarioSpec, releases_s: list[float], rack: str = "R2.1.1") -> Day:
    """A day with one task an order, all at one rack."""
    day, site = test_day(spec), compile_site(spec)
    orders, tasks = day.orders[: len(releases_s)].copy(), day.tasks[: len(releases_s)].copy()
    orders["release_s"], orders["due_s"], orders["weight"] = releases_s, np.array(releases_s) + 600, 1
    tasks["origin"] = site.network.names.index(rack)
    return dataclasses.replace(day, orders=orders, tasks=tasks)


def take_tasks(simulator: Simulator, day: Day) -> list[tuple[float, int]]:
    """Play a day by the nearest rule; return when how many vehicles were asked."""
    asked = []
    NEAREST.reset(simulator.site, np.random.default_rng(0))
    epoch = simulator.reset(day)
    while epoch.end is None:
        asked.append((epoch.time_s, epoch.num_deciders))
        epoch = simulator.advance(NEAREST.decide(epoch))
    return asked


def test_a_day_by_hand() -> None:
    """
    D/D/1: station to rack 4.5 s, pick-up 10 s, back 4.5 s, drop-off 5 s.

    One vehicle; orders at 0, 10 and 100 s; so done at 24, 48 and 124 s.
    """
    simulator = Simulator(compile_site(scenario(fleet__0__count=1)))
    take_tasks(simulator, with_orders(simulator_spec := scenario(fleet__0__count=1), [0.0, 10.0, 100.0]))
    records = simulator.records()
    assert [order.done_s for order in records.orders] == pytest.approx([24.0, 48.0, 124.0])
    assert [task.claimed_s for task in records.tasks] == pytest.approx([0.0, 24.0, 100.0])
    waiting_h = (24 + 38 + 24) / 3600
    assert records.total_cost == pytest.approx(waiting_h + 0.1 * 6 * 4.5 / 1000)
    assert simulator_spec.horizon.demand_s == records.end_s


def test_a_station_serves_in_the_order_of_arrival() -> None:
    """Two vehicles fetch two tasks from one rack at once; the second waits 5 s at the only server."""
    spec = scenario(demand__pick_up_s=10.0)
    simulator = Simulator(compile_site(spec))
    take_tasks(simulator, with_orders(spec, [0.0, 0.0]))
    visits = simulator.records().visits
    assert [visit.started_s - visit.arrived_s for visit in visits if visit.started_s is not None] == [0.0, 5.0]


def test_idle_vehicles_are_asked_together_and_not_again_until_their_choices_change() -> None:
    """At the first order both decide: one takes it, the other waits and is asked only at the next order."""
    spec = scenario()
    simulator = Simulator(compile_site(spec))
    asked = take_tasks(simulator, with_orders(spec, [50.0, 60.0]))
    assert asked == [(50.0, 2), (60.0, 1)]


def test_a_waiting_vehicle_with_work_is_asked_again_after_the_longest_wait() -> None:
    spec = scenario(fleet__0__count=1, candidates={"max_wait_s": 25.0})
    simulator = Simulator(compile_site(spec))
    epoch = simulator.reset(with_orders(spec, [50.0]))
    times_s = []
    for _ in range(3):
        times_s.append(epoch.time_s)
        epoch = simulator.advance(Dispatch(np.array([epoch.wait])))
    assert times_s == [50.0, 75.0, 100.0]


def test_all_closed_is_a_true_end_and_running_out_of_time_is_not() -> None:
    done = play_day(scenario())
    assert (done.records.end, done.records.end_s >= 1200) == (End.COMPLETED, True)
    cut = play_day(scenario(demand__rate_per_h=600, horizon__drain_s=60))
    num_open = sum(order.status is OrderStatus.OPEN for order in cut.records.orders)
    assert (cut.records.end, cut.records.end_s) == (End.TRUNCATED, 1260)
    assert num_open > 0
    open_weight = sum(order.weight for order in cut.records.orders if order.status is OrderStatus.OPEN)
    assert cost_parts(cut.records, scenario().objective).penalties == pytest.approx(5.0 * open_weight)


def test_without_a_drain_the_day_is_truncated_even_if_nothing_is_open() -> None:
    assert play_day(scenario(demand__rate_per_h=1, horizon__drain_s=0)).records.end is End.TRUNCATED


def test_the_undiscounted_intervals_sum_to_the_total_cost() -> None:
    spec = battery_scenario()
    costs: list[float] = []
    times_s: list[float] = []

    def watch(epoch: DecisionEpoch) -> None:
        costs.append(epoch.interval.cost)
        times_s.append(epoch.interval.elapsed_s)

    simulator = Simulator(compile_site(spec))
    policy = Watching(NEAREST, watch)
    policy.reset(simulator.site, np.random.default_rng(0))
    epoch = simulator.reset(test_day(spec))
    while epoch.end is None:
        epoch = simulator.advance(policy.decide(epoch))
    watch(epoch)
    assert math.fsum(costs) == pytest.approx(simulator.total_cost, rel=1e-12)
    assert math.fsum(times_s) == pytest.approx(simulator.records().end_s)


def test_an_illegal_stop_is_counted_and_becomes_waiting() -> None:
    spec = scenario()
    simulator = Simulator(compile_site(spec))
    epoch = simulator.reset(with_orders(spec, [50.0, 60.0]))
    task = epoch.pick_ups.start
    simulator.advance(Dispatch(np.array([task, task])))
    records = simulator.records()
    assert (records.mask_violations, len(records.tasks)) == (1, 1)


def test_there_is_nothing_to_decide_before_a_day_begins_or_after_it_ends() -> None:
    simulator = Simulator(compile_site(scenario(horizon__drain_s=0, demand__rate_per_h=0.001)))
    with pytest.raises(RuntimeError, match="call reset"):
        simulator.advance(Dispatch(np.zeros(0, int)))
    epoch = simulator.reset(with_orders(scenario(), []))
    assert epoch.end is End.TRUNCATED
    with pytest.raises(RuntimeError, match="call reset"):
        simulator.advance(Dispatch(np.zeros(0, int)))


any_scenario = st.builds(
    battery_scenario,
    fleet__0__count=st.integers(1, 6),
    demand__rate_per_h=st.sampled_from([20, 120, 500]),
    demand__destination_choice=st.booleans(),
    demand__mean_tasks_per_order=st.sampled_from([1.0, 2.5]),
    network__one_way_aisles=st.booleans(),
    network__parking=st.sampled_from([[], [{"id": "P1", "aisle": 1}, {"id": "P2", "aisle": 3, "side": "back"}]]),
    network__stations=st.sampled_from(
        [
            [{"id": "S1", "aisle": 2, "service_s": 5}],
            [{"id": f"S{a}", "aisle": a, "service_s": {"dist": "exponential", "mean_s": 8}} for a in (1, 3)],
        ]
    ),
    experiment=st.builds(lambda seed: {"seed": seed}, st.integers(0, 1000)),
    horizon__drain_s=st.sampled_from([0, 120, 1800]),
)
thorough = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@thorough
@given(any_scenario, st.sampled_from([NEAREST, RANDOM, AnyFeasible()]))
def test_nothing_is_lost_and_everything_is_accounted_for(spec: ScenarioSpec, policy: object) -> None:
    records = play_day(spec, policy).records  # type: ignore[arg-type]
    assert records.mask_violations == 0
    assert records.strandings == 0
    # orders in = done + open + declined + lost, and an order is done exactly when its last task is
    statuses = [order.status for order in records.orders]
    assert statuses.count(OrderStatus.DONE) + statuses.count(OrderStatus.OPEN) == len(records.orders)
    for order in records.orders:
        ends = [task.dropped_off_s for task in records.tasks if task.order == order.order]
        known = [end for end in ends if end is not None]
        is_done = len(known) == order.num_tasks
        assert (order.status is OrderStatus.DONE) == is_done
        assert order.done_s == (max(known) if is_done else None)
    # every second of every vehicle is in one state
    for vehicle in {segment.vehicle for segment in records.segments}:
        own = [segment for segment in records.segments if segment.vehicle == vehicle]
        assert own[0].start_s == 0
        assert own[-1].end_s == records.end_s
        assert all(a.end_s == b.start_s for a, b in pairwise(own))
        assert all(a.target == b.place for a, b in pairwise(own))
    # the ledger agrees with the records
    assert cost_parts(records, spec.objective).total == pytest.approx(records.total_cost, rel=1e-9)


@thorough
@given(any_scenario)
def test_little_s_law(spec: ScenarioSpec) -> None:
    """The integral of the number of open orders equals the sum of sojourns, clipped to the day."""
    records = play_day(spec).records
    changes = sorted(
        [(order.release_s, 1) for order in records.orders]
        + [(order.done_s, -1) for order in records.orders if order.done_s is not None]
    )
    integral, number, last_s = 0.0, 0, 0.0
    for time_s, change in changes:
        integral, number, last_s = integral + number * (time_s - last_s), number + change, time_s
    integral += number * (records.end_s - last_s)
    sojourns_s = [(records.end_s if o.done_s is None else o.done_s) - o.release_s for o in records.orders]
    assert integral == pytest.approx(math.fsum(sojourns_s), rel=1e-9)


@thorough
@given(any_scenario)
def test_demand_is_the_same_under_every_policy_and_fleet(spec: ScenarioSpec) -> None:
    larger = spec.model_copy(update={"fleet": (spec.fleet[0].model_copy(update={"count": 9}),)})
    a, b = test_day(spec), test_day(larger)
    for field in ("orders", "tasks", "pick_up_s", "service_s"):
        assert np.array_equal(getattr(a, field), getattr(b, field))
    shared = spec.fleet[0].count
    assert np.array_equal(a.initial_battery_pct, b.initial_battery_pct[:shared])
    seen = [[o[:6] for o in play_day(spec, policy).records.orders] for policy in (NEAREST, FIFO, AnyFeasible())]
    shortest = min(map(len, seen))  # a truncated day ends at the same time, a completed one when its orders are done
    assert seen[0][:shortest] == seen[1][:shortest] == seen[2][:shortest]


@thorough
@given(any_scenario)
def test_a_day_played_twice_is_the_same_to_the_last_bit(spec: ScenarioSpec) -> None:
    first, second = play_day(spec, RANDOM).records, play_day(spec, RANDOM).records
    assert first == second


@thorough
@given(any_scenario)
def test_time_never_runs_backwards_and_everyone_asked_can_do_something(spec: ScenarioSpec) -> None:
    last_s = -1.0

    def watch(epoch: DecisionEpoch) -> None:
        nonlocal last_s
        assert epoch.time_s >= last_s
        last_s = epoch.time_s
        assert epoch.feasible.any(axis=1).all()
        assert (np.count_nonzero(epoch.feasible, axis=1) > 1).all()  # a single stop is taken without asking
        assert epoch.snapshot.vehicles["is_available"][epoch.deciders].all()

    play_day(spec, Watching(NEAREST, watch))


def test_low_batteries_send_vehicles_to_charge_and_high_ones_let_them_leave() -> None:
    spec = battery_scenario(
        demand__rate_per_h=200,
        fleet__0__battery__initial={"low_pct": 26, "high_pct": 30},
        fleet__0__battery__interruptible_above_pct=50,
    )
    records = play_day(spec).records
    first = {visit.vehicle: visit for visit in reversed(records.visits) if visit.kind == "charger"}
    assert len(first) == 2
    shortest_s = 20 / 400 * 3600  # from at most 30 to 50 Wh at 400 W: no one may leave earlier
    longest_s = 65 / 400 * 3600 + 10 / 200 * 3600  # from 25 to 90 Wh
    for visit in first.values():
        assert visit.started_s is not None
        assert visit.ended_s is not None
        assert shortest_s <= visit.ended_s - visit.started_s < longest_s
    assert records.strandings == 0


def test_a_vehicle_that_runs_out_of_energy_is_rescued_counted_and_charged_for() -> None:
    """2 Wh last 360 s at 20 W: the first order, after 600 s, finds the vehicle dead, on its way to a charger."""
    spec = battery_scenario(
        fleet__0__count=1,
        fleet__0__battery__charging="free",
        fleet__0__battery__reserve_pct=0.0,
        fleet__0__battery__drive_wh_per_m=0.5,
        fleet__0__battery__initial={"low_pct": 2.0, "high_pct": 2.0},
        horizon__drain_s=7200,
    )
    simulator = Simulator(compile_site(spec))
    epoch = simulator.reset(with_orders(spec, [600.0]))
    while epoch.end is None:
        columns = epoch.feasible[0].nonzero()[0]
        epoch = simulator.advance(Dispatch(columns[:1]))
    records = simulator.records()
    broken = [segment for segment in records.segments if segment.state is VehicleState.BROKEN]
    assert records.strandings == len(broken) >= 1
    assert all(segment.end_s - segment.start_s == pytest.approx(600) for segment in broken)
    assert cost_parts(records, spec.objective).total == pytest.approx(records.total_cost, rel=1e-9)
