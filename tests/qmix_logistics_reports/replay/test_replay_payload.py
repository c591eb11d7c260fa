from __future__ import annotations

import bisect
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from crowding import random_site
from documents import battery_scenario, scenario
from playing import FIFO, NEAREST
from showing import decoded, shown_day
from town import day_of, play_town, town

from qmix_logistics.evaluation.shown.shown_day import ShownDay
from qmix_logistics.evaluation.shown.whereabouts import whereabouts
from qmix_logistics.simulation import VehicleState
from qmix_logistics_reports.replay.payload import Replay, replay_of

TEMPLATES = Path(__file__).parents[3] / "reports" / "qmix_logistics_reports" / "templates"
MOST_SCRIPT = 18_000
FASTEST_MPS = 1.4


def crowded() -> ShownDay:
    """A day on narrow lanes, with other ways to go, breakdowns and three on board."""
    spec, policy = random_site(random.Random(3), [12], hours=0.2)
    return shown_day(spec, {"one": policy, "other": FIFO})


def charging() -> ShownDay:
    return shown_day(battery_scenario(), {"nearest": NEAREST, "fifo": FIFO})


@pytest.mark.parametrize("make", [crowded, charging])
def test_vehicles_are_drawn_where_the_records_have_them_at_any_time(make: Any) -> None:
    shown = make()
    replay, rng = replay_of(shown, 0.0), np.random.default_rng(0)
    read, clock, scale = decoded(replay.json), replay.clock, replay.scale
    for panel, policy in enumerate(shown.policies):
        for vehicle, (name, legs) in enumerate(whereabouts(shown.site_map, policy.records.segments).items()):
            assert read.values["vehicles"][vehicle] == name
            starts_s = [leg.start_s for leg in legs]
            for time_s in rng.uniform(0, policy.records.end_s, 40):
                leg = legs[max(bisect.bisect_right(starts_s, time_s) - 1, 0)]
                if min(time_s - leg.start_s, leg.end_s - time_s) < clock.tick_s:
                    continue  # at the edge of a leg a tick decides
                x, y, state, _ = read.vehicle_at(panel, vehicle, (time_s - clock.from_s) / clock.tick_s)
                # a rounded unit, the tolerance of what is left out, and the way driven in a tick
                most = 1.2 + FASTEST_MPS * clock.tick_s / scale.unit_m
                assert (x, y) == pytest.approx(scale.exact(leg.at(time_s)), abs=most)
                assert state == int(leg.state)


def test_loads_are_those_of_the_records() -> None:
    shown = crowded()
    replay = replay_of(shown, 0.0)
    read, records = decoded(replay.json), shown.policies[0].records
    number = {name: index for index, name in enumerate(shown.site_map.vehicles)}
    for time_s in np.linspace(1, records.end_s - 1, 50):
        on_board = dict.fromkeys(number, 0)
        near = False
        for task in records.tasks:
            end_s = records.end_s if task.dropped_off_s is None else task.dropped_off_s
            if task.picked_up_s is not None:
                on_board[task.vehicle] += task.picked_up_s <= time_s < end_s
                near |= min(abs(task.picked_up_s - time_s), abs(end_s - time_s)) < 0.2
        if not near:
            loads = [read.vehicle_at(0, number[name], time_s / replay.clock.tick_s)[3] for name in number]
            assert loads == list(on_board.values())


def test_batteries_are_those_of_the_records() -> None:
    shown = charging()
    replay = replay_of(shown, 0.0)
    read, records = decoded(replay.json), shown.policies[0].records
    capacity_wh = 100.0
    for vehicle, name in enumerate(shown.site_map.vehicles):
        level = read.rows(read.values["panels"][0]["battery"][vehicle], 2, 2)
        mine = [s for s in records.segments if s.vehicle == name]
        assert any(s.state is VehicleState.CHARGING for s in mine)
        for segment in mine:
            drawn = np.interp(segment.start_s / replay.clock.tick_s, level[:, 0], level[:, 1])
            assert segment.battery_wh is not None
            assert drawn == pytest.approx(100 * segment.battery_wh / capacity_wh, abs=1.7)


