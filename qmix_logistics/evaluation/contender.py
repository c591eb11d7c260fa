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
    trained_as
        Name of the policy whose training it uses; None: its own.
    is_ready
        Whether it was trained before: there is one of it, however many trainings others have.
    """

    name: str
    information: str
    is_learned: bool
    trained_as: str | None = None
    is_ready: bool = False

    @property
    def has_training(self) -> bool:
        """Whether there is a training of its own."""
        return self.is_learned and not self.is_ready and self.trained_as in (None, self.name)

    def seeds(self, training_seeds: int) -> Sequence[int]:
        """
        Return its training seeds, or the one that stands for no training.

        Parameters
        ----------
        training_seeds
            How many trainings a learned policy has.
        """
        if not self.is_learned:
            return (BASELINE_SEED,)
        return range(1, 2 if self.is_ready else training_seeds + 1)
