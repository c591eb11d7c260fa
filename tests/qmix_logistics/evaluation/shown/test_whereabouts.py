from __future__ import annotations

import bisect
import itertools
import random
from typing import Any

import numpy as np
import pytest
from crowding import random_site
from documents import battery_scenario, scenario
from playing import NEAREST, Watching, play_day, test_day
from town import play_town, town

from qmix_logistics.episode import play
from qmix_logistics.evaluation.shown.course import Course, Point
from qmix_logistics.evaluation.shown.site_map import SiteMap, site_map
from qmix_logistics.evaluation.shown.whereabouts import Leg, whereabouts
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import DayRecords, DecisionEpoch, Simulator, VehicleState, compile_site


def map_of(spec: ScenarioSpec) -> SiteMap:
    return site_map(spec, compile_site(spec))


def position(legs: list[Leg], time_s: float) -> Point:
    """Return where a vehicle is at a time: on the last leg that has begun."""
    return legs[max(bisect.bisect_right([leg.start_s for leg in legs], time_s) - 1, 0)].at(time_s)


def test_a_course_is_met_at_its_offsets_and_bends() -> None:
    course = Course(((0.0, 0.0), (4.0, 0.0), (4.0, 3.0)), (0.0, 4.0, 7.0))
    assert [course.at(offset_m) for offset_m in (-1, 0, 2, 4, 5.5, 7, 9)] == [
        (0, 0), (0, 0), (2, 0), (4, 0), (4, 1.5), (4, 3), (4, 3),
    ]  # fmt: skip
    assert course.stretch(6, 2) == [(6, (4, 2)), (4.0, (4.0, 0.0)), (2, (2, 0))]


def test_a_trip_is_drawn_along_the_aisles_at_constant_speed() -> None:
    """From S1, 3 m in front of crossing 2, to the third rack of aisle 1: 3 m up, 4 m across, 3.5 m up; 1 m/s."""
    spec = scenario(fleet__0__count=1)
    records = play_day(spec).records
    legs = whereabouts(map_of(spec), records.segments)["amr-1"]
    trip = next(s for s in records.segments if s.target == "R1.1.3" and s.place == "S1" and s.distance_m > 0)
    assert trip.distance_m == 10.5
    at = [position(legs, trip.start_s + gone_s) for gone_s in (0, 2, 5, 7, 9, 10.5)]
    assert at == [pytest.approx(point) for point in [(4, -3), (4, -1), (2, 0), (0, 0), (0, 2), (0, 3.5)]]


def test_legs_follow_each_other_all_day_and_are_as_long_as_the_trips() -> None:
    spec = battery_scenario()
    records = play_day(spec).records
    for name, legs in whereabouts(map_of(spec), records.segments).items():
        assert [leg.end_s for leg in legs[:-1]] == pytest.approx([leg.start_s for leg in legs[1:]])
        assert all(one.to_m == pytest.approx(two.from_m) for one, two in itertools.pairwise(legs))
        driven_m = sum(abs(leg.to_m[0] - leg.from_m[0]) + abs(leg.to_m[1] - leg.from_m[1]) for leg in legs)
        assert driven_m == pytest.approx(sum(s.distance_m for s in records.segments if s.vehicle == name))


@pytest.mark.parametrize("seed", [2, 3, 7, 11])
def test_on_lanes_vehicles_are_drawn_where_the_simulator_had_them(seed: int) -> None:
    """At every decision, in crowded aisles: whoever is on a lane is drawn at its place on it."""
    spec, policy = random_site(random.Random(seed), [12], hours=0.2)
    spec = spec.model_copy(update={"fleet": tuple(c.model_copy(update={"breakdowns": None}) for c in spec.fleet)})
    simulator, drawn_map = Simulator(compile_site(spec)), map_of(spec)
    seen: list[tuple[float, str, Point]] = []

    def watch(epoch: DecisionEpoch) -> None:
        assert simulator._traffic is not None
        for number, name in enumerate(simulator.site.fleet.names):
            lane = (rider := simulator._traffic.rider(number)).lane
            if lane is not None:
                seen.append((epoch.time_s, name, drawn_map.lanes[lane.segment.name].at(rider.position_m(epoch.time_s))))

    records = play(simulator, Watching(policy, watch), test_day(spec), np.random.default_rng(0)).records
    legs = whereabouts(drawn_map, records.segments)
    assert len(seen) > 100
    for time_s, name, at_m in seen:
        near_m = [position(legs[name], time_s + later_s) for later_s in (-1e-6, 1e-6)]  # it may just change lanes
        assert any(point == pytest.approx(at_m, abs=1e-4) for point in near_m), (time_s, name)


def test_a_vehicle_that_breaks_down_under_way_stands_there_and_goes_on_from_there(tmp_path: Any) -> None:
    breakdowns = {"mean_driving_s": 20, "repair_s": 50}
    spec = town(tmp_path, "order,from,to,load_units\n1,A,C,1")
    spec = spec.model_copy(
        update={"fleet": tuple(type(c).model_validate(c.model_dump() | {"breakdowns": breakdowns}) for c in spec.fleet)}
    )
    records = play_town(spec, NEAREST)
    assert records.breakdowns
    legs = whereabouts(map_of(spec), records.segments)["van-1"]
    broken = [leg for leg in legs if leg.state is VehicleState.BROKEN]
    assert broken
    assert all(leg.from_m[0] % 100 for leg in broken)  # away from all places
    assert all(one.to_m == pytest.approx(two.from_m) for one, two in itertools.pairwise(legs))
    assert legs[-1].to_m == (300.0, 0.0)


def test_what_a_battery_holds_is_recorded_when_every_stretch_begins() -> None:
    records: DayRecords = play_day(battery_scenario()).records
    mine = [s for s in records.segments if s.vehicle == "amr-1"]
    assert any(s.state is VehicleState.CHARGING for s in mine)
    for one, two in itertools.pairwise(mine):
        assert one.battery_wh is not None and two.battery_wh is not None
        if one.state is VehicleState.CHARGING:
            assert two.battery_wh > one.battery_wh
        else:
            assert two.battery_wh == pytest.approx(one.battery_wh - one.energy_wh)


def test_a_table_of_trips_may_say_nothing_of_where_places_are(tmp_path: Any) -> None:
    (tmp_path / "places.csv").write_text("node,kind\nD,depot\nA,customer\n")
    (tmp_path / "trips.csv").write_text("from,to,distance_m\nD,A,10\nA,D,12\n")
    network = {
        "kind": "matrix", "places": str(tmp_path / "places.csv"), "trips": str(tmp_path / "trips.csv"),
        "depots": [{"node": "D"}],
    }  # fmt: skip
    demand = {"kind": "poisson", "rate_per_h": 10, "transports": [{"origin": "depot", "destination": "customer"}]}
    assert not map_of(scenario(network=network, demand=demand)).has_coordinates
    assert map_of(scenario()).has_coordinates