def test_orders_and_their_cost_are_counted_as_the_records_say() -> None:
    shown = charging()
    replay = replay_of(shown, 0.0)
    panel, records = decoded(replay.json).values["panels"][1], shown.policies[1].records
    counts = {name: len(times) for name, times in panel["orders"].items()}
    assert counts["in"] == len(records.orders)
    assert counts["done"] == sum(order.done_s is not None for order in records.orders)
    assert counts["late"] == sum((order.closed_s or records.end_s) > order.due_s for order in records.orders)
    cost = sum(panel["cost"]) * decoded(replay.json).values["costUnit"]
    assert cost == pytest.approx(records.total_cost, rel=1e-3)


def test_a_vehicle_is_sent_to_the_stops_of_the_records(tmp_path: Path) -> None:
    spec = town(tmp_path, "order,from,to,load_units\n7,A,C,1", fleet__0__max_tasks_on_board=1)
    shown = shown_day(spec, {"nearest": NEAREST}, {"nearest": play_town(spec, NEAREST)}, day_of(spec))
    values = decoded(replay_of(shown, 0.0).json).values
    sent = np.array(values["panels"][0]["targets"][0]).reshape(-1, 4)
    assert [(row[0], row[1], values["places"][row[2]], row[3]) for row in sent.tolist()] == [
        (0, 0, "A", 0), (100, 1, "C", 0),
    ]  # fmt: skip


def test_all_policies_share_one_clock() -> None:
    replay = replay_of(charging(), 0.0)
    values = decoded(replay.json).values
    for panel in values["panels"]:
        ends = [int(np.array(track).reshape(-1, 4)[:, 0].sum()) for track in panel["tracks"]]
        assert max(ends) == panel["end"] <= values["length"]
    assert max(panel["end"] for panel in values["panels"]) == pytest.approx(values["length"], abs=10)


def test_a_day_that_does_not_fit_is_shown_as_far_as_there_is_room() -> None:
    shown = charging()
    whole = replay_of(shown, 0.0)
    part = replay_of(shown, 300.0, len(whole.json) // 2)
    assert whole.is_whole_day and not part.is_whole_day
    assert part.clock.from_s == 300
    assert len(part.json) <= len(whole.json) // 2
    assert 360 <= part.clock.until_s < whole.clock.until_s
    legs = whereabouts(shown.site_map, shown.policies[0].records.segments)["amr-1"]
    leg = next(leg for leg in legs if leg.start_s <= 400 < leg.end_s)
    x, y, *_ = decoded(part.json).vehicle_at(0, 0, (400 - 300) / part.clock.tick_s)
    assert (x, y) == pytest.approx(part.scale.exact(leg.at(400)), abs=10)


def test_the_same_day_gives_the_same_bytes() -> None:
    first, again = (replay_of(charging(), 0.0) for _ in range(2))
    assert first.json == again.json


def hostile() -> Replay:
    points = [{"node": name, "x_m": x, "y_m": 0.0} for x, name in enumerate(("D", "</script><b>", "<!--&\u2028"))]
    network = {"kind": "points", "points": points, "depots": [{"node": "D"}]}
    demand = {"kind": "poisson", "rate_per_h": 30, "transports": [{"origin": "depot", "destination": "customer"}]}
    return replay_of(shown_day(scenario(network=network, demand=demand), {"nearest": NEAREST}), 0.0)


def test_a_hostile_name_cannot_leave_the_script_that_holds_it() -> None:
    text = hostile().json
    assert not set("<>&\u2028") & set(text)
    assert "</script><b>" in decoded(text).values["places"]


def test_the_script_is_small() -> None:
    assert len((TEMPLATES / "replay.js").read_bytes()) <= MOST_SCRIPT
