"""Weighted QMIX."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from qmix_logistics.learning.network.decisions import Decisions
from qmix_logistics.learning.network.team_network import TeamNetwork
from qmix_logistics.learning.objectives.objective import Loss, Measure, bootstrapped, mean_error
from qmix_logistics.learning.sample import Sample


class Weighted:
    r"""
    Fit a monotonic value less closely where it is too high, so that the best joint choice keeps its place [1]_.

    A central value :math:`\hat Q^*`, without restriction, gives the targets of both,
    :math:`y = r + \gamma \hat Q^{*-}(s', \hat u')` with :math:`\hat u'` the greedy joint choice of the monotonic
    value. The monotonic value's errors count 1 or :math:`\alpha`:

    - optimistically (OW): 1 where :math:`Q_{tot} < y`;
    - centrally (CW): 1 where :math:`u = \hat u`, or :math:`y > \hat Q^{*-}(s, \hat u)`.

    Parameters
    ----------
    measure
        How errors count.
    alpha
        Weight of the rest, in (0, 1].
    is_central
        CW instead of OW.

    References
    ----------
    .. [1] Rashid et al. (2020), Weighted QMIX, NeurIPS, eq. 5 to 8 and Alg. 1.
    """

    def __init__(self, measure: Measure, alpha: float, *, is_central: bool) -> None:
        self._measure: Measure = measure
        self._alpha, self._is_central = alpha, is_central

    def __call__(self, sample: Sample, online: TeamNetwork, target: TeamNetwork) -> Loss:
        """Return the loss; see ``Objective``."""
        assert online.central is not None and target.central is not None, "weighted QMIX has a central value"
        now, following = sample.both(online)
        with torch.no_grad():
            valuing = sample.following(target.central)
            targets = bootstrapped(sample, following, valuing, target.central.mixer)
        values = online.mixer(now, sample.slots)
        central = online.central.mixer(sample.now(online.central), sample.slots)
        counts_fully = (
            self._is_best_or_better(sample, now, target.central, targets) if self._is_central else values < targets
        )
        weights = torch.where(counts_fully, 1.0, self._alpha)
        loss = mean_error(sample, values, targets, self._measure, weights)
        return Loss(loss + mean_error(sample, central, targets, self._measure), values, targets, now)

    @torch.no_grad()
    def _is_best_or_better(
        self, sample: Sample, now: Decisions, central: TeamNetwork, targets: Float[Tensor, " group"]
    ) -> Bool[Tensor, " group"]:
        best = sample.choose_now(now)
        acting, slots = sample.now(central).without_idle(best)
        differs = now.team.grouping.sum((best != sample.slots).float())
        return (differs == 0) | (targets > central.mixer(acting, slots))
