"""What a mixer does."""

from __future__ import annotations

from abc import ABC, abstractmethod

from jaxtyping import Float, Int
from torch import Tensor, nn

from qmix_logistics.learning.network.decisions import Decisions


class Mixer(nn.Module, ABC):
    """
    Joins utilities into values. Only rows enter it: a vehicle that is busy has no weight.

    A mixer that is not joint gives each row a value of its own.
    """

    is_joint: bool
    """Whether there is one value for each group, or one for each row."""
    is_monotone: bool
    """Whether the value rises with every utility, so that each agent's best choice is the team's (IGM)."""

    @abstractmethod
    def forward(self, decisions: Decisions, slots: Int[Tensor, " row"]) -> Float[Tensor, " value"]:
        """
        Return a value for each group if the mixer is joint, else for each row.

        Parameters
        ----------
        decisions
            What the agents' network says.
        slots
            What was chosen.
        """
