"""Additive mixing: value decomposition networks."""

from __future__ import annotations

from jaxtyping import Float, Int
from torch import Tensor

from qmix_logistics.learning.mixers.mixer import Mixer
from qmix_logistics.learning.network.decisions import Decisions
from qmix_logistics.learning.network.heads import Heads


class AdditiveMixer(Mixer):
    r"""
    Sum the utilities of those who decide (VDN [1]_).

    .. math:: Q_{tot} = \sum_{i} q_i + v(s)

    The value of the state, :math:`v`, makes it VDN-S [2]_. It is needed where one vehicle decides now and three the
    next time, and the busy ones count too; without heads it is left out, as in [1]_.

    Parameters
    ----------
    heads
        Where the value of the state comes from; None for a plain sum.

    References
    ----------
    .. [1] Sunehag et al. (2018), Value-decomposition networks for cooperative multi-agent learning, AAMAS.
    .. [2] Rashid et al. (2018), QMIX, ICML, Sec. 6.2.
    """

    is_joint = True
    is_monotone = True

    def __init__(self, heads: Heads | None) -> None:
        super().__init__()
        self.value = heads.value() if heads is not None else None

    def forward(self, decisions: Decisions, slots: Int[Tensor, " row"]) -> Float[Tensor, " group"]:
        """Return the value of each group; see ``Mixer``."""
        total = decisions.team.grouping.sum(decisions.utilities.of(slots))
        return total if self.value is None else total + self.value(decisions.team)
