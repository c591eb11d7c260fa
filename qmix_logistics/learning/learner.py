"""The learner: one temporal-difference objective for all mixers."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from qmix_logistics.environment.joint_decision import NO_SLOT, grant_slots
from qmix_logistics.learning.mixers import Mixer, StateBatch
from qmix_logistics.learning.replay import Sample
from qmix_logistics.learning.utility_network import LocalBatch, UtilityNetwork


class TeamNetwork(nn.Module):
    """
    Utilities and their mixer.

    Parameters
    ----------
    utilities
        Scores stops.
    mixer
        Mixes the utilities of those chosen.
    """

    def __init__(self, utilities: UtilityNetwork, mixer: Mixer) -> None:
        super().__init__()
        self.utilities = utilities
        self.mixer = mixer


@dataclass(frozen=True, slots=True)
class UpdateStatistics:
    """
    What a gradient step looked like.

    Parameters
    ----------
    loss
        Mean loss.
    mean_value
        Mean value of the chosen joint decisions.
    mean_return
        Mean target.
    gradient_norm
        Before clipping.
    """

    loss: float
    mean_value: float
    mean_return: float
    gradient_norm: float


class Learner:
    """
    Learns values off policy by double Q-learning over executable joint decisions.

    The online network chooses the next joint decision by the claim procedure, as it would be carried out; the target
    network values it.

    Parameters
    ----------
    network
        The online network.
    learning_rate
        At the start.
    polyak
        Share of the online network that enters the target network at each step.
    gradient_clip
        Largest norm of a gradient.
    """

    def __init__(self, network: TeamNetwork, learning_rate: float, polyak: float, gradient_clip: float) -> None:
        self.network, self.target = network, copy.deepcopy(network).requires_grad_(False)
        self.optimiser = torch.optim.Adam(network.parameters(), lr=learning_rate, fused=True)
        self._polyak, self._gradient_clip = polyak, gradient_clip

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

    def update(self, sample: Sample) -> UpdateStatistics:
        """
        Take one gradient step.

        Parameters
        ----------
        sample
            Decisions and their returns.
        """
        targets = self.targets(sample)
        values = self.values(sample)
        loss = nn.functional.smooth_l1_loss(values, targets)
        self.optimiser.zero_grad()
        torch.autograd.backward(loss)
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), self._gradient_clip)
        self.optimiser.step()
        with torch.no_grad():
            for mine, theirs in zip(self.target.parameters(), self.network.parameters(), strict=True):
                mine.lerp_(theirs, self._polyak)
        return UpdateStatistics(loss.item(), values.mean().item(), targets.mean().item(), norm.item())

    def values(self, sample: Sample) -> Float[Tensor, " value"]:
        """
        Return the online network's values of the decisions taken.

        Parameters
        ----------
        sample
            Decisions.
        """
        utilities = self.network.utilities(local_batch(sample.rows))
        slots = torch.from_numpy(sample.rows["slot"].astype(np.int64))
        chosen = utilities.value + utilities.advantage.gather(1, slots[:, None]).squeeze(1)
        epoch_of_row = torch.from_numpy(sample.epoch_of_row)
        return self.network.mixer(chosen, utilities.embedding, epoch_of_row, state_batch(sample.epochs))

    @torch.no_grad()
    def targets(self, sample: Sample) -> Float[Tensor, " value"]:
        """
        Return what the values should be: the return, then the target network's value of the next joint decision.

        Parameters
        ----------
        sample
            Decisions and their returns.
        """
        local = local_batch(sample.next_rows)
        online = self.network.utilities(local).advantage.numpy()
        tasks, is_fallback = (sample.next_rows[name][:, : online.shape[1]] for name in ("tasks", "is_fallback"))
        slots = grant_slots(online, tasks, is_fallback, sample.next_epoch_of_row)
        has_slot = torch.from_numpy(slots != NO_SLOT)
        theirs = self.target.utilities(local)
        advantage = theirs.advantage.gather(1, torch.from_numpy(slots.clip(min=0))[:, None]).squeeze(1)
        chosen = (theirs.value + advantage)[has_slot]
        next_epoch = torch.from_numpy(sample.next_epoch_of_row)[has_slot]
        values = self.target.mixer(chosen, theirs.embedding[has_slot], next_epoch, state_batch(sample.next_epochs))
        returns = torch.from_numpy(sample.returns.astype(np.float32))
        discounts = torch.from_numpy(sample.discounts.astype(np.float32))
        if self.target.mixer.is_joint:
            return returns + discounts * values
        mine = _carry(sample, values, next_epoch, has_slot.numpy())
        epoch_of_row = torch.from_numpy(sample.epoch_of_row)
        return returns[epoch_of_row] + discounts[epoch_of_row] * mine


def local_batch(rows: np.ndarray) -> LocalBatch:
    """
    Return the deciders' observations as tensors, without slots that no row uses.

    Parameters
    ----------
    rows
        Records of the replay.
    """
    used = max(int(np.count_nonzero(rows["mask"], axis=1).max(initial=1)), 1)
    mask = rows["mask"][:, :used].copy()
    return LocalBatch(
        vehicle=_tensor(rows["vehicle"]),
        stops=_tensor(rows["stops"][:, :used][mask]),
        mask=torch.from_numpy(mask),
        neighbours=_tensor(rows["neighbours"]),
        neighbour_mask=torch.from_numpy(rows["neighbour_mask"].copy()),
    )


def state_batch(epochs: np.ndarray) -> StateBatch:
    """
    Return global states as tensors.

    Parameters
    ----------
    epochs
        Records of the replay.
    """
    used = max(int(np.count_nonzero(epochs["state_task_mask"], axis=1).max(initial=1)), 1)
    return StateBatch(
        vehicles=_tensor(epochs["state_vehicles"]),
        tasks=_tensor(epochs["state_tasks"][:, :used]),
        task_mask=torch.from_numpy(epochs["state_task_mask"][:, :used].copy()),
        site=_tensor(epochs["state_site"]),
        hindsight=_tensor(epochs["hindsight"]),
    )


def _tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))


def _carry(
    sample: Sample, values: Float[Tensor, " value"], next_epoch: Int[Tensor, " value"], has_slot: np.ndarray
) -> Float[Tensor, " row"]:
    """Return for each row its own value at the bootstrap, or the mean of those who decide there."""
    num_epochs = len(sample.epochs)
    total = values.new_zeros(num_epochs).index_add(0, next_epoch, values)
    number = values.new_zeros(num_epochs).index_add(0, next_epoch, torch.ones_like(values))
    mean = total / number.clamp(min=1.0)
    epoch_of_row = torch.from_numpy(sample.epoch_of_row)
    own = mean[epoch_of_row].clone()
    position = {
        key: index
        for index, key in enumerate(
            zip(next_epoch.tolist(), sample.next_rows["decider"][has_slot].tolist(), strict=True)
        )
    }
    for row, key in enumerate(zip(sample.epoch_of_row.tolist(), sample.rows["decider"].tolist(), strict=True)):
        if key in position:
            own[row] = values[position[key]]
    return own
