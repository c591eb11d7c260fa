"""What a finished training has left behind."""

from __future__ import annotations

from pathlib import Path

from qmix_logistics.evaluation.stored import sound, stored_json

CARD = "policy.json"
"""What lies beside the weights: how and on what the policy was trained."""
VALIDATION_COST = "validation_cost"
"""Its field with the mean cost of the validation days under the policy that was kept."""


def validation_cost(folder: Path) -> float:
    """
    Return the mean cost of the validation days under the policy that a training kept.

    Parameters
    ----------
    folder
        The trained policy's.

    Raises
    ------
    RunFolderError
        If what lies beside its weights cannot be read.
    """
    path = folder / CARD
    card = stored_json(path)
    with sound(path):
        return float(card[VALIDATION_COST])
