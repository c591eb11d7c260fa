from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from crowding import play_watched, random_site
from documents import scenario
from handmade import day_with
from hypothesis import given, settings
from hypothesis import strategies as st
from playing import FIFO, test_day

from qmix_logistics.episode import play
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import (
    Day,
    DayRecords,
    OrderStatus,
    Simulator,
    VehicleState,
    compile_site,
)
from qmix_logistics.simulation.day import Mishaps, Span

BLOCKED = VehicleState.BLOCKED


def narrow(**changes: Any) -> ScenarioSpec:
    """
    Return two one-way aisles, 4 m apart, with racks at 1.5, 2.5, 3.5 and 4.5 m of 6; S1 stands 3 m off aisle 1.

    Vehicles drive 1 m/s and a pick-up takes 10 s; a round leads up aisle 1, over the back, down aisle 2 and back.
    """
    return scenario(
        **{
            "network__num_aisles": 2,
            "network__one_way_aisles": True,
            "network__congestion": "segments",
            "network__segments": {"slowdown": 0.0},
            "network__stations": [{"id": "S1", "aisle": 1, "offset_m": 3.0, "service_s": 5.0}],
        }
        | changes
    )


def play_racks(spec: ScenarioSpec, racks: list[str], apart_s: float = 0.0, **mishaps: Any) -> DayRecords:
    """Let vehicles take tasks that are released some time apart, the first at the start."""
    day = day_with(spec, racks, release_s=apart_s * np.arange(len(racks)))
    if mishaps:
        day = Day(**{name: getattr(day, name) for name in Day.__slots__} | {"mishaps": Mishaps(**mishaps)})
    return play(Simulator(compile_site(spec)), FIFO, day, np.random.default_rng(0)).records


def picked_up_s(records: DayRecords) -> list[float]:
    return [task.picked_up_s or 0.0 for task in records.tasks]


def blocked_s(records: DayRecords) -> float:
    return sum(s.end_s - s.start_s for s in records.segments if s.state is BLOCKED)


def test_a_corridor_is_one_segment_and_a_spur_is_none() -> None:
    lanes = compile_site(narrow()).lanes
    assert lanes is not None
    # two aisles, and a lane in each direction on both cross-aisles
    assert sorted(segment.length_m for segment in lanes.segments) == [4, 4, 4, 4, 6, 6]
    assert [segment.capacity for segment in lanes.segments if segment.length_m == 6] == [4, 4]


def test_without_others_a_congested_trip_takes_its_free_time() -> None:
    records = play_racks(narrow(fleet__0__count=1), ["R1.1.2"])
    # 3 m spur and 2.5 m of aisle; then 3.5 m to its end, 4 m, 6 m, 4 m and 3 m back
    assert picked_up_s(records) == [15.5]
    assert records.orders[0].done_s == pytest.approx(15.5 + 20.5 + 5)
    assert blocked_s(records) == 0


def test_who_picks_in_a_narrow_aisle_holds_up_who_comes_behind() -> None:
    records = play_racks(narrow(), ["R1.1.1", "R1.1.4"])
    # the first picks at 1.5 m from 4.5 s to 14.5 s; the second stands behind it, then drives on to 4.5 m
    assert picked_up_s(records) == pytest.approx([14.5, 14.5 + 3 + 10])
    assert blocked_s(records) == pytest.approx(10.0)


def test_who_goes_less_far_is_not_held_up() -> None:
    records = play_racks(narrow(), ["R1.1.4", "R1.1.1"], apart_s=1)
    assert picked_up_s(records) == pytest.approx([3 + 4.5 + 10, 1 + 3 + 1.5 + 10])
    assert blocked_s(records) == 0  # it passes 4.5 m at 18.5 s, when the first one has gone


def test_speed_at_entry_falls_with_the_vehicles_on_the_segment() -> None:
    records = play_racks(narrow(network__segments={"slowdown": 0.5}), ["R1.1.4", "R1.1.1"], apart_s=1)
    # capacity 4; the second of two enters at 1 - 0.5 x 1 / 4 = 0.875 m/s
    assert picked_up_s(records) == pytest.approx([17.5, 4 + 1.5 / 0.875 + 10])


def test_a_full_segment_is_not_entered() -> None:
    spec = narrow(network__segments={"slowdown": 0.0, "spacing_m": 6.0})  # one vehicle an aisle
    records = play_racks(spec, ["R1.1.4", "R1.1.1"], apart_s=1)
    # the first leaves the aisle at 3 + 4.5 + 10 + 1.5 = 19 s; only then may the second enter
    assert picked_up_s(records) == pytest.approx([17.5, 19 + 1.5 + 10])


