from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from documents import scenario
from playing import FIFO, NEAREST
from showing import contenders_of, shown_day

from qmix_logistics.evaluation.shown.shown_day import ShownDay
from qmix_logistics_reports.replay.captions import clock_text, time_ticks
from qmix_logistics_reports.replay.scaling import scale_of
from qmix_logistics_reports.replay.section import ReplaySection, replay_section

CUSTOMERS = {"count": 6, "radius_m": 900, "seed": 1}
HUB: dict[str, Any] = {
    "network__customers": CUSTOMERS,
    "network__docks": [{"id": "D1", "aisle": 1}],
    "demand__transports": [{"origin": "rack", "destination": "dock"}, {"destination": "customer"}],
}


def section_of(shown: ShownDay) -> ReplaySection:
    return replay_section(shown, contenders_of(shown), 0.0)


def test_the_caption_says_which_day_it_is_and_why() -> None:
    shown = shown_day(scenario(), {"nearest": NEAREST, "fifo": FIFO})
    drawn = section_of(shown).drawn
    assert drawn is not None
    assert (
        "Test day 0 (test-000): of 3 days, the one whose cost difference between nearest and fifo is the median one"
        in (drawn.caption)
    )
    assert "The whole day is shown" in drawn.caption
    assert [panel.name for panel in drawn.panels] == ["nearest", "fifo"]
    assert drawn.panels[1].role == "reference, decides on global information"


def test_numbers_at_even_times_are_those_of_the_records() -> None:
    shown = shown_day(scenario(), {"nearest": NEAREST})
    drawn = section_of(shown).drawn
    assert drawn is not None
    records = shown.policies[0].records
    assert drawn.rows[0] == ("0:00:00", "0", "0", "0", "0")
    assert drawn.rows[-1][1:4] == (
        "0",
        str(len(records.orders)),
        str(sum(o.closed_s > o.due_s for o in records.orders)),
    )  # type: ignore[operator]


def test_without_a_day_the_section_says_why() -> None:
    assert replay_section("the scenario says so", [], 0.0) == ReplaySection(
        None, "There is no replay: the scenario says so."
    )


def test_a_table_of_trips_without_coordinates_has_no_map(tmp_path: Path) -> None:
    (tmp_path / "places.csv").write_text("node,kind\nD,depot\nA,customer\n")
    (tmp_path / "trips.csv").write_text("from,to,distance_m\nD,A,10\nA,D,12\n")
    network = {
        "kind": "matrix", "places": str(tmp_path / "places.csv"), "trips": str(tmp_path / "trips.csv"),
        "depots": [{"node": "D"}],
    }  # fmt: skip
    demand = {"kind": "poisson", "rate_per_h": 10, "transports": [{"origin": "depot", "destination": "customer"}]}
    section = section_of(shown_day(scenario(network=network, demand=demand), {"nearest": NEAREST}))
    assert section.drawn is None
    assert "does not say where places are" in section.absent


def test_a_building_far_smaller_than_the_whole_area_has_a_view_of_its_own() -> None:
    shown = shown_day(scenario(**HUB), {"nearest": NEAREST})
    whole, inside = scale_of(shown.site_map).views
    assert inside.size < 0.2 * whole.size
    scale = scale_of(shown.site_map)
    for point in shown.site_map.points.values():
        assert whole.holds(scale.exact(point.at_m))
        assert inside.holds(scale.exact(point.at_m)) == (point.kind != "customer")
    assert len(scale_of(shown_day(scenario(), {"nearest": NEAREST}).site_map).views) == 1


def test_customers_who_wait_are_marked() -> None:
    drawn = section_of(shown_day(scenario(**HUB), {"nearest": NEAREST})).drawn
    assert drawn is not None and drawn.awaits
    assert "r-await" in drawn.panels[0].drawings[0]
    plain = section_of(shown_day(scenario(), {"nearest": NEAREST})).drawn
    assert plain is not None and not plain.awaits


def test_without_a_script_every_vehicle_is_drawn_once() -> None:
    drawn = section_of(shown_day(scenario(fleet__0__count=3), {"nearest": NEAREST})).drawn
    assert drawn is not None
    assert drawn.panels[0].drawings[0].count('class="r-vehicle') == 3
    assert "<title>amr-2</title>" in drawn.panels[0].drawings[0]


def test_names_are_escaped_where_they_are_drawn() -> None:
    points = [{"node": "<b>D</b>", "x_m": 0.0, "y_m": 0.0}, {"node": "<i>", "x_m": 90.0, "y_m": 5.0}]
    network = {"kind": "points", "points": points, "depots": [{"node": "<b>D</b>"}]}
    demand = {"kind": "poisson", "rate_per_h": 30, "transports": [{"origin": "depot", "destination": "customer"}]}
    drawn = section_of(shown_day(scenario(network=network, demand=demand), {"nearest": NEAREST})).drawn
    assert drawn is not None
    assert "&lt;b&gt;D&lt;/b&gt;" in drawn.views[0].ground
    assert "<b>" not in drawn.views[0].ground


@pytest.mark.parametrize(
    ("time_s", "text"), [(0, "0:00:00"), (59.6, "0:01:00"), (3661, "1:01:01"), (86400, "24:00:00")]
)
def test_times_are_hours_minutes_and_seconds(time_s: float, text: str) -> None:
    assert clock_text(time_s) == text


def test_ticks_of_a_time_axis_are_round_and_few() -> None:
    assert time_ticks(2400) == [0, 600, 1200, 1800, 2400]
    assert time_ticks(55) == [0, 10, 20, 30, 40, 50]
    assert all(len(time_ticks(end_s)) <= 7 for end_s in (1, 60, 700, 5000, 20000, 100000))
