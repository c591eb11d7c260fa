"""What a finished training has left behind."""

from __future__ import annotations

import csv
from pathlib import Path

from qmix_logistics.errors import RunFolderError


def validation_cost(folder: Path) -> float:
    """
    Return the lowest mean cost of the validation days that a training reached.

    Parameters
    ----------
    folder
        The trained policy's.

    Raises
    ------
    RunFolderError
        If its learning curve cannot be read.
    """
    path = folder / "training.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return min(float(row["greedy_cost"]) for row in csv.DictReader(file) if row["greedy_cost"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise RunFolderError(f"{path} is cut off or no learning curve; remove {folder}, and train anew") from error
