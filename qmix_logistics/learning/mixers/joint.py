"""The joint value of QTRAN, which sees choices instead of utilities."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from qmix_logistics.learning.mixers.mixer import Mixer
from qmix_logistics.learning.network.decisions import Decisions
from qmix_logistics.learning.network.heads import Heads


class JointValue(Mixer):
    r"""
    Value a joint choice without restriction, and the state apart (QTRAN [1]_).

    .. math:: Q_{jt}(s, h, u) = f\Big(\sum_i \phi(h_i, u_i), s\Big), \quad V_{jt}(s, h) = g\Big(\sum_i \psi(h_i), s\Big)

    as in the authors' architecture, where agents are summed after their first layer. The gradient of the joint value
    reaches the agents' embeddings. One difference: hidden layers are hyperbolic tangents. With rectified ones, two
    actions that are alike against the first (the second matrix game of QPLEX) became one, and stayed so.

    Parameters
    ----------
    heads
        Tell the length of the state.
    embedding_size
        Length of the agents' embeddings.
    choice_size
        Length of a choice's features.
    hidden
        Width.

    References
    ----------
    .. [1] Son et al. (2019), QTRAN: Learning to factorize with transformation, ICML, Sec. 4 and Fig. 1.
    """

    is_joint = True
    is_monotone = False

    def __init__(self, heads: Heads, embedding_size: int, choice_size: int, hidden: int) -> None:
        super().__init__()
        self.choice = _two_layers(embedding_size + choice_size, hidden)
        self.joint = nn.Sequential(_two_layers(hidden + heads.state_size, hidden), nn.ReLU(), nn.Linear(hidden, 1))
        self.embedding = _two_layers(embedding_size, hidden)
        self.rest = nn.Sequential(_two_layers(hidden + heads.state_size, hidden), nn.ReLU(), nn.Linear(hidden, 1))

    def forward(self, decisions: Decisions, slots: Int[Tensor, " row"]) -> Float[Tensor, " group"]:
        """Return the joint value of each group; see ``Mixer``."""
        return self._value(decisions, decisions.team.grouping.sum(self._choice(decisions, slots)))

    def offset(self, decisions: Decisions) -> Float[Tensor, " group"]:
        """
        Return V, the difference between the joint value and the sum of utilities at the best joint choice.

        Parameters
        ----------
        decisions
            What the agents' network says.
        """
        team = decisions.team
        joined = torch.cat([team.grouping.sum(self.embedding(team.embedding)), team.state], dim=1)
        value: Tensor = self.rest(joined)
        return value.squeeze(1)

    def alternatives(self, decisions: Decisions, slots: Int[Tensor, " row"]) -> Float[Tensor, "row slot"]:
        """
        Return the joint value if one row had chosen another slot, and all others what they chose.

        Parameters
        ----------
        decisions
            What the agents' network says.
        slots
            What was chosen.
        """
        team, every = decisions.team, decisions.choices.all()
        embedding = team.embedding[:, None].expand(-1, every.shape[1], -1)
        other = self.choice(torch.cat([embedding, every], dim=2))
        mine = self._choice(decisions, slots)
        pooled = team.grouping.of_rows(team.grouping.sum(mine)) - mine
        state = team.grouping.of_rows(team.state)[:, None].expand(-1, every.shape[1], -1)
        value: Tensor = self.joint(torch.cat([pooled[:, None] + other, state], dim=2))
        return value.squeeze(2)

    def _choice(self, decisions: Decisions, slots: Int[Tensor, " row"]) -> Float[Tensor, "row hidden"]:
        encoded: Tensor = self.choice(torch.cat([decisions.team.embedding, decisions.choices.of(slots)], dim=1))
        return encoded

    def _value(self, decisions: Decisions, pooled: Float[Tensor, "group hidden"]) -> Float[Tensor, " group"]:
        value: Tensor = self.joint(torch.cat([pooled, decisions.team.state], dim=1))
        return value.squeeze(1)


def _two_layers(size: int, hidden: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(size, hidden), nn.Tanh(), nn.Linear(hidden, hidden))
