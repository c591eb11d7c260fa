"""What an objective does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from jaxtyping import Float
from torch import Tensor, nn

from qmix_logistics.learning.mixers import Mixer
from qmix_logistics.learning.network.decisions import NO_SLOT, Decisions
from qmix_logistics.learning.network.team_network import TeamNetwork
from qmix_logistics.learning.sample import Sample

Measure = Literal["huber", "squared"]
"""How errors count: squared, or squared up to 1 and linear from there."""


@dataclass(frozen=True, slots=True)
class Loss:
    """
    A loss, and what it comes from.

    Parameters
    ----------
    total
        To be minimised.
    values, targets
        Of the decisions: one for each group, or for each row if the mixer is not joint.
    now
        The decisions.
    """

    total: Float[Tensor, ""]
    values: Float[Tensor, " value"]
    targets: Float[Tensor, " value"]
    now: Decisions


@runtime_checkable
class Objective(Protocol):
    """From a batch and two networks to a loss."""

    def __call__(self, sample: Sample, online: TeamNetwork, target: TeamNetwork) -> Loss:
        """
        Return the loss.

        Parameters
        ----------
        sample
            The batch.
        online
            What is learned.
        target
            What bootstraps; it takes no gradient.
        """


def mean_error(
    sample: Sample,
    values: Float[Tensor, " value"],
    targets: Float[Tensor, " value"],
    measure: Measure,
    weights: Float[Tensor, " value"] | None = None,
) -> Float[Tensor, ""]:
    """
    Return the mean error, each joint decision weighted as the batch says.

    Parameters
    ----------
    sample
        The batch.
    values, targets
        What is compared.
    measure
        How errors count.
    weights
        What each value counts besides.
    """
    errors = (
        nn.functional.smooth_l1_loss(values, targets, reduction="none")
        if measure == "huber"
        else nn.functional.mse_loss(values, targets, reduction="none")
    )
    if weights is not None:
        errors = weights * errors
    if sample.weights is not None:
        is_of_rows = len(values) != len(sample.weights)
        errors = (sample.weights[sample.group_of_row] if is_of_rows else sample.weights) * errors
    return errors.mean()


def bootstrapped(sample: Sample, choosing: Decisions, valuing: Decisions, mixer: Mixer) -> Float[Tensor, " target"]:
    """
    Return double Q-learning's targets: one network chooses the joint choice to come, another values it.

    Parameters
    ----------
    sample
        The batch.
    choosing
        The following decisions as the online network sees them; it chooses what can be carried out.
    valuing
        The same as the target network sees them.
    mixer
        The target network's.
    """
    slots = sample.choose(choosing)
    acting, chosen = valuing.without_idle(slots)
    return sample.targets(mixer(acting, chosen), slots != NO_SLOT, is_joint=mixer.is_joint)
