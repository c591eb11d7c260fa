"""Which policy a training keeps: the best on the validation days so far."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from qmix_logistics.learning.dispatch.entity_network import UtilityNetwork
from qmix_logistics.learning.dispatch.mixing import state_of_mixing
from qmix_logistics.learning.network.team_network import TeamNetwork

COSTS, MIXING = "costs", "mixing/"
"""Beside the weights of the agents in a checkpoint: the validation costs, and first letters of the mixer's weights."""


@dataclass(frozen=True, slots=True)
class KeptPolicy:
    """
    A policy that nothing changes any more.

    Parameters
    ----------
    network
        The agents' network.
    mixing
        Weights of what joined their utilities then; see ``state_of_mixing``.
    costs
        Of the validation days under it.
    """

    network: UtilityNetwork
    mixing: Mapping[str, Tensor]
    costs: Float[np.ndarray, " day"]

    @classmethod
    def copied(cls, network: TeamNetwork, hidden: int, costs: Float[np.ndarray, " day"]) -> KeptPolicy:
        """
        Return a copy of networks that are trained.

        Parameters
        ----------
        network
            Agents and what joins them.
        hidden
            Width of the agents.
        costs
            Of the validation days under it.
        """
        return cls(_frozen(agents_of(network).state_dict(), hidden), state_of_mixing(network), costs)

    def tensors(self) -> dict[str, Tensor]:
        """Return all of it, to be saved."""
        mixing = {f"{MIXING}{name}": value for name, value in self.mixing.items()}
        return {**self.network.state_dict(), **mixing, COSTS: torch.from_numpy(self.costs)}

    @classmethod
    def restored(cls, tensors: Mapping[str, Tensor], hidden: int) -> KeptPolicy:
        """
        Return what was saved.

        Parameters
        ----------
        tensors
            As ``tensors`` returned them.
        hidden
            Width of the agents.
        """
        mixing = {name: value for name, value in tensors.items() if name.startswith(MIXING)}
        weights = {name: value for name, value in tensors.items() if name != COSTS and name not in mixing}
        short = {name.removeprefix(MIXING): value for name, value in mixing.items()}
        return cls(_frozen(weights, hidden), short, tensors[COSTS].numpy())


def agents_of(network: TeamNetwork) -> UtilityNetwork:
    """
    Return the agents' network, which is that of vehicles.

    Parameters
    ----------
    network
        Agents and what joins them.
    """
    assert isinstance(network.agents, UtilityNetwork)
    return network.agents


def is_better(costs: Float[np.ndarray, " day"], others: Float[np.ndarray, " day"], doubt: float) -> bool:
    """
    Tell whether the mean logarithm of the ratio of costs, day by day, is below 0 by so many standard errors.

    Parameters
    ----------
    costs
        Of some days.
    others
        Of the same days, under the policy that is to be replaced.
    doubt
        How many.
    """
    # A day that costs next to nothing under one of them does not decide.
    least = max(1e-3 * max(costs.mean(), others.mean()), np.finfo(float).tiny)
    ratios = np.log((costs + least) / (others + least))
    error = ratios.std(ddof=1) / math.sqrt(len(ratios)) if len(ratios) > 1 else 0.0
    return bool(ratios.mean() < -doubt * error)


def _frozen(weights: Mapping[str, Tensor], hidden: int) -> UtilityNetwork:
    network = UtilityNetwork(hidden)
    network.load_state_dict(weights)
    return network.requires_grad_(False)
