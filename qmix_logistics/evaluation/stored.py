"""Files of a run, read again; one that is missing or cut off is said by name."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from qmix_logistics.errors import RunFolderError
from qmix_logistics.evaluation.run_folder import RunFolder, read_json


@contextlib.contextmanager
def sound(path: Path) -> Iterator[None]:
    """
    Say of a file that it is missing, or no longer whole, where reading it fails.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    RunFolderError
        If reading fails.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise RunFolderError(f"{path} is missing; {_remedy(path)}") from error
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise RunFolderError(f"{path} is damaged or cut off; {_remedy(path)}") from error


def _remedy(path: Path) -> str:
    """A folder inside the run's is whole or not there; what lies beside the scenario is written at the end."""
    is_part = path.parent.is_dir() and not RunFolder(path.parent).scenario.exists()
    return f"remove the folder {path.parent}, and go on with run --resume" if is_part else "go on with run --resume"


def stored_json(path: Path) -> dict[str, Any]:
    """
    Read a JSON file of a run.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    RunFolderError
        If it is missing or cut off.
    """
    with sound(path):
        values = read_json(path)
        if not isinstance(values, dict):
            raise ValueError("is no object")
        return values


def stored_csv(
    path: Path, dtype: Mapping[str, type] | None = None, columns: Collection[str] | None = None
) -> pd.DataFrame:
    """
    Read a CSV file of a run; the last line of one that is whole ends in a line break.

    Only an empty cell is nothing: a place may be called NA.

    Parameters
    ----------
    path
        The file.
    dtype
        Types of columns.
    columns
        Which columns to read, as far as they are there; all by default.

    Raises
    ------
    RunFolderError
        If it is missing or cut off.
    """
    with sound(path):
        with path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            if file.read() != b"\n":
                raise ValueError("is cut off")
        wanted = None if columns is None else frozenset(columns).__contains__
        return pd.read_csv(path, usecols=wanted, dtype=dict(dtype or {}), keep_default_na=False, na_values=[""])
