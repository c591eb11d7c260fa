"""Mixing without any restriction, for targets that a monotonic mixer cannot represent."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from qmix_logistics.learning.mixers.mixer import Mixer
from qmix_logistics.learning.network.decisions import Decisions
from qmix_logistics.learning.network.heads import Heads


class UnrestrictedMixer(Mixer):
    r"""
    Join utilities by a network of any slope: the central value of weighted QMIX [1]_.

    .. math:: \hat{Q}^* = f\Big(\sum_i \mathrm{relu}(w_i(s) q_i + b_i(s)), s\Big) + v(s)

    Difference: the authors feed the utilities side by side into :math:`f`; summing what each agent makes of its
    utility serves teams of any size, and weights by agent keep them apart.

    Parameters
    ----------
    heads
        Make the weights.
    hidden
        Width.

    References
    ----------
    .. [1] Rashid et al. (2020), Weighted QMIX, NeurIPS, Sec. 5 and App. D.
    """

    is_joint = True
    is_monotone = False

    def __init__(self, heads: Heads, hidden: int) -> None:
        super().__init__()
        self.weight = heads.of_rows(hidden)
        self.bias = heads.of_rows(hidden)
        self.value = heads.value()
        self.body = nn.Sequential(
            nn.Linear(hidden + heads.state_size, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(),
            nn.Linear(hidden, 1),
        )  # fmt: skip

    def forward(self, decisions: Decisions, slots: Int[Tensor, " row"]) -> Float[Tensor, " group"]:
        """Return the value of each group; see ``Mixer``."""
        team, utilities = decisions.team, decisions.utilities.of(slots)[:, None]
        rows = torch.relu(self.weight(team, team.state) * utilities + self.bias(team, team.state))
        joined = torch.cat([team.grouping.sum(rows), team.state], dim=1)
        value: Tensor = self.body(joined)
        return value.squeeze(1) + self.value(team)
