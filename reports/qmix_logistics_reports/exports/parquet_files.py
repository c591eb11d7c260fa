"""The tables of a run and the records of all its days as Parquet."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from qmix_logistics.evaluation.record_columns import RECORD_COLUMNS
from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics.evaluation.run_folder import RunFolder, UnitKey
from qmix_logistics.evaluation.units import read_table
from qmix_logistics_reports.csv_tables import tables_of, write_parquet


def write_tables(result: ExperimentResult, folder: Path) -> None:
    """
    Write ``kpis.parquet`` and the other tables of a run.

    Parameters
    ----------
    result
        The experiment.
    folder
        Where to; it exists.
    """
    for name, table in tables_of(result).items():
        write_parquet(table, folder / f"{name}.parquet")


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
        tables = [
            _with_unit(pd.DataFrame(read_table(run.unit(unit), name), columns=list(columns)), unit) for unit in units
        ]
        write_parquet(pd.concat(tables, ignore_index=True), folder / f"{name}.parquet")


def _with_unit(table: pd.DataFrame, unit: UnitKey) -> pd.DataFrame:
    table.insert(0, "policy", unit.policy)
    table.insert(1, "training_seed", unit.training_seed)
    table.insert(2, "day", unit.day)
    return table
