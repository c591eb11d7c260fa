"""Who is compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qmix_logistics.evaluation.run_folder import BASELINE_SEED


@dataclass(frozen=True, slots=True)
class Contender:
    """
    A policy that is compared.

    Parameters
    ----------
    name
        Its name.
    information
        What it decides on.
    is_learned
        Whether it was trained.
    """

    name: str
    information: str
    is_learned: bool

    def seeds(self, training_seeds: int) -> Sequence[int]:
        """
        Return its training seeds, or the one that stands for no training.

        Parameters
        ----------
        training_seeds
            How many trainings a learned policy has.
        """
        return range(1, training_seeds + 1) if self.is_learned else (BASELINE_SEED,)
