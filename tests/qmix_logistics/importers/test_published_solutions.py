from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from importing import shared, sound
from town import day_of

from qmix_logistics.episode import play
from qmix_logistics.importers.imported import ImportOptions
from qmix_logistics.importers.li_lim import import_li_lim
from qmix_logistics.importers.solomon import import_solomon
from qmix_logistics.importers.solutions import read_routes
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import DayRecords, End, OrderStatus, Simulator, StopKind, compile_site
from qmix_logistics_baselines.plan_following import PlanFollowingPolicy, PlannedStop, plan_of_routes

LC101 = """81 78 104 76 71 70 73 77 79 80
57 55 54 53 56 58 60 59
98 96 95 94 92 93 97 106 100 99
32 33 31 35 37 38 39 36 105 34
13 17 18 19 15 16 14 12
90 87 86 83 82 84 85 88 89 91
43 42 41 40 44 46 45 48 51 101 50 52 49 47
67 65 63 62 74 72 61 64 102 68 66 69
5 3 7 8 10 11 9 6 4 2 1 75
20 24 25 27 29 30 28 26 23 103 22 21"""
"""The best known plan for Li and Lim's lc101: 10 vehicles, 828.94 (SINTEF's list of best known solutions)."""


def drive(spec: ScenarioSpec, plan: PlanFollowingPolicy) -> DayRecords:
    records = play(Simulator(compile_site(spec)), plan, day_of(spec), np.random.default_rng(0)).records
    assert records.end is End.COMPLETED
    assert records.mask_violations == 0
    assert {order.status for order in records.orders} == {OrderStatus.DONE}  # none was lost: all windows were kept
    return records


def best_known() -> list[tuple[str, float]]:
    path = Path(__file__).parents[4] / "shared" / "data" / "solomon" / "bks.csv"
    if not path.exists():
        return [("C101", 827.3)]
    with path.open(encoding="utf-8") as file:
        return [(row["instance"], float(row["dimacs_cost_1dec_trunc"])) for row in csv.DictReader(file)]


@pytest.mark.parametrize(("name", "cost"), best_known())
def test_best_known_plans_of_solomon_cost_what_was_published(tmp_path: Path, name: str, cost: float) -> None:
    instance, solution = shared("solomon", f"{name}.txt"), shared("solomon", f"{name}.sol")
    spec = sound(import_solomon(instance, ImportOptions()), tmp_path)
    routes = [[int(node) - 1 for node in route] for route in read_routes(solution)]
    assert sorted(task for route in routes for task in route) == list(range(len(day_of(spec).tasks)))
    records = drive(spec, PlanFollowingPolicy(plan_of_routes(routes)))
    assert records.total_cost == pytest.approx(cost, abs=1e-6)
    assert sum(segment.distance_m for segment in records.segments) == pytest.approx(cost, abs=1e-6)


def test_the_best_known_plan_for_lc101_costs_828_94(tmp_path: Path) -> None:
    imported = import_li_lim(shared("li_lim", "li_lim_100", "lc101.txt"), ImportOptions())
    spec = sound(imported, tmp_path)
    with (tmp_path / "orders.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    stop_at = {row["from"]: PlannedStop(StopKind.PICK_UP, task) for task, row in enumerate(rows)}
    stop_at |= {row["to"]: PlannedStop(StopKind.DROP_OFF, task) for task, row in enumerate(rows)}
    routes = [line.split() for line in LC101.splitlines()]
    assert sorted(node for route in routes for node in route) == sorted(stop_at)
    plan = PlanFollowingPolicy({number: [stop_at[node] for node in route] for number, route in enumerate(routes)})
    records = drive(spec, plan)
    assert records.total_cost == pytest.approx(828.94, abs=0.01)
    assert len({segment.vehicle for segment in records.segments if segment.distance_m > 0}) == 10
