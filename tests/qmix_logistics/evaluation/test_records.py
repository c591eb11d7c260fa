from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from documents import battery_scenario, scenario
from playing import NEAREST, play_day
from pydantic import ValidationError

from qmix_logistics.evaluation.record_columns import RECORD_COLUMNS
from qmix_logistics.evaluation.run_folder import write_json
from qmix_logistics.evaluation.units import read_whole_day, write_records
from qmix_logistics.simulation import OrderRecord, SegmentRecord, StopRecord, TaskRecord, VisitRecord


def test_every_column_of_the_records_is_explained() -> None:
    fields = {
        "orders": OrderRecord,
        "tasks": TaskRecord,
        "stops": StopRecord,
        "vehicles": SegmentRecord,
        "visits": VisitRecord,
    }
    assert {name: list(columns) for name, columns in RECORD_COLUMNS.items()} == {
        name: list(record._fields) for name, record in fields.items()
    }


def test_parquet_holds_the_same_rows_as_csv(tmp_path: Path) -> None:
    played = play_day(battery_scenario(horizon={"demand_s": 600, "drain_s": 0}), NEAREST)
    for folder, as_parquet in (("csv", False), ("parquet", True)):
        (tmp_path / folder).mkdir()
        write_records(tmp_path / folder, played, as_parquet=as_parquet)
    for name, columns in RECORD_COLUMNS.items():
        plain = pd.read_csv(tmp_path / "csv" / f"{name}.csv")
        typed = pd.read_parquet(tmp_path / "parquet" / f"{name}.parquet")
        assert list(typed) == list(plain) == list(columns)
        for column in columns:
            if not pd.api.types.is_numeric_dtype(plain[column]):
                assert typed[column].astype(str).tolist() == plain[column].astype(str).tolist()
            else:
                np.testing.assert_allclose(typed[column].astype(float), plain[column].astype(float), rtol=1e-9)


def test_records_are_csv_parquet_or_none() -> None:
    kinds = [scenario(report={"records": value}).report.records for value in (True, False, "parquet")]
    assert kinds == ["csv", "none", "parquet"]
    with pytest.raises(ValidationError):
        scenario(report={"records": "xml"})


def test_records_that_were_written_are_read_again(tmp_path: Path) -> None:
    played = play_day(battery_scenario(horizon={"demand_s": 600, "drain_s": 0}), NEAREST)
    for as_parquet in (False, True):
        folder = tmp_path / str(as_parquet)
        folder.mkdir()
        write_json(folder / "kpis.json", {"end": "truncated", "kpis": {"total_cost": 1.0}})
        write_records(folder, played, as_parquet=as_parquet)
        found, expected = read_whole_day(folder), played.records
        assert found.orders == expected.orders
        assert found.tasks == expected.tasks
        assert found.stops == expected.stops
        assert found.segments == expected.segments
        assert found.visits == expected.visits
        assert found.end_s == expected.end_s
