"""Tables of records in a run folder, read column by column: what a report needs of many days."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

TEXT = ("vehicle", "state", "place", "target", "origin", "destination", "order_class", "status", "stop", "lane")
"""Columns that stay text even if they look like numbers."""


def read_record_table(unit: Path, name: str, columns: Sequence[str]) -> pd.DataFrame | None:
    """
    Return columns of a unit's records, written as CSV or Parquet; None if the unit has no such table.

    Parameters
    ----------
    unit
        Folder of the unit.
    name
        Which table, such as ``orders``.
    columns
        Which columns; those that an older version did not write are left out.
    """
    parquet, plain = unit / f"{name}.parquet", unit / f"{name}.csv"
    if parquet.exists():
        table = pd.read_parquet(parquet)
        return table[[column for column in columns if column in table]]
    if not plain.exists():
        return None
    types = dict.fromkeys(TEXT, str)
    return pd.read_csv(plain, usecols=lambda name: name in columns, dtype=types, keep_default_na=False, na_values=[""])
