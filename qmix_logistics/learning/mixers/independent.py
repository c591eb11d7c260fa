"""No mixing: independent Q-learning."""

from __future__ import annotations

from jaxtyping import Float, Int
from torch import Tensor

from qmix_logistics.learning.mixers.mixer import Mixer
from qmix_logistics.learning.network.decisions import Decisions


class IndependentMixer(Mixer):
    """
    Let every agent learn the team's return by itself (IQL [1]_).

    References
    ----------
    .. [1] Tan (1993), Multi-agent reinforcement learning: independent vs. cooperative agents, ICML.
    """

    is_joint = False
    is_monotone = True

    def forward(self, decisions: Decisions, slots: Int[Tensor, " row"]) -> Float[Tensor, " row"]:
        """Return the utilities; see ``Mixer``."""
        return decisions.utilities.of(slots)
