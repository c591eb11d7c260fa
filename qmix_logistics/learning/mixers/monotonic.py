"""Monotonic mixing: QMIX."""

from __future__ import annotations

from jaxtyping import Float, Int
from torch import Tensor, nn

from qmix_logistics.learning.mixers.mixer import Mixer
from qmix_logistics.learning.network.decisions import Decisions
from qmix_logistics.learning.network.heads import Heads


class MonotonicMixer(Mixer):
    r"""
    Mix utilities into a joint value that is monotone in each of them [1]_.

    .. math:: Q_{tot} = |w_2(s)|^\top \mathrm{elu}\Big(\sum_i |w_{1,i}(s)| q_i + b_1(s)\Big) + v(s)

    With ``FixedHeads`` this is the published mixer. With ``SharedHeads`` :math:`w_{1,i}` is made from the embedding of
    agent :math:`i` and the pooled state instead of being a row of a matrix of fixed size, so the same weights mix any
    number of vehicles, and only those that decide are summed. One difference in both: biases of the weights start so
    that the slope is about 1, as in a sum; with random ones it is about 0.1, and utilities learn slowly.

    Parameters
    ----------
    heads
        Make the weights.
    mixer_hidden
        Width of the mixing layer.

    References
    ----------
    .. [1] Rashid et al. (2018), QMIX, ICML, Sec. 4 and Fig. 2.
    """

    is_joint = True
    is_monotone = True

    def __init__(self, heads: Heads, mixer_hidden: int) -> None:
        super().__init__()
        self.first_weight = heads.of_rows(mixer_hidden)
        self.first_bias = heads.of_groups(mixer_hidden)
        self.second_weight = heads.weights_of_groups(mixer_hidden)
        self.value = heads.value()
        for head in (self.first_weight, self.second_weight):
            head.start_at(mixer_hidden**-0.5)

    def forward(self, decisions: Decisions, slots: Int[Tensor, " row"]) -> Float[Tensor, " group"]:
        """Return the value of each group; see ``Mixer``."""
        team = decisions.team
        weight = self.first_weight(team, team.state).abs()
        mixed = team.grouping.sum(weight * decisions.utilities.of(slots)[:, None])
        hidden = nn.functional.elu(mixed + self.first_bias(team, team.state))
        second = self.second_weight(team, team.state).abs()
        return (hidden * second).sum(dim=1) + self.value(team)
