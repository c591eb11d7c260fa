"""Tables of a unit's records, CSV or Parquet, read back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from qmix_logistics.evaluation.stored import sound, stored_csv

TEXT = (
    "vehicle", "state", "place", "target", "origin", "destination", "order_class", "status", "stop", "lane", "facility",
)  # fmt: skip
"""Columns that stay text even if they look like numbers."""


def read_record_table(unit: Path, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """
    Return a table of a unit's records, written as CSV or Parquet.

    Parameters
    ----------
    unit
        Folder of the unit.
    name
        Which table, such as ``orders``.
    columns
        Which columns, all by default; those that an older version did not write are left out.

    Raises
    ------
    RunFolderError
        If it is missing or cut off.
    """
    parquet = unit / f"{name}.parquet"
    if not parquet.exists():
        return stored_csv(unit / f"{name}.csv", dict.fromkeys(TEXT, str), columns)
    with sound(parquet):
        table = pd.read_parquet(parquet)
    return table if columns is None else table[[column for column in columns if column in table]]


def has_record_table(unit: Path, name: str) -> bool:
    """
    Tell whether a unit has a table of records.

    Parameters
    ----------
    unit
        Folder of the unit.
    name
        Which table, such as ``orders``.
    """
    return any((unit / f"{name}.{ending}").exists() for ending in ("parquet", "csv"))
