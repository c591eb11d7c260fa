"""The tables of a run and the records of all its days as Parquet."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from qmix_logistics.evaluation.record_columns import RECORD_COLUMNS
from qmix_logistics.evaluation.record_table import read_record_table
from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics.evaluation.run_folder import RunFolder, UnitKey
from qmix_logistics.evaluation.table_columns import TABLE_COLUMNS
from qmix_logistics_reports.csv_tables import COLUMNS, tables_of, write_columns, write_parquet

UNIT_COLUMNS = {name: TABLE_COLUMNS["replications"][name] for name in ("policy", "training_seed", "day")}
"""What stands before the columns of the records."""


def write_tables(result: ExperimentResult, folder: Path) -> None:
    """
    Write ``kpis.parquet`` and the other tables of a run, and ``columns.json`` for all files.

    Parameters
    ----------
    result
        The experiment.
    folder
        Where to; it exists.
    """
    for name, table in tables_of(result).items():
        write_parquet(table, folder / f"{name}.parquet")
    files = {**TABLE_COLUMNS, **{name: {**UNIT_COLUMNS, **columns} for name, columns in RECORD_COLUMNS.items()}}
    write_columns({f"{name}.parquet": columns for name, columns in files.items()}, folder / COLUMNS)


def write_records(run: RunFolder, units: Iterable[UnitKey], folder: Path) -> None:
    """
    Write ``orders.parquet`` and the other records, those of all units in one file, each row with its unit.

    Parameters
    ----------
    run
        Their run.
    units
        Which.
    folder
        Where to; it exists.
    """
    units = list(units)
    for name, columns in RECORD_COLUMNS.items():
        tables = [_with_unit(_records(run.unit(unit), name, list(columns)), unit) for unit in units]
        write_parquet(pd.concat(tables, ignore_index=True), folder / f"{name}.parquet")


def _records(unit: Path, name: str, columns: list[str]) -> pd.DataFrame:
    """Return a unit's records; a column that an older version did not write is empty."""
    return read_record_table(unit, name, columns).reindex(columns=columns)


def _with_unit(table: pd.DataFrame, unit: UnitKey) -> pd.DataFrame:
    for position, name in enumerate(UNIT_COLUMNS):
        table.insert(position, name, getattr(unit, name))
    return table
