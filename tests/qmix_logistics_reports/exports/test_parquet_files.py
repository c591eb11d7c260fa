from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
from commands import call

from qmix_logistics.evaluation.record_columns import RECORD_COLUMNS
from qmix_logistics.evaluation.table_columns import TABLE_COLUMNS


def test_all_tables_and_the_records_of_all_days_are_there(finished_run: Path, tmp_path: Path) -> None:
    outcome = call("export", finished_run, "--format", "parquet", "-o", tmp_path / "out")
    assert (outcome.status, outcome.err) == (0, "")
    found = {path.stem: pd.read_parquet(path) for path in (tmp_path / "out").glob("*.parquet")}
    assert set(found) == {*TABLE_COLUMNS, *RECORD_COLUMNS}
    explained = json.loads((tmp_path / "out" / "columns.json").read_text(encoding="utf-8"))
    assert {name: list(table) for name, table in found.items()} == {
        path.removesuffix(".parquet"): list(columns) for path, columns in explained.items()
    }
    for name in TABLE_COLUMNS:
        assert found[name].to_csv(index=False) == (finished_run / f"{name}.csv").read_text(encoding="utf-8")
    for name, columns in RECORD_COLUMNS.items():
        assert list(found[name]) == ["policy", "training_seed", "day", *columns]
        of_unit = found[name].query("policy == 'qmix' and training_seed == 2 and day == 1")
        assert len(of_unit) == len(pd.read_csv(finished_run / "units" / "qmix-2-001" / f"{name}.csv"))
        assert len(found[name].groupby(["policy", "training_seed", "day"])) == 3 * 2


def test_records_of_one_policy_and_day_can_be_chosen(finished_run: Path, tmp_path: Path) -> None:
    words = ("--policy", "qmix", "--training-seed", 1, "--day", 1)
    assert call("export", finished_run, "--format", "parquet", "-o", tmp_path / "out", *words).status == 0
    orders = pd.read_parquet(tmp_path / "out" / "orders.parquet")
    assert orders[["policy", "training_seed", "day"]].drop_duplicates().to_numpy().tolist() == [["qmix", 1, 1]]
