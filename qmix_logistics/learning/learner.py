"""The learner: one for all mixers, objectives and kinds of agents."""

from __future__ import annotations

import copy
import dataclasses
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from qmix_logistics.learning.network.decisions import NO_SLOT, Utilities
from qmix_logistics.learning.network.team_network import TeamNetwork
from qmix_logistics.learning.objectives import Loss, Objective
from qmix_logistics.learning.sample import Sample


@dataclass(frozen=True, slots=True)
class UpdateStatistics:
    """
    What a gradient step looked like.

    Parameters
    ----------
    loss
        The objective.
    td_error
        Mean absolute difference between values and targets.
    mean_value
        Mean value of the chosen joint decisions.
    mean_return
        Mean target.
    gradient_norm
        Before clipping.
    """

    loss: float
    td_error: float
    mean_value: float
    mean_return: float
    gradient_norm: float


@dataclass(frozen=True, slots=True)
class LearnerSettings:
    """
    Settings of gradient steps.

    Parameters
    ----------
    learning_rate
        Of Adam, at the start.
    gradient_clip
        Largest norm of a gradient.
    polyak
        Share of the online network that enters the target network; 1 copies it.
    target_every_updates
        Gradient steps between two such changes of the target network.
    imitation_weight, advice_weight
        What the loss of not choosing as a demonstrator counts, where the agent does not know its choice and where it
        does.
    imitation_margin
        By how much that choice should be better.
    """

    learning_rate: float
    gradient_clip: float
    polyak: float
    target_every_updates: int = 1
    imitation_weight: float = 0.0
    advice_weight: float = 0.0
    imitation_margin: float = 0.1


class Learner:
    """
    Learns values off policy by double Q-learning over joint decisions that can be carried out.

    Parameters
    ----------
    network
        The online network.
    objective
        What is minimised.
    settings
        How.
    """

    def __init__(self, network: TeamNetwork, objective: Objective, settings: LearnerSettings) -> None:
        self.network, self.target = network, copy.deepcopy(network).requires_grad_(False)
        self.optimiser = torch.optim.Adam(network.parameters(), lr=settings.learning_rate, fused=True)
        self._online_parameters, self._target_parameters = list(network.parameters()), list(self.target.parameters())
        self.num_updates = 0
        self._objective, self._settings = objective, settings

    def set_learning_rate(self, learning_rate: float) -> None:
        """
        Change the step size.

        Parameters
        ----------
        learning_rate
            The new one.
        """
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate

    def update(self, sample: Sample) -> tuple[UpdateStatistics, Float[np.ndarray, " group"] | None]:
        """
        Take one gradient step.

        Parameters
        ----------
        sample
            Decisions and what came of them.

        Returns
        -------
        What it looked like, and the absolute error of each joint decision if decisions have priorities.
        """
        loss = self.loss(sample)
        self.optimiser.zero_grad()
        torch.autograd.backward(loss.total)
        norm = nn.utils.clip_grad_norm_(self._online_parameters, self._settings.gradient_clip)
        self.optimiser.step()
        self.num_updates += 1
        if self.num_updates % self._settings.target_every_updates == 0:
            self._move_target()
        with torch.no_grad():
            errors = (loss.values - loss.targets).abs()
        statistics = UpdateStatistics(
            loss.total.item(), errors.mean().item(), loss.values.mean().item(), loss.targets.mean().item(), norm.item()
        )
        return statistics, _by_group(errors, sample)

    def loss(self, sample: Sample) -> Loss:
        """
        Return the objective's loss.

        Parameters
        ----------
        sample
            Decisions and what came of them.
        """
        loss, settings = self._objective(sample, self.network, self.target), self._settings
        if sample.shown is None or sample.is_told is None or not (settings.imitation_weight or settings.advice_weight):
            return loss
        weights = torch.where(sample.is_told, settings.advice_weight, settings.imitation_weight)
        missed = margin_loss(loss.now.utilities, sample.shown, settings.imitation_margin, weights)
        return dataclasses.replace(loss, total=loss.total + missed)

    @torch.no_grad()
    def _move_target(self) -> None:
        for mine, theirs in zip(self._target_parameters, self._online_parameters, strict=True):
            mine.lerp_(theirs, self._settings.polyak)


def margin_loss(
    utilities: Utilities, shown: Int[Tensor, " row"], margin: float, weights: Float[Tensor, " row"]
) -> Float[Tensor, ""]:
    r"""
    Return by how much other choices are too good beside a demonstrator's, on average [1]_.

    .. math:: \max_a (Q(a) + m \, 1[a \ne a_E]) - Q(a_E)

    Parameters
    ----------
    utilities
        Of all choices.
    shown
        The demonstrator's choice in each row, or ``NO_SLOT``.
    margin
        By how much it should be better, :math:`m`.
    weights
        What each row counts.

    References
    ----------
    .. [1] Hester et al. (2018), Deep Q-learning from demonstrations, AAAI, Sec. 4.
    """
    rows = (shown != NO_SLOT).nonzero()[:, 0]
    if not len(rows):
        return utilities.advantage.new_zeros(())
    advantage, slots = utilities.advantage[rows], shown[rows, None]
    others = (advantage + margin).scatter(1, slots, advantage.gather(1, slots))
    return (weights[rows] * (others.amax(dim=1) - advantage.gather(1, slots)[:, 0])).mean()


def _by_group(errors: Float[Tensor, " value"], sample: Sample) -> Float[np.ndarray, " group"] | None:
    """Return the mean error of each joint decision."""
    if sample.weights is None:
        return None
    if len(errors) == len(sample.weights):
        return errors.cpu().numpy()
    total = errors.new_zeros(len(sample.weights)).index_add(0, sample.group_of_row, errors)
    return (total / torch.bincount(sample.group_of_row, minlength=len(total)).clamp(min=1)).cpu().numpy()
