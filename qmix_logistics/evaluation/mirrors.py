"""Programs that show learning curves and results elsewhere. They read what a run writes, and decide nothing."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from qmix_logistics.evaluation.result import ExperimentResult


class MirrorName(enum.StrEnum):
    """Which mirrors there are; each is an extra of the same name."""

    TENSORBOARD = "tensorboard"
    MLFLOW = "mlflow"


class Mirror(Protocol):
    """Shows learning curves while a run trains, and its KPIs when it is finished."""

    def add_point(self, policy: str, training_seed: int, point: Mapping[str, float]) -> None:
        """
        Show a point of a learning curve.

        Parameters
        ----------
        policy, training_seed
            Which training.
        point
            A row of ``training.csv``, without empty cells.
        """

    def finish(self, result: ExperimentResult) -> None:
        """
        Show the KPIs.

        Parameters
        ----------
        result
            The experiment.
        """

    def close(self) -> None:
        """Hand over what was not handed over yet; nothing comes after it."""