def test_a_station_without_free_bays_spills_back_onto_the_lane() -> None:
    stations = [{"id": "S1", "aisle": 1, "offset_m": 3.0, "service_s": 60.0, "bays": 1}]
    parking = [{"id": "P1", "aisle": 2, "offset_m": 3.0}]
    spec = narrow(network__stations=stations, network__parking=parking, fleet__0__count=2)
    records = play_racks(spec, ["R1.1.4", "R1.1.1"], apart_s=1)
    waited = [visit.started_s - visit.arrived_s for visit in records.visits if visit.started_s is not None]
    assert waited == [0, 0]  # no one queues in the bay: who finds none waits on the cross-aisle
    # from P1, off aisle 2, the first is back before S1 at 37 s, takes the bay, and is served from 40 s to 100 s; the
    # second comes there at 38 s
    assert blocked_s(records) == pytest.approx(62.0)


def test_a_single_lane_serves_one_direction_at_a_time() -> None:
    changes = {"network__one_way_aisles": False, "network__two_lane_aisles": False, "network__num_aisles": 1}
    records = play_racks(narrow(**changes), ["R1.1.4", "R1.1.4"])
    # up: 3 + 4.5 s; the first turns round after its pick, but the second stands behind it: one of them must make way
    assert records.deadlocks == 1
    assert records.back_outs + records.rescues == 1
    assert [order.status for order in records.orders] == [OrderStatus.DONE] * 2


def test_two_lanes_let_vehicles_pass_in_opposite_directions() -> None:
    changes = {"network__one_way_aisles": False, "network__num_aisles": 1}
    records = play_racks(narrow(**changes), ["R1.1.4", "R1.1.4"])
    assert records.deadlocks == 0
    # both come at 7.5 s; the second waits behind the first, which changes lanes when it has picked
    assert picked_up_s(records) == pytest.approx([17.5, 27.5])


def test_a_blocked_arc_is_driven_around() -> None:
    changes = {"network__one_way_aisles": False, "network__num_aisles": 2, "fleet__0__count": 1}
    records = play_racks(narrow(**changes), ["R1.1.4"], blocked_arcs=((("X0.1", "R1.1.1"), Span(0.0, 1000.0)),))
    # by aisle 2 and the back instead: 3 + 4 + 6 + 4 + 1.5 m
    assert picked_up_s(records) == pytest.approx([18.5 + 10])


def test_where_all_ways_are_blocked_a_vehicle_waits_until_one_is_opened() -> None:
    records = play_racks(narrow(fleet__0__count=1), ["R1.1.2"], blocked_arcs=((("X0.1", "R1.1.1"), Span(1.0, 100.0)),))
    # it has left S1 when the only aisle that leads to the rack is blocked; at 100 s it goes on from the junction
    assert picked_up_s(records) == pytest.approx([100 + 2.5 + 10])


def test_arcs_may_be_blocked_where_there_is_no_congestion() -> None:
    spec = narrow(
        network__congestion="none", network__one_way_aisles=False, fleet__0__count=1,
        disruptions={"blocked_arcs": [{"arc": ["X0.1", "R1.1.1"], "earliest_s": 0, "duration_s": 1000}]},
    )  # fmt: skip
    mishaps = test_day(spec).mishaps
    assert mishaps.blocked_arcs == ((("X0.1", "R1.1.1"), Span(0.0, 1000.0)),)
    assert picked_up_s(play_racks(spec, ["R1.1.4"], blocked_arcs=mishaps.blocked_arcs)) == pytest.approx([28.5])


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_lanes_hold_what_they_can_in_order_and_no_one_waits_in_a_circle(seed: int) -> None:
    spec, policy = random_site(random.Random(seed), [2, 5, 12, 25], hours=0.2)
    records = play_watched(spec, policy)
    assert {order.status for order in records.orders} <= {OrderStatus.DONE}
    assert records.deadlocks == records.back_outs + records.rescues
    assert records.mask_violations == 0
    in_states_s = dict.fromkeys(compile_site(spec).fleet.names, 0.0)
    for segment in records.segments:
        in_states_s[segment.vehicle] += segment.end_s - segment.start_s
    assert list(in_states_s.values()) == pytest.approx([records.end_s] * len(in_states_s), rel=1e-9)
