from __future__ import annotations

import numpy as np
import pytest
from documents import battery_scenario, scenario
from handmade import day_with
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playing import FIFO, NEAREST, RANDOM, play_day

from qmix_logistics.episode import Policy, play
from qmix_logistics.evaluation.costs import cost_parts
from qmix_logistics.evaluation.kpis import KPIS, RecordedDay, compute_kpis
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import (
    DayRecords,
    End,
    OrderRecord,
    OrderStatus,
    SegmentRecord,
    Simulator,
    VehicleState,
    VisitRecord,
    compile_site,
)

DONE, OPEN, DECLINED, LOST = OrderStatus.DONE, OrderStatus.OPEN, OrderStatus.DECLINED, OrderStatus.LOST


def kpis_of(records: DayRecords, spec: ScenarioSpec) -> dict[str, float | None]:
    return compute_kpis(RecordedDay(records, compile_site(spec)))


def test_a_day_by_hand() -> None:
    """
    D/D/1: station to rack 4.5 s, pick-up 10 s, back 4.5 s, drop-off 5 s; three orders at 0 s, one vehicle.

    Done at 24, 48 and 72 s; the day goes on for an hour. At 1 an hour of waiting and 0.1 a kilometre.
    """
    spec = scenario(fleet__0__count=1, horizon__demand_s=3600, horizon__drain_s=0)
    simulator = Simulator(compile_site(spec))
    records = play(simulator, NEAREST, day_with(spec, ["R2.1.1"] * 3), np.random.default_rng(0)).records
    assert kpis_of(records, spec) == pytest.approx(
        {
            "total_cost": 144 / 3600 + 0.0027,
            "regret_pct": None,
            "waiting_cost": 144 / 3600,
            "lateness_cost": 0,
            "travel_cost": 0.0027,
            "energy_cost": 0,
            "penalty_cost": 0,
            "orders_in": 3,
            "orders_done": 3,
            "orders_open": 0,
            "orders_declined": 0,
            "orders_lost": 0,
            "lead_time_mean_s": 48,
            "lead_time_median_s": 48,
            "lead_time_p95_s": 48 + 0.9 * 24,
            "tardiness_mean_s": 0,
            "on_time_pct": 100,
            "throughput_per_h": 3,
            "day_length_s": 3600,
            "time_idle_pct": 98,
            "time_empty_travel_pct": 13.5 / 36,
            "time_loaded_travel_pct": 13.5 / 36,
            "time_handling_pct": 45 / 36,
            "time_queueing_pct": 0,
            "time_blocked_pct": 0,
            "time_charging_pct": 0,
            "time_broken_pct": 0,
            "distance_km": 0.027,
            "empty_travel_pct": 50,
            "energy_kwh": 0,
            "strandings": 0,
            "station_wait_mean_s": 0,
            "station_utilisation_pct": 15 / 36,
            "charger_wait_mean_s": None,
            "charger_utilisation_pct": None,
            "lost_pct": 0,
            "declined_pct": 0,
            "pick_up_wait_mean_s": (14.5 + 38.5 + 62.5) / 3,
            "breakdowns": 0,
            "deadlocks": 0,
            "back_outs": 0,
            "rescues": 0,
            "blocked_per_order_s": 0,
            "tasks_on_board_mean": 3 * 9.5 / 3600,  # on the way back and in the drop-off
            "distance_per_order_km": 0.009,
            "vehicle_throughput_per_h": 3,
            "dock_wait_mean_s": None,
            "dock_utilisation_pct": None,
            "depot_wait_mean_s": None,
            "decisions": 3,
            "mask_violations": 0,
            "stale_decisions": 0,
            "candidate_cut_pct": 0,
        }
    )


def order(number: int, status: OrderStatus, done_s: float | None, due_s: float, weight: float = 1.0) -> OrderRecord:
    return OrderRecord(number, "express", weight, 1, 100.0 * number, due_s, done_s, status)


HARD_DAY = DayRecords(
    end_s=1000.0,
    end=End.TRUNCATED,
    orders=[
        order(0, DONE, 300.0, due_s=300.0),
        order(1, DONE, 500.0, due_s=400.0, weight=2.0),
        order(2, OPEN, None, due_s=600.0, weight=3.0),
        order(3, OPEN, None, due_s=2000.0),
        order(4, DECLINED, 400.0, due_s=450.0),
        order(5, LOST, 900.0, due_s=500.0, weight=4.0),
    ],
    segments=[
        SegmentRecord("amr-1", VehicleState.EMPTY_TRAVEL, 0.0, 300.0, "S1", "R1.1.1", 300.0, 9.0),
        SegmentRecord("amr-1", VehicleState.LOADED_TRAVEL, 300.0, 400.0, "R1.1.1", "S1", 100.0, 5.0),
        SegmentRecord("amr-1", VehicleState.BROKEN, 400.0, 1000.0, "S1", "S1", 0.0, 0.0),
        SegmentRecord("amr-2", VehicleState.QUEUEING, 0.0, 1000.0, "C1", "C1", 0.0, 6.0),
    ],
    visits=[
        VisitRecord("S1", "station", 1, "amr-1", 100.0, 130.0, 150.0),
        VisitRecord("S1", "station", 1, "amr-2", 200.0, 210.0, None),
        VisitRecord("S1", "station", 1, "amr-1", 300.0, None, None),
        VisitRecord("C1", "charger", 1, "amr-2", 0.0, 600.0, 900.0),
    ],
    num_decisions=8,
    candidate_cuts=2,
    strandings=1,
)


