"""The global state of a site as a vector of fixed length."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from qmix_logistics.environment.schema import STATE_SITE, STATE_TASK, STATE_VEHICLE
from qmix_logistics.learning.dispatch.entity_network import masked_mean


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
    """

    vehicles: Float[Tensor, "epoch fleet state_vehicle_feature"]
    tasks: Float[Tensor, "epoch task state_task_feature"]
    task_mask: Bool[Tensor, "epoch task"]
    site: Float[Tensor, "epoch state_site_feature"]


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
