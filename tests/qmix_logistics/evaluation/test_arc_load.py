"""A warehouse of three aisles: S1 hangs at the crossing of the second, R1.1.1 is the first rack of the first."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from documents import scenario
from playing import NEAREST, play_day

from qmix_logistics.evaluation.arc_load import arc_loads
from qmix_logistics.evaluation.arc_ways import QuickestWays, Way, lane_ways
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.layout import build_layout
from qmix_logistics.simulation import SegmentRecord, compile_site

LANES = {"network__congestion": "segments", "network__two_lane_aisles": False}


def table(*rows: tuple[str, float, float, str, str, float], **more: list[Any]) -> pd.DataFrame:
    names = ["state", "start_s", "end_s", "place", "target", "distance_m"]
    return pd.DataFrame(rows, columns=names).assign(vehicle="amr-1", **more)


def loads(spec: ScenarioSpec, segments: pd.DataFrame) -> dict[tuple[str, str], tuple[int, float]]:
    found = arc_loads(segments, build_layout(spec.network), compile_site(spec), spec)
    return {arc: (load.passages, load.blocked_s) for arc, load in found.items()}


def test_a_trip_is_laid_on_its_quickest_way() -> None:
    trip = table(("empty_travel", 0, 10, "S1", "R1.1.1", 8.5))
    assert loads(scenario(), trip) == {
        ("S1", "X0.2"): (1, 0.0), ("X0.1", "X0.2"): (1, 0.0), ("R1.1.1", "X0.1"): (1, 0.0),
    }  # fmt: skip


def test_both_ways_count_together_and_a_trip_in_pieces_counts_once() -> None:
    pieces = table(
        ("empty_travel", 0, 2, "S1", "R1.1.1", 2.0),
        ("broken", 2, 5, "S1", "S1", 0.0),
        ("empty_travel", 5, 12, "S1", "R1.1.1", 6.5),
        ("handling", 12, 20, "R1.1.1", "R1.1.1", 0.0),
        ("loaded_travel", 20, 30, "R1.1.1", "S1", 8.5),
    )
    assert set(loads(scenario(), pieces).values()) == {(2, 0.0)}


def test_who_is_blocked_stands_as_far_along_as_it_had_come() -> None:
    """The spur of S1 is 3 m long, the cross-aisle 4 m: after 3 m at its beginning, before it sets out on the spur."""
    waits = table(
        ("blocked", 0, 5, "S1", "S1", 0.0),
        ("empty_travel", 5, 8, "S1", "R1.1.1", 3.0),
        ("blocked", 8, 18, "S1", "S1", 0.0),
        ("empty_travel", 18, 24, "S1", "R1.1.1", 5.5),
    )
    found = loads(scenario(), waits)
    assert found["S1", "X0.2"] == (1, 5.0)
    assert found["X0.1", "X0.2"] == (1, 10.0)


def test_where_records_name_lanes_arcs_are_counted_as_they_were_driven() -> None:
    """The lane of the first aisle from X0.1 to X1.1: its first rack is 1.5 m along, the next ones 1 m apart."""
    driven = table(
        ("empty_travel", 0, 2, "S1", "R3.1.1", 2.0),
        ("blocked", 2, 9, "S1", "S1", 0.0),
        ("empty_travel", 9, 10, "S1", "R3.1.1", 1.0),
        lane=["X0.1>X1.1"] * 3,
        from_m=[0.0, 2.0, 2.0],
        to_m=[2.0, 2.0, 3.0],
    )
    spec = scenario(**LANES)
    assert loads(spec, driven) == {("R1.1.1", "X0.1"): (1, 0.0), ("R1.1.1", "R1.1.2"): (1, 7.0)}


def test_lanes_and_spurs_have_their_arcs_by_name() -> None:
    spec = scenario(**LANES)
    ways = lane_ways(build_layout(spec.network), compile_site(spec))
    assert ways["X0.1>X1.1"].arcs[0] == ("R1.1.1", "X0.1")
    assert ways["X0.1>X1.1"].offsets_m == pytest.approx([0, 1.5, 2.5, 3.5, 4.5, 6])
    assert ways["S1"] == Way((("S1", "X0.2"),), (0.0, 3.0))
    assert lane_ways(build_layout(scenario().network), compile_site(scenario())) == {}


@pytest.mark.parametrize(
    ("from_m", "to_m", "expected"),
    [
        (0, 6, "abc"),
        (0, 2, "a"),
        (2, 5, "b"),
        (1, 1.5, ""),
        (6, 0, "cba"),
        (6, 4, "c"),
        (6, 5.5, ""),
        (5, 2, "b"),
        (5.5, 5, "c"),
    ],
)
def test_an_arc_is_passed_when_its_far_end_is_reached(from_m: float, to_m: float, expected: str) -> None:
    way = Way((("a", "a"), ("b", "b"), ("c", "c")), (0.0, 2.0, 5.0, 6.0))
    assert sorted(arc[0] for arc in way.passed(from_m, to_m)) == sorted(expected)


def test_trips_that_follow_no_arcs_are_straight() -> None:
    points = [{"node": "D", "x_m": 0, "y_m": 0}, {"node": "K", "x_m": 9, "y_m": 0}, {"node": "S", "x_m": 0, "y_m": 9}]
    network = {"kind": "points", "points": points, "stations": [{"node": "S", "service_s": 1.0}]}
    spec = scenario(network=network, demand__transports=[{"origin": "customer", "destination": "station"}])
    layout = build_layout(spec.network)
    assert QuickestWays(layout, spec.fleet[0]).are_straight
    drives = table(("empty_travel", 0, 4, "D", "K", 4.0), ("empty_travel", 4, 9, "D", "K", 5.0))
    assert loads(spec, drives) == {("D", "K"): (1, 0.0)}


@pytest.mark.parametrize("changes", [{}, LANES])
def test_all_blocked_time_of_a_day_is_laid_on_some_arc(changes: dict[str, Any]) -> None:
    spec = scenario(fleet__0__count=6, **changes)
    records = play_day(spec, NEAREST).records
    rows = [(s.vehicle, s.state.name.lower(), *s[2:7]) for s in records.segments]
    names = ["vehicle", "state", *SegmentRecord._fields[2:7]]
    found = loads(spec, pd.DataFrame(rows, columns=names))
    blocked_s = math.fsum(s.end_s - s.start_s for s in records.segments if s.state.name == "BLOCKED")
    assert math.fsum(seconds for _, seconds in found.values()) == pytest.approx(blocked_s)
    assert (blocked_s > 0) == bool(changes)
    assert sum(passages for passages, _ in found.values()) > 100
