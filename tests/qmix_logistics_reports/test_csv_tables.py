from __future__ import annotations

import csv
import json
from fnmatch import fnmatch
from pathlib import Path

import pandas as pd
from commands import call, write_scenario

from qmix_logistics.evaluation.kpis import KPIS
from qmix_logistics.evaluation.table_columns import TABLE_COLUMNS, columns_by_file
from qmix_logistics.scenario import ScenarioSpec


def header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def test_columns_json_explains_every_column_of_every_table_and_no_other(finished_run: Path) -> None:
    explained = json.loads((finished_run / "columns.json").read_text(encoding="utf-8"))
    seen = set()
    for path in finished_run.rglob("*.csv"):
        place = path.relative_to(finished_run).as_posix()
        found = [pattern for pattern in explained if fnmatch(place, pattern)]
        assert len(found) == 1, place
        (pattern,) = found
        seen.add(pattern)
        assert header(path) == list(explained[pattern]), path
    assert seen == set(explained)
    assert all(column["meaning"] for columns in explained.values() for column in columns.values())


def test_a_kpi_means_the_same_in_columns_json_as_in_its_definition() -> None:
    columns = TABLE_COLUMNS["replications"]
    assert all(columns[kpi.name] == (kpi.unit, kpi.formula) for kpi in KPIS)


def test_columns_of_records_are_those_of_the_files_that_are_written() -> None:
    suffixes = {kind: {path.rpartition(".")[2] for path in columns_by_file(kind) if path.startswith("units/*/o")}
                for kind in ("csv", "parquet", "none")}  # fmt: skip
    assert suffixes == {"csv": {"csv"}, "parquet": {"parquet"}, "none": set()}


def test_a_table_without_rows_has_its_columns(tmp_path: Path) -> None:
    """One policy and no training: nothing to compare, no learning curve."""
    out = tmp_path / "out"
    assert call("run", write_scenario(tmp_path / "s.yaml"), "--jobs", 1, "--quiet", "--out", out).status == 0
    for name in ("comparisons", "training"):
        table = pd.read_csv(out / f"{name}.csv")
        assert (len(table), list(table)) == (0, list(TABLE_COLUMNS[name]))


def test_tables_are_written_as_parquet_on_request(tmp_path: Path) -> None:
    out = tmp_path / "out"
    file = write_scenario(tmp_path / "s.yaml", ({"kind": "nearest"}, {"kind": "atc"}), report={"tables": "parquet"})
    assert call("run", file, "--jobs", 1, "--quiet", "--out", out).status == 0
    for name in TABLE_COLUMNS:
        typed, plain = pd.read_parquet(out / f"{name}.parquet"), pd.read_csv(out / f"{name}.csv")
        assert list(typed) == list(plain)
        assert typed.to_csv(index=False) == (out / f"{name}.csv").read_text(encoding="utf-8")


def test_tables_are_csv_only_by_default() -> None:
    assert ScenarioSpec.model_fields["report"].default.tables == "csv"
