"""What a finished training has left behind."""

from __future__ import annotations

import csv
from pathlib import Path

from qmix_logistics.evaluation.stored import sound


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
    with sound(path), path.open(encoding="utf-8", newline="") as file:
        return min(float(row["greedy_cost"]) for row in csv.DictReader(file) if row["greedy_cost"])
