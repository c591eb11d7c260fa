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

        Q_{tot} = \sum_i \max_u Q_i(u) + \sum_i \lambda_i(s, u) \big(Q_i(u_i) - \max_u Q_i(u)\big),
        \qquad Q_i(u) = w_i(s) q_i(u) + b_i(s)

    with :math:`w_i, \lambda_i > 0`: the second sum is at most 0, and 0 exactly where every agent chooses its best. So
    the greedy joint choice is best for any :math:`\lambda`, and nothing else restricts the joint value. This is the
    paper's V + lambda A (eq. 10 to 13), with gradients through everything, but for the shape of :math:`\lambda`:

    .. math::

        \lambda_i = 1 + \frac{l_i(s, u)}{\max_u Q_i(u) - Q_i(u_i)}, \qquad
        l_i = \sum_k |\kappa_k(s)|\, \sigma(\alpha_{k,i}(s))\, \sigma(\beta_{k,i}(s, u))

    where the paper has :math:`\lambda_i = l_i`. So the networks say what a joint choice loses beyond its utilities:

    .. math:: Q_{tot} = \sum_i Q_i(u_i) - \sum_{i : Q_i(u_i) < \max_u Q_i(u)} l_i(s, u)

    What a choice loses then need not vanish where it comes close to the agent's best, and the order of the two can
    change. With the paper's shape and with its authors' stopped gradients learning stays at a joint choice that pays 6
    in the paper's second matrix game, where another pays 8: see ``docs/background``.

    Maxima run over the choices that are there. The joint choice enters as the sum of the agents' choices: one-hot codes
    by agent and action, which is their concatenation, or embeddings of stops, for any number of vehicles.

    Parameters
    ----------
    heads
        Make the weights.
    choice_size
        Length of a choice's features.
    num_heads
        Terms of :math:`l_i`.

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
        chosen = decisions.utilities.of(slots)
        lost = torch.where(chosen < best, self._lost(decisions, slots), 0.0)
        rows = weight * chosen + self.bias(team, team.state).squeeze(1) - lost
        return team.grouping.sum(rows) + self.value(team)

    def _lost(self, decisions: Decisions, slots: Int[Tensor, " row"]) -> Float[Tensor, " row"]:
        team = decisions.team
        joint_choice = team.grouping.sum(decisions.choices.of(slots))
        known = torch.cat([team.state, joint_choice], dim=1)
        key = team.grouping.of_rows(self.key(team, team.state).abs() + _EPSILON)
        of_agent = nn.functional.sigmoid(self.agent(team, team.state))
        of_choice = nn.functional.sigmoid(self.choice(team, known))
        return (key * of_agent * of_choice).sum(dim=1)
