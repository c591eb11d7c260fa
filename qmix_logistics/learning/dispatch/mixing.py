"""
What joined the vehicles' utilities in training, kept beside the policy: how much each vehicle counted, and when.

No vehicle needs it to decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from jaxtyping import Float, Int
from safetensors.torch import load_file, save_file
from torch import Tensor

from qmix_logistics.learning.dispatch.building import build_network
from qmix_logistics.learning.network.decisions import Decisions, Utilities
from qmix_logistics.learning.network.team_network import TeamNetwork
from qmix_logistics.scenario.policies import Algorithm
from qmix_logistics.scenario.training import Training

MIXER = "mixer.safetensors"
_PARTS = ("encoder.", "mixer.")


def state_of_mixing(network: TeamNetwork) -> dict[str, Tensor]:
    """
    Return a copy of the weights that encode the state and mix utilities.

    Parameters
    ----------
    network
        Agents and what joins them.
    """
    return {name: value.clone() for name, value in network.state_dict().items() if name.startswith(_PARTS)}


def save_mixing(weights: Mapping[str, Tensor], folder: Path) -> None:
    """
    Save the weights beside the policy.

    Parameters
    ----------
    weights
        As ``state_of_mixing`` returns them.
    folder
        The policy's.
    """
    save_file({name: value.contiguous() for name, value in weights.items()}, folder / MIXER)


def load_mixing(folder: Path, algorithm: Algorithm, training: Training) -> TeamNetwork | None:
    """
    Return networks whose encoder and mixer are those of a trained policy; their agents are not. None if none were kept.

    Parameters
    ----------
    folder
        The policy's.
    algorithm, training
        How it was trained.
    """
    if not (folder / MIXER).exists():
        return None
    network = build_network(algorithm, training, 0)
    weights = load_file(folder / MIXER)
    missing, unknown = network.load_state_dict(weights, strict=False)
    if unknown or any(name.startswith(_PARTS) for name in missing):
        raise ValueError(f"{folder / MIXER} holds the mixer of another algorithm, or of another size")
    return network.requires_grad_(False)


def slopes(network: TeamNetwork, decisions: Decisions, slots: Int[Tensor, " row"]) -> Float[Tensor, " row"] | None:
    r"""
    Return by how much the team's value rises with each utility, :math:`\partial Q_{tot} / \partial q_i`.

    The state and the vehicles' embeddings, from which the mixer makes its weights, are held: it is the weight that the
    mixer gives to a vehicle. None where values do not come from utilities: there is no mixer (IQL), or it sees choices
    instead (QTRAN).

    Parameters
    ----------
    network
        The mixer and the encoder.
    decisions
        Those who decided.
    slots
        What they chose.
    """
    if not network.mixer.is_joint:
        return None
    value = decisions.utilities.value.detach().clone().requires_grad_(True)
    utilities = Utilities(value, decisions.utilities.advantage.detach(), decisions.utilities.is_open)
    open_to_change = Decisions(utilities, decisions.team, decisions.choices)
    total = network.mixer(open_to_change, slots).sum()
    if not total.requires_grad:
        return None
    (found,) = torch.autograd.grad(total, value, allow_unused=True)
    return found
