from __future__ import annotations

import datetime
import json
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from commands import call
from ocel import check_log

from qmix_logistics.simulation import (
    DayRecords,
    OrderRecord,
    OrderStatus,
    SegmentRecord,
    TaskRecord,
    VehicleState,
    VisitRecord,
)
from qmix_logistics_reports.exports.ocel import LoggedDay, ocel_log, starts_of_days

DONE, OPEN, LOST = OrderStatus.DONE, OrderStatus.OPEN, OrderStatus.LOST
RECORDS = DayRecords(
    end_s=100.0,
    orders=[
        OrderRecord(0, "express", 4.0, 1, 0.0, 20.0, 30.0, DONE),
        OrderRecord(1, "standard", 1.0, 1, 10.0, 90.0, None, OPEN),
        OrderRecord(2, "standard", 1.0, 1, 10.0, 200.0, 50.0, LOST),
    ],
    tasks=[
        TaskRecord(0, 0, "van-1", "R1", "S1", 1.0, 1.0, 5.0, 30.0),
        TaskRecord(1, 1, "van-1", "R2", "S1", 2.5, 60.0, None, None),
    ],
    segments=[
        SegmentRecord("van-1", VehicleState.BROKEN, 40.0, 45.0, "S1", "S1", 0.0, 0.0),
        SegmentRecord("van-1", VehicleState.BROKEN, 95.0, 100.0, "S1", "S1", 0.0, 0.0),
    ],
    visits=[
        VisitRecord("S1", "station", 2, "van-1", 20.0, 25.0, 30.0),
        VisitRecord("C1", "charger", 1, "van-1", 70.0, 80.0, None),
    ],
)
DAY = LoggedDay("test-000", datetime.datetime(2026, 3, 2, 8), RECORDS)


def test_every_order_task_visit_and_breakdown_leaves_its_events() -> None:
    log = ocel_log([DAY], {"van-1": "van"})
    check_log(log)
    found = [(event["time"][11:23], event["type"]) for event in log["events"]]
    assert found == [
        ("08:00:00.000", "order released"),
        ("08:00:01.000", "task claimed"),
        ("08:00:05.000", "task picked up"),
        ("08:00:10.000", "order released"),
        ("08:00:10.000", "order released"),
        ("08:00:20.000", "order became late"),
        ("08:00:20.000", "arrived"),
        ("08:00:25.000", "service started"),
        ("08:00:30.000", "order done"),
        ("08:00:30.000", "task dropped off"),
        ("08:00:30.000", "service ended"),
        ("08:00:40.000", "vehicle broke down"),
        ("08:00:45.000", "vehicle repaired"),
        ("08:00:50.000", "order lost"),
        ("08:01:00.000", "task claimed"),
        ("08:01:10.000", "arrived"),
        ("08:01:20.000", "charging started"),
        ("08:01:30.000", "order became late"),
        ("08:01:35.000", "vehicle broke down"),
    ]


def test_events_lead_to_what_takes_part_in_them() -> None:
    log = ocel_log([DAY], {"van-1": "van"})
    (dropped,) = [event for event in log["events"] if event["type"] == "task dropped off"]
    assert {link["objectId"]: link["qualifier"] for link in dropped["relationships"]} == {
        "task:test-000/0": "task",
        "order:test-000/0": "order of the task",
        "vehicle:van-1": "vehicle",
        "station:S1": "place",
    }
    objects = {entry["id"]: entry for entry in log["objects"]}
    assert Counter(entry["type"] for entry in objects.values()) == {
        "order": 3, "task": 2, "vehicle": 1, "station": 1, "charger": 1,
    }  # fmt: skip
    values = {value["name"]: value["value"] for value in objects["order:test-000/0"]["attributes"]}
    assert values == {"class": "express", "weight": "4.0", "due": "2026-03-02T08:00:20.000000Z"}


@pytest.mark.parametrize(
    ("labels", "length_s", "expected"),
    [
        (["test-000", "test-001"], 3600, ["2000-01-01T00:00:00", "2000-01-02T00:00:00"]),
        (["test-000", "test-001"], 90_000, ["2000-01-01T00:00:00", "2000-01-03T00:00:00"]),
        (["2026-03-02", "2026-03-09"], 3600, ["2026-03-02T08:00:00", "2026-03-09T08:00:00"]),
    ],
)
def test_days_begin_on_their_date_or_one_after_the_other(
    labels: list[str], length_s: float, expected: list[str]
) -> None:
    assert [start.isoformat() for start in starts_of_days(labels, length_s, 28_800)] == expected


def test_the_log_of_a_run_has_all_of_its_records(finished_run: Path, tmp_path: Path) -> None:
    outcome = call("export", finished_run, "--format", "ocel", "-o", tmp_path / "logs")
    assert (outcome.status, outcome.err) == (0, "")
    assert {path.name for path in (tmp_path / "logs").iterdir()} == {"nearest-0.json", "qmix-1.json", "qmix-2.json"}
    log = json.loads((tmp_path / "logs" / "qmix-2.json").read_text(encoding="utf-8"))
    check_log(log)
    counts = Counter(event["type"] for event in log["events"])
    units = [finished_run / "units" / f"qmix-2-{day:03d}" for day in range(2)]
    orders, tasks, visits, vehicles = (
        pd.concat([pd.read_csv(unit / f"{name}.csv") for unit in units])
        for name in ("orders", "tasks", "visits", "vehicles")
    )
    chargers = visits[visits["kind"] == "charger"]
    assert counts["order released"] == len(orders)
    assert counts["order done"] == (orders["status"] == "done").sum() > 0
    assert counts["task claimed"] == len(tasks)
    assert counts["task dropped off"] == tasks["dropped_off_s"].notna().sum()
    assert counts["arrived"] == len(visits)
    assert counts["charging ended"] == chargers["ended_s"].notna().sum() > 0
    assert counts["vehicle broke down"] == (vehicles["state"] == "broken").sum() > 0
