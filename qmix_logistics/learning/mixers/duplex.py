"""Duplex dueling: QPLEX."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from qmix_logistics.learning.mixers.mixer import Mixer
from qmix_logistics.learning.network.decisions import Decisions
from qmix_logistics.learning.network.heads import Heads

_EPSILON = 1e-10
"""Keeps weights positive, as in the authors' code."""


class DuplexMixer(Mixer):
    r"""
    Weigh how much each choice falls short of the agent's best, by weights that see the joint choice (QPLEX [1]_).

    .. math::

        Q_{tot} = \sum_i \big(w_i(s) \max_u q_i(u) + b_i(s)\big)
                  + \sum_i \lambda_i(s, u) w_i(s) \big(q_i(u_i) - \max_u q_i(u)\big)

    with :math:`w_i, \lambda_i > 0`: the second sum is at most 0, and 0 exactly where every agent chooses its best. So
    the greedy joint choice is best for any :math:`\lambda`, and nothing else restricts the joint value.

    .. math:: \lambda_i(s, u) = \sum_k |\kappa_k(s)|\, \sigma(\alpha_{k,i}(s))\, \sigma(\beta_{k,i}(s, u))

    This is the form of the paper (eq. 10 to 13), with gradients through everything. The authors' code stops the
    gradient of the shortfall and adds :math:`\sum_i q_i` with weight 1: the values are equal, but on the paper's
    second matrix game that form finds the best joint choice in fewer seeds, see ``docs/background``. Maxima run over
    the choices that are there. The joint choice enters as the sum of the agents' choices: one-hot codes by agent and
    action, which is their concatenation, or embeddings of stops, for any number of vehicles.

    Parameters
    ----------
    heads
        Make the weights.
    choice_size
        Length of a choice's features.
    num_heads
        Terms of :math:`\lambda`, :math:`k`.

    References
    ----------
    .. [1] Wang et al. (2021), QPLEX: Duplex dueling multi-agent Q-learning, ICLR.
    """

    is_joint = True
    is_monotone = False

    def __init__(self, heads: Heads, choice_size: int, num_heads: int = 4) -> None:
        super().__init__()
        self.weight = heads.of_rows(1)
        self.bias = heads.of_rows(1)
        self.value = heads.value()
        self.key = heads.weights_of_groups(num_heads)
        self.agent = heads.of_rows(num_heads)
        self.choice = heads.of_rows(num_heads, choice_size)
        self.weight.start_at(1.0)

    def forward(self, decisions: Decisions, slots: Int[Tensor, " row"]) -> Float[Tensor, " group"]:
        """Return the value of each group; see ``Mixer``."""
        team, best = decisions.team, decisions.utilities.best()
        weight = self.weight(team, team.state).abs().squeeze(1) + _EPSILON
        shortfall = weight * (decisions.utilities.of(slots) - best)
        importance = self._importance(decisions, slots)
        rows = weight * best + self.bias(team, team.state).squeeze(1) + importance * shortfall
        return team.grouping.sum(rows) + self.value(team)

    def _importance(self, decisions: Decisions, slots: Int[Tensor, " row"]) -> Float[Tensor, " row"]:
        team = decisions.team
        joint_choice = team.grouping.sum(decisions.choices.of(slots))
        known = torch.cat([team.state, joint_choice], dim=1)
        key = team.grouping.of_rows(self.key(team, team.state).abs() + _EPSILON)
        of_agent = nn.functional.sigmoid(self.agent(team, team.state))
        of_choice = nn.functional.sigmoid(self.choice(team, known))
        return (key * of_agent * of_choice).sum(dim=1)