def test_a_hard_day_by_hand() -> None:
    """Open orders cost and are late until the end of the day; what is not done is not on time."""
    spec = battery_scenario()
    found = kpis_of(HARD_DAY, spec)
    waiting_h = (300 + 2 * 400 + 3 * 800 + 700 + 0 + 4 * 400) / 3600
    late_h = (0 + 2 * 100 + 3 * 400 + 0 + 0 + 4 * 400) / 3600
    expected = {
        "waiting_cost": waiting_h,
        "lateness_cost": 4 * late_h,
        "travel_cost": 0.04,
        "energy_cost": 0.3 * 0.02,
        "penalty_cost": 5 * 4 + 20,
        "total_cost": waiting_h + 4 * late_h + 0.046 + 40,
        "orders_in": 6, "orders_done": 2, "orders_open": 2, "orders_declined": 1, "orders_lost": 1,
        "time_empty_travel_pct": 15, "time_loaded_travel_pct": 5, "time_broken_pct": 30, "time_queueing_pct": 50,
        "distance_km": 0.4, "empty_travel_pct": 75, "energy_kwh": 0.02, "strandings": 1,
        "station_wait_mean_s": 20, "station_utilisation_pct": 81,
        "charger_wait_mean_s": 600, "charger_utilisation_pct": 15,
        "candidate_cut_pct": 25,
    }  # fmt: skip
    assert {name: found[name] for name in expected} == pytest.approx(expected)


def test_declined_and_lost_orders_cost_what_the_objective_says() -> None:
    spec = battery_scenario(objective__declined_order_cost=7.0, objective__lost_order_cost=11.0)
    assert cost_parts(HARD_DAY, spec.objective).penalties == pytest.approx(5 * 4 + 7 + 11 * 4 + 20)


def test_without_orders_what_is_no_number_is_none() -> None:
    found = kpis_of(play_day(scenario(demand__rate_per_h=1e-6)).records, scenario())
    undefined = {name for name, value in found.items() if value is None}
    assert undefined == {
        "regret_pct",  # reckoned when all policies have played the day
        "lead_time_mean_s", "lead_time_median_s", "lead_time_p95_s", "tardiness_mean_s", "on_time_pct",
        "empty_travel_pct", "station_wait_mean_s", "charger_wait_mean_s", "charger_utilisation_pct",
        "candidate_cut_pct", "lost_pct", "declined_pct", "pick_up_wait_mean_s", "blocked_per_order_s",
        "distance_per_order_km", "dock_wait_mean_s", "dock_utilisation_pct", "depot_wait_mean_s",
    }  # fmt: skip
    assert (found["total_cost"], found["time_idle_pct"]) == (0, 100)


def test_names_are_unique_and_units_end_names() -> None:
    names = [kpi.name for kpi in KPIS]
    assert len(set(names)) == len(names)
    endings = {"s": "_s", "%": "_pct", "km": "_km", "kWh": "_kwh", "/h": "_per_h", "cost": "_cost", "": ""}
    assert all(kpi.name.endswith(endings[kpi.unit]) for kpi in KPIS)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.builds(
        battery_scenario,
        demand__rate_per_h=st.sampled_from([20, 120, 500]),
        demand__mean_tasks_per_order=st.sampled_from([1.0, 2.5]),
        horizon__drain_s=st.sampled_from([0, 120, 1800]),
        experiment=st.builds(lambda seed: {"seed": seed}, st.integers(0, 1000)),
    ),
    st.sampled_from([NEAREST, FIFO, RANDOM]),
)
def test_nothing_is_lost_between_records_and_indicators(spec: ScenarioSpec, policy: Policy) -> None:
    records = play_day(spec, policy).records
    found = {name: value or 0.0 for name, value in kpis_of(records, spec).items()}
    closed = found["orders_done"] + found["orders_declined"] + found["orders_lost"]
    assert found["orders_in"] == closed + found["orders_open"] == len(records.orders)
    assert sum(found[f"time_{state.name.lower()}_pct"] for state in VehicleState) == pytest.approx(100, rel=1e-9)
    assert found["total_cost"] == pytest.approx(records.total_cost, rel=1e-9)
    parts = ("waiting", "lateness", "travel", "energy", "penalty")
    assert found["total_cost"] == pytest.approx(sum(found[f"{part}_cost"] for part in parts), rel=1e-12)
    assert found["mask_violations"] == 0
