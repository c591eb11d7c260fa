"""The tables of a run as CSV, numbers in full precision, and what their columns mean."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from qmix_logistics.environment.schema import STOP
from qmix_logistics.evaluation.insight import INSIGHT_COLUMNS
from qmix_logistics.evaluation.record_columns import Column
from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics.evaluation.run_folder import write_json
from qmix_logistics.evaluation.table_columns import TABLE_COLUMNS, columns_by_file

HIDDEN = ["plans_cut_off"]
"""Columns of the replications that are for alerts only."""
COLUMNS = "columns.json"


def tables_of(result: ExperimentResult) -> Mapping[str, pd.DataFrame]:
    """
    Return the tables of a run by name; one without rows has its columns all the same.

    Parameters
    ----------
    result
        The experiment.
    """
    scenario = pd.DataFrame({"scenario": [result.scenario.name] * len(result.replications)})
    tables = {
        "kpis": result.kpis,
        "replications": pd.concat([scenario, result.replications.drop(columns=HIDDEN)], axis=1),
        "comparisons": result.comparisons,
        "training": result.training,
        "timings": result.timings,
    }
    return {
        name: table if len(table) else table.reindex(columns=list(TABLE_COLUMNS[name]))
        for name, table in tables.items()
    }


def write_tables(result: ExperimentResult, folder: Path) -> None:
    """
    Write ``kpis.csv``, ``replications.csv``, ``comparisons.csv``, ``training.csv``, ``timings.csv``, ``columns.json``.

    With ``report: {tables: parquet}`` each table is written as Parquet, too.

    Parameters
    ----------
    result
        What to write.
    folder
        Where to.
    """
    for name, table in tables_of(result).items():
        unfinished = folder / f".unfinished-{name}.csv"
        table.to_csv(unfinished, index=False, lineterminator="\n")
        unfinished.replace(folder / f"{name}.csv")
        if result.scenario.report.tables == "parquet":
            write_parquet(table, folder / f"{name}.parquet")
    write_columns(columns_by_file(result.scenario.report.records) | insight_columns(), folder / COLUMNS)


def insight_columns() -> dict[str, Mapping[str, Column]]:
    """Return the columns of the tables of what a learned policy was seen to do, the features of stops among them."""
    features = {feature.name: Column(feature.unit, feature.meaning) for feature in STOP}
    found = {f"insight/{name}.csv": columns for name, columns in INSIGHT_COLUMNS.items()}
    return found | {"insight/offers.csv": {**INSIGHT_COLUMNS["offers"], **features}}


def write_columns(files: Mapping[str, Mapping[str, Column]], path: Path) -> None:
    """
    Write unit and meaning of each column as JSON.

    Parameters
    ----------
    files
        Columns by file and name.
    path
        The file.
    """
    write_json(
        path, {file: {name: column._asdict() for name, column in columns.items()} for file, columns in files.items()}
    )


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """
    Write a table as Parquet.

    Parameters
    ----------
    table
        The table.
    path
        The file.
    """
    unfinished = path.with_name(f".unfinished-{path.name}")
    table.to_parquet(unfinished, index=False)
    unfinished.replace(path)
