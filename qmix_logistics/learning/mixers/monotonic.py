"""Monotonic mixing: QMIX, for any number of vehicles."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from qmix_logistics.learning.mixers.mixer import Mixer, StateBatch, StateEncoder, StateValue, sum_by_epoch


class MonotonicMixer(Mixer):
    r"""
    Mix utilities into a joint value that is monotone in each of them [1]_.

    .. math:: Q_{tot} = |w_2(s)|^\top \mathrm{elu}\Big(\sum_i |w_1(h_i, s)| q_i + b_1(s)\Big) + v(s)

    Differences: :math:`w_1` of a vehicle is made from its embedding :math:`h_i` and the pooled state instead of being
    a row of a matrix of fixed size, so the same weights mix any number of vehicles; the state is pooled; and only
    vehicles that decide are summed. Biases of the weights start so that the slope is about 1, as in a sum: with
    random ones it is about 0.1, and utilities learn slowly.

    Parameters
    ----------
    embedding
        Length of the vehicles' embeddings.
    hidden
        Width of the state encoder.
    mixer_hidden
        Width of the mixing layer.

    References
    ----------
    .. [1] Rashid et al. (2018), QMIX, ICML, Sec. 4 and Fig. 2.
    """

    is_joint = True

    def __init__(self, embedding: int, hidden: int, mixer_hidden: int) -> None:
        super().__init__()
        self.encoder = StateEncoder(hidden)
        self.first_weight = nn.Linear(embedding + hidden, mixer_hidden)
        self.first_bias = nn.Linear(hidden, mixer_hidden)
        self.second_weight = nn.Linear(hidden, mixer_hidden)
        self.value = StateValue(hidden)
        for layer in (self.first_weight, self.second_weight):
            nn.init.constant_(layer.bias, mixer_hidden**-0.5)

    def forward(
        self,
        utilities: Float[Tensor, " row"],
        embeddings: Float[Tensor, "row hidden"],
        epoch: Int[Tensor, " row"],
        state: StateBatch,
    ) -> Float[Tensor, " epoch"]:
        """Return the value of each epoch; see ``Mixer``."""
        encoded = self.encoder(state)
        weight = self.first_weight(torch.cat([embeddings, encoded[epoch]], dim=1)).abs()
        mixed = sum_by_epoch(weight * utilities[:, None], epoch, len(encoded))
        hidden = nn.functional.elu(mixed + self.first_bias(encoded))
        second = self.second_weight(encoded).abs()
        return (hidden * second).sum(dim=1) + self.value(encoded, state)
