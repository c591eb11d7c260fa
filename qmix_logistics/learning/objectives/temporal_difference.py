"""Temporal differences: IQL, VDN, QMIX, QPLEX."""

from __future__ import annotations

import torch

from qmix_logistics.learning.network.team_network import TeamNetwork
from qmix_logistics.learning.objectives.objective import Loss, Measure, bootstrapped, mean_error
from qmix_logistics.learning.sample import Sample


class TemporalDifference:
    """
    Fit the mixed value to double Q-learning's target.

    Parameters
    ----------
    measure
        How errors count.
    """

    def __init__(self, measure: Measure) -> None:
        self._measure: Measure = measure

    def __call__(self, sample: Sample, online: TeamNetwork, target: TeamNetwork) -> Loss:
        """Return the loss; see ``Objective``."""
        now, following = sample.both(online)
        with torch.no_grad():
            targets = bootstrapped(sample, following, sample.following(target), target.mixer)
        values = online.mixer(now, sample.slots)
        return Loss(mean_error(sample, values, targets, self._measure), values, targets, now)
