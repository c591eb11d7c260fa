"""Additive mixing: value decomposition networks."""

from __future__ import annotations

from jaxtyping import Float, Int
from torch import Tensor

from qmix_logistics.learning.mixers.mixer import Mixer, StateBatch, StateEncoder, StateValue, sum_by_epoch


class AdditiveMixer(Mixer):
    r"""
    Sum the utilities of those who decide, and add a value of the state (VDN [1]_, in its form VDN-S [2]_).

    .. math:: Q_{tot} = \sum_{i} q_i + v(s)

    The state's value is needed here: one vehicle decides now and three the next time, and the busy ones count too.

    Parameters
    ----------
    hidden
        Width.

    References
    ----------
    .. [1] Sunehag et al. (2018), Value-decomposition networks for cooperative multi-agent learning, AAMAS.
    .. [2] Rashid et al. (2018), QMIX, ICML, Sec. 6.2.
    """

    is_joint = True

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.encoder = StateEncoder(hidden)
        self.value = StateValue(hidden)

    def forward(
        self,
        utilities: Float[Tensor, " row"],
        embeddings: Float[Tensor, "row hidden"],
        epoch: Int[Tensor, " row"],
        state: StateBatch,
    ) -> Float[Tensor, " epoch"]:
        """Return the value of each epoch; see ``Mixer``."""
        value = self.value(self.encoder(state), state)
        return sum_by_epoch(utilities, epoch, len(value)) + value
