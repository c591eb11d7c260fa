"""What a learner needs of a batch, whatever was remembered and however it is encoded."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from jaxtyping import Bool, Float, Int
from torch import Tensor

from qmix_logistics.learning.network.decisions import Decisions
from qmix_logistics.learning.network.team_network import TeamNetwork


@runtime_checkable
class Sample(Protocol):
    """Joint decisions, what came of them, and those at which their returns are bootstrapped."""

    @property
    def slots(self) -> Int[Tensor, " row"]:
        """What each row chose."""

    @property
    def shown(self) -> Int[Tensor, " row"] | None:
        """What a demonstrator would have chosen for each row, or ``NO_SLOT``; None if there is none."""

    @property
    def is_told(self) -> Bool[Tensor, " row"] | None:
        """Whether each row knows what is shown; None if there is no demonstrator."""

    @property
    def weights(self) -> Float[Tensor, " group"] | None:
        """What each joint decision counts, if some are drawn more often than others."""

    @property
    def group_of_row(self) -> Int[Tensor, " row"]:
        """Joint decision of each row."""

    def both(self, network: TeamNetwork) -> tuple[Decisions, Decisions]:
        """
        Return the decisions and the following ones; no gradient flows through the latter.

        Parameters
        ----------
        network
            Who sees them.
        """

    def now(self, network: TeamNetwork) -> Decisions:
        """
        Return the decisions.

        Parameters
        ----------
        network
            Who sees them.
        """

    def following(self, network: TeamNetwork) -> Decisions:
        """
        Return the decisions at which the returns are bootstrapped.

        Parameters
        ----------
        network
            Who sees them.
        """

    def choose(self, following: Decisions) -> Int[Tensor, " next_row"]:
        """
        Return the best joint choice of the following decisions that can be carried out.

        Parameters
        ----------
        following
            The decisions.

        Returns
        -------
        A slot for each row, or ``NO_SLOT`` for one that is left without.
        """

    def choose_now(self, now: Decisions) -> Int[Tensor, " row"]:
        """
        Return the best joint choice of the decisions themselves that could have been carried out.

        Parameters
        ----------
        now
            The decisions.
        """

    def targets(self, values: Float[Tensor, " value"], acts: Tensor, *, is_joint: bool) -> Float[Tensor, " target"]:
        """
        Return what the values of the decisions should be: their returns, then the values at the bootstrap.

        Parameters
        ----------
        values
            Of the following decisions: one for each group, or for each row that acts if not joint.
        acts
            Which rows of the following decisions act.
        is_joint
            Whether values and targets are of groups or of rows.
        """
