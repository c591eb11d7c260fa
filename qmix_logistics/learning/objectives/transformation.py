"""QTRAN, base and alternative."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from qmix_logistics.learning.mixers import JointValue
from qmix_logistics.learning.network.decisions import Decisions
from qmix_logistics.learning.network.team_network import TeamNetwork
from qmix_logistics.learning.objectives.objective import Loss, Measure, bootstrapped, mean_error
from qmix_logistics.learning.sample import Sample


class Transformation:
    r"""
    Learn a joint value freely, and utilities whose sum bounds it from above and meets it at its best (QTRAN [1]_).

    With :math:`D(u) = \sum_i q_i(u_i) - \bar Q_{jt}(u) + V`, the bar stopping gradients, and :math:`\bar u` the greedy
    joint choice, the loss is that of temporal differences of :math:`Q_{jt}`, plus

    .. math:: \lambda_{opt} D(\bar u)^2 + \lambda_{nopt} \min(D(u), 0)^2

    for QTRAN-base (eq. 4a, 4b), where the second becomes, for QTRAN-alt (eq. 6, its condition for every agent alone),

    .. math:: \frac{\lambda_{nopt}}{n} \sum_i \Big(\min_{u'_i} D(u'_i, u_{-i})\Big)^2

    The online network enters everywhere but in the temporal-difference target, as the authors advise.

    Parameters
    ----------
    measure
        How temporal-difference errors count.
    is_alternative
        QTRAN-alt instead of QTRAN-base.
    optimal_weight, other_weight
        :math:`\lambda_{opt}` and :math:`\lambda_{nopt}`.

    References
    ----------
    .. [1] Son et al. (2019), QTRAN: Learning to factorize with transformation, ICML, Sec. 3 and 4.
    """

    def __init__(
        self, measure: Measure, *, is_alternative: bool, optimal_weight: float = 1.0, other_weight: float = 1.0
    ) -> None:
        self._measure: Measure = measure
        self._is_alternative = is_alternative
        self._optimal_weight, self._other_weight = optimal_weight, other_weight

    def __call__(self, sample: Sample, online: TeamNetwork, target: TeamNetwork) -> Loss:
        """Return the loss; see ``Objective``."""
        joint, theirs = online.mixer, target.mixer
        assert isinstance(joint, JointValue) and isinstance(theirs, JointValue), "QTRAN has a joint value"
        now, following = sample.both(online)
        with torch.no_grad():
            targets = bootstrapped(sample, following, sample.following(target), theirs)
        values = joint(now, sample.slots)
        offset = joint.offset(now)
        best, best_slots = now.without_idle(sample.choose_now(now))
        at_best = _sum(best, best_slots) - joint(best, best_slots).detach() + offset
        loss = mean_error(sample, values, targets, self._measure)
        loss = loss + self._optimal_weight * mean_error(sample, at_best, torch.zeros_like(at_best), "squared")
        if self._is_alternative:
            others = self._least_alternatives(sample, now, joint, offset)
        else:
            others = (_sum(now, sample.slots) - values.detach() + offset).clamp(max=0.0)
        loss = loss + self._other_weight * mean_error(sample, others, torch.zeros_like(others), "squared")
        return Loss(loss, values, targets, now)

    def _least_alternatives(
        self, sample: Sample, now: Decisions, joint: JointValue, offset: Float[Tensor, " group"]
    ) -> Float[Tensor, " row"]:
        """Return the smallest D that each row could bring about alone."""
        utilities, grouping = now.utilities, now.team.grouping
        chosen = utilities.of(sample.slots)
        rest = grouping.of_rows(grouping.sum(chosen) + offset) - chosen
        with torch.no_grad():
            alternatives = joint.alternatives(now, sample.slots)
        is_choice = utilities.advantage > -torch.inf
        mine = utilities.value[:, None] + utilities.advantage.masked_fill(~is_choice, 0.0)
        differences = mine + rest[:, None] - alternatives
        return differences.masked_fill(~is_choice, torch.inf).amin(dim=1)


def _sum(decisions: Decisions, slots: Tensor) -> Float[Tensor, " group"]:
    return decisions.team.grouping.sum(decisions.utilities.of(slots))
