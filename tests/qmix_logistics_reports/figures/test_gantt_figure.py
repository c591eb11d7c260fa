from __future__ import annotations

import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from qmix_logistics_reports.figures.gantt_figure import MOST_VEHICLES, gantt


def segments(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["vehicle", "state", "start_s", "end_s"])


def test_shares_are_of_each_vehicle_and_only_states_that_occur_are_named() -> None:
    table = segments(("b", "idle", 0, 30), ("b", "handling", 30, 40), ("a", "idle", 0, 40))
    figure = gantt(table, "atc", "test-000", 0.0)
    assert figure.columns == ("vehicle", "idle %", "handling %")
    assert figure.rows == (("a", "100", "0"), ("b", "75.0", "25.0"))


def test_a_bar_for_each_state_lies_where_it_was() -> None:
    """640 stretches of 1 s: 100 s idle, 440 s handling, 100 s idle; the chart's right edge is at 884."""
    table = segments(("a", "handling", 100, 540), ("a", "idle", 0, 100), ("a", "idle", 540, 640))
    root = ET.fromstring(gantt(table, "atc", "test-000", 0.0).svg)
    handling = next(path.get("d") for path in root.iter("path") if path.get("class") == "gantt part-3")
    idle = next(path.get("d") for path in root.iter("path") if path.get("class") == "gantt part-0")
    assert handling is not None
    assert idle is not None
    assert (handling.count("M"), idle.count("M")) == (1, 2)
    start, width = float(handling[1:].split()[0]), float(handling.split("h")[1].split("v")[0])
    left = 884 - width * 640 / 440
    assert start == pytest.approx(left + width * 100 / 440, abs=0.2)


def test_of_a_large_fleet_the_first_vehicles_are_drawn_and_all_are_in_the_numbers() -> None:
    table = segments(*((f"v{number:02d}", "idle", 0, 10) for number in range(MOST_VEHICLES + 6)))
    figure = gantt(table, "atc", "test-000", 0.0)
    assert len(figure.rows) == MOST_VEHICLES + 6
    assert f"The first {MOST_VEHICLES} of {MOST_VEHICLES + 6} vehicles are drawn." in figure.caption
    assert figure.svg.count("gantt part-0") == MOST_VEHICLES + 1  # one in the legend
