"""What a mixer does, and the state that it sees."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from qmix_logistics.environment.schema import STATE_SITE, STATE_TASK, STATE_VEHICLE
from qmix_logistics.learning.hindsight import NUM_FEATURES
from qmix_logistics.learning.utility_network import masked_mean


@dataclass(frozen=True, slots=True)
class StateBatch:
    """
    Global states; numbers follow the codec's schema.

    Parameters
    ----------
    vehicles
        All vehicles, deciding or busy.
    tasks, task_mask
        Pending tasks.
    site
        The site.
    hindsight
        Orders that are about to come; see ``Hindsight``. Only the value of the state may depend on them.
    """

    vehicles: Float[Tensor, "epoch fleet state_vehicle_feature"]
    tasks: Float[Tensor, "epoch task state_task_feature"]
    task_mask: Bool[Tensor, "epoch task"]
    site: Float[Tensor, "epoch state_site_feature"]
    hindsight: Float[Tensor, "epoch hindsight_feature"]


class Mixer(nn.Module, ABC):
    """
    Mixes utilities into values. Only rows enter it: a vehicle that is busy has no weight.

    A mixer that is not joint gives each row a value of its own.
    """

    is_joint: bool

    @abstractmethod
    def forward(
        self,
        utilities: Float[Tensor, " row"],
        embeddings: Float[Tensor, "row hidden"],
        epoch: Int[Tensor, " row"],
        state: StateBatch,
    ) -> Float[Tensor, " value"]:
        """
        Return a value for each epoch if the mixer is joint, else for each row.

        Parameters
        ----------
        utilities
            Utilities of the chosen stops, in reward units.
        embeddings
            Embeddings of the vehicles.
        epoch
            Epoch of each row.
        state
            Global states of the epochs.
        """


class StateEncoder(nn.Module):
    """
    Pool the state into a vector of fixed length, whatever the number of vehicles and tasks.

    Parameters
    ----------
    hidden
        Its length.
    """

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.vehicle = nn.Sequential(nn.Linear(len(STATE_VEHICLE), hidden), nn.ReLU())
        self.task = nn.Sequential(nn.Linear(len(STATE_TASK), hidden), nn.ReLU())
        self.body = nn.Sequential(nn.Linear(2 * hidden + len(STATE_SITE), hidden), nn.ReLU())

    def forward(self, state: StateBatch) -> Float[Tensor, "epoch hidden"]:
        """
        Return a vector for each state.

        Parameters
        ----------
        state
            Global states.
        """
        vehicles = self.vehicle(state.vehicles).mean(dim=1)
        tasks = masked_mean(self.task(state.tasks), state.task_mask)
        return torch.relu(self.body(torch.cat([vehicles, tasks, state.site], dim=1)))


class StateValue(nn.Module):
    """
    Value of a state, given what is about to come.

    Parameters
    ----------
    hidden
        Length of the encoded state.
    """

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(hidden + NUM_FEATURES, hidden), nn.ReLU(), nn.Linear(hidden, 1))

    def forward(self, encoded: Float[Tensor, "epoch hidden"], state: StateBatch) -> Float[Tensor, " epoch"]:
        """
        Return the value of each state.

        Parameters
        ----------
        encoded
            The encoded states.
        state
            The states.
        """
        value: Tensor = self.body(torch.cat([encoded, state.hindsight], dim=1))
        return value.squeeze(-1)


def sum_by_epoch(
    values: Float[Tensor, "row *feature"], epoch: Int[Tensor, " row"], num_epochs: int
) -> Float[Tensor, "epoch *feature"]:
    """
    Sum rows by epoch; 0 for an epoch without rows.

    Parameters
    ----------
    values
        What to sum.
    epoch
        Epoch of each row.
    num_epochs
        Number of epochs.
    """
    return values.new_zeros(num_epochs, *values.shape[1:]).index_add(0, epoch, values)
