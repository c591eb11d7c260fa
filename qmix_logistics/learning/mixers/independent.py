"""No mixing: independent Q-learning."""

from __future__ import annotations

from jaxtyping import Float, Int
from torch import Tensor

from qmix_logistics.learning.mixers.mixer import Mixer, StateBatch


class IndependentMixer(Mixer):
    """
    Let every vehicle learn the team's return by itself (IQL, Tan 1993).

    A vehicle that does not decide when the return is bootstrapped takes the mean utility of those that do: with
    shared weights all of them estimate the return of the same team.
    """

    is_joint = False

    def forward(
        self,
        utilities: Float[Tensor, " row"],
        embeddings: Float[Tensor, "row hidden"],
        epoch: Int[Tensor, " row"],
        state: StateBatch,
    ) -> Float[Tensor, " row"]:
        """Return the utilities; see ``Mixer``."""
        return utilities
