"""Routes from where all is loaded, docking, and how long vehicles may wait."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from town import day_of, play_town, town

from qmix_logistics.simulation import Simulator, StopKind, compile_site
from qmix_logistics_baselines.plan_following import PlannedStop
from qmix_logistics_baselines.rolling_horizon import RollingHorizonPolicy
from qmix_logistics_baselines.rolling_horizon.model import RoutingModel
from qmix_logistics_baselines.rolling_horizon.problem import routing_problem
from qmix_logistics_baselines.rolling_horizon.waiting import latest_arrivals

WAY_ONLY = {"objective": {"open_order_cost_per_h": 0, "travel_cost_per_km": 1, "unfinished_order_cost": 1000}}


def points(seed: int) -> dict[str, object]:
    """Four places drawn on a square, and the depot in its middle."""
    rng = np.random.default_rng(seed)
    places = [{"node": "D", "x_m": 500.0, "y_m": 500.0}]
    places += [
        {"node": name, "x_m": float(x), "y_m": float(y)}
        for name, (x, y) in zip("ABCE", rng.uniform(0, 1000, (4, 2)), strict=True)
    ]
    return {"kind": "points", "points": places, "depots": [{"node": "D", "servers": None}]}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("capacity", [2, 4])
def test_routes_from_the_depot_are_the_shortest_there_are(tmp_path: Path, seed: int, capacity: int) -> None:
    """Two vans that return, four parcels: every split and order by hand; a van with room for two makes two of them."""
    van = {"id": "van", "count": 2, "speed_mps": 10, "capacity_units": capacity, "max_tasks_on_board": 9,
           "home": ["D"], "returns_home": True}  # fmt: skip
    orders = "order,from,to\n" + "\n".join(f"{name},D,{name}" for name in "ABCE")
    changes = {"network": points(seed), "fleet": [van], "demand__pick_up_s": 0.0, **WAY_ONLY}
    spec = town(tmp_path, orders, **changes)
    site = compile_site(spec)
    epoch = Simulator(site).reset(day_of(spec))
    assert routing_problem(site, epoch, 10).is_loaded_first
    away_m = site.network.distance_m[0]
    home, *places = (site.network.names.index(name) for name in "DABCE")

    def tour_m(stops: tuple[int, ...]) -> float:
        return sum(away_m[a, b] for a, b in itertools.pairwise((home, *stops, home))) if stops else 0.0

    best_m = min(
        tour_m(order[:cut]) + tour_m(order[cut:])
        for order in itertools.permutations(places)
        for cut in range(5)
        if max(cut, 4 - cut) <= capacity
    )
    records = play_town(spec, RollingHorizonPolicy(1e6, 10, 200, 60.0))
    assert all(order.done_s is not None for order in records.orders)
    assert sum(segment.distance_m for segment in records.segments) == pytest.approx(best_m)


def test_docking_counts_once_a_visit(tmp_path: Path) -> None:
    """From A, 100 m at 10 m/s, and a minute to dock at D; from one drop-off at D to the next, nothing."""
    network = {
        "kind": "points",
        "points": [{"node": name, "x_m": 100.0 * index, "y_m": 0.0} for index, name in enumerate("DAB")],
        "docks": [{"node": "D", "servers": 1, "approach_s": 60, "service_s": 5}],
        "depots": [{"node": "B", "servers": None}],
    }
    spec = town(tmp_path, "order,from,to\n1,A,D\n2,A,D", network=network)
    site = compile_site(spec)
    problem = routing_problem(site, Simulator(site).reset(day_of(spec)), 10)
    assert (problem.num_whole, problem.num_pairs) == (0, 2)
    pick_up, drop_off, other = 0, 2, 3
    assert problem.transit[0, pick_up, drop_off] == 10 * (10 + 60)
    assert problem.transit[0, drop_off, other] == 10 * 5
    assert problem.transit[0, drop_off, pick_up] == 10 * (5 + 10)


def test_latest_arrivals_by_hand(tmp_path: Path) -> None:
    """
    From D to A, 10 s away, then C, 20 s more; due there at 100 and 60, and late orders cost.

    C by 60 means A by 40; loading has no due time but comes before: at D by 30.
    """
    changes = {"objective": {"late_order_cost_per_h": 4.0}, "demand__pick_up_s": 5.0}
    spec = town(tmp_path, "order,from,to,due_s\n1,D,A,100\n2,D,C,60", **changes)
    site = compile_site(spec)
    problem = routing_problem(site, Simulator(site).reset(day_of(spec)), 10)
    stops = [PlannedStop(StopKind.PICK_UP, 0), PlannedStop(StopKind.PICK_UP, 1),
             PlannedStop(StopKind.DROP_OFF, 0), PlannedStop(StopKind.DROP_OFF, 1)]  # fmt: skip
    plan = RoutingModel(problem).solve(10, 60.0)
    plan.routes[0] = stops
    latest_s = latest_arrivals(problem, plan, 7.0)
    assert [latest_s[0, stop] - 7.0 for stop in stops] == pytest.approx([20, 25, 40, 60])


@pytest.mark.parametrize(("waiting", "leaves_s"), [("drive_first", 0.0), ("postpone", 120.0), ("wait_first", 120.0)])
def test_who_waits_leaves_in_time_and_no_sooner(tmp_path: Path, waiting: str, leaves_s: float) -> None:
    """Due at A, 10 s away, at 200: asked again every minute, the van leaves when another minute would be too long."""
    changes = {**WAY_ONLY, "objective__late_order_cost_per_h": 4.0, "fleet__0__home": ["D"]}
    spec = town(tmp_path, "order,from,to,due_s\n1,A,B,200", **changes)
    policy = RollingHorizonPolicy(1e6, 10, 5, 60.0, waiting=waiting, waiting_margin_s=0.0)  # type: ignore[arg-type]
    (task,) = play_town(spec, policy).tasks
    assert task.claimed_s == leaves_s
    assert task.dropped_off_s is not None and task.dropped_off_s <= 200


def test_who_waits_with_a_load_on_board_stays_instead_of_dropping_off_first(tmp_path: Path) -> None:
    """At A by 30, then B not before it must, both to C: who waits between the two still goes D, A, B, C."""
    orders = "order,from,to,due_s,pick_up_until_s\n1,A,C,900,30\n2,B,C,900,"
    changes = {**WAY_ONLY, "objective__late_order_cost_per_h": 4.0, "fleet__0__home": ["D"]}
    changes["objective__lost_order_cost"] = 100.0
    for waiting in ("drive_first", "wait_first"):
        spec = town(tmp_path, orders, **changes)
        policy = RollingHorizonPolicy(1e6, 10, 5, 60.0, waiting=waiting, waiting_margin_s=0.0)  # type: ignore[arg-type]
        places = [stop.place for stop in play_town(spec, policy).stops if stop.task >= 0]
        assert places == ["A", "B", "C", "C"], waiting
