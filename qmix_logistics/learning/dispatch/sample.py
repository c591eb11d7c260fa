"""Remembered decisions of vehicles, as a learner reads them."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from qmix_logistics.environment.joint_decision import NO_SLOT, grant_slots
from qmix_logistics.environment.observation import is_deferred
from qmix_logistics.learning.dispatch.entity_network import IS_ADVISED, LocalBatch, UtilityNetwork
from qmix_logistics.learning.dispatch.replay_records import DrawnDecisions
from qmix_logistics.learning.dispatch.state import StateBatch
from qmix_logistics.learning.network.decisions import Decisions, Team
from qmix_logistics.learning.network.grouping import Grouping
from qmix_logistics.learning.network.team_network import TeamNetwork


class DispatchSample:
    """
    A batch of joint decisions of vehicles; see ``Sample``.

    The next joint choice is made by the claim procedure, as it would be carried out.

    Parameters
    ----------
    drawn
        What the replay drew.
    """

    def __init__(self, drawn: DrawnDecisions) -> None:
        self._drawn = drawn
        self.slots: Int[Tensor, " row"] = torch.from_numpy(drawn.rows["slot"].astype(np.int64))
        self.shown: Int[Tensor, " row"] = torch.from_numpy(drawn.rows["shown"].astype(np.int64))
        is_advised = drawn.rows["stops"][np.arange(len(drawn.rows)), drawn.rows["shown"], IS_ADVISED] > 0
        self.is_told: Bool[Tensor, " row"] = torch.from_numpy(is_advised & (drawn.rows["shown"] != NO_SLOT))
        self.weights = None if drawn.weights is None else torch.from_numpy(drawn.weights)
        self.group_of_row = torch.from_numpy(drawn.epoch_of_row)

    def both(self, network: TeamNetwork) -> tuple[Decisions, Decisions]:
        """Return the decisions and the following ones; see ``Sample``."""
        return self.now(network), self.following(network)

    def now(self, network: TeamNetwork) -> Decisions:
        """Return the decisions; see ``Sample``."""
        drawn = self._drawn
        return _decide(network, self._local, drawn.rows, self.group_of_row, drawn.epochs)

    @torch.no_grad()
    def following(self, network: TeamNetwork) -> Decisions:
        """Return the decisions at which the returns are bootstrapped; see ``Sample``."""
        drawn = self._drawn
        epoch_of_row = torch.from_numpy(drawn.next_epoch_of_row)
        return _decide(network, self._next_local, drawn.next_rows, epoch_of_row, drawn.next_epochs)

    def choose(self, following: Decisions) -> Int[Tensor, " next_row"]:
        """Let the board grant the following decisions; see ``Sample``."""
        return _granted(following, self._drawn.next_rows, self._drawn.next_epoch_of_row)

    def choose_now(self, now: Decisions) -> Int[Tensor, " row"]:
        """Let the board grant the decisions themselves; see ``Sample``."""
        return _granted(now, self._drawn.rows, self._drawn.epoch_of_row)

    def targets(
        self, values: Float[Tensor, " value"], acts: Bool[Tensor, " next_row"], *, is_joint: bool
    ) -> Float[Tensor, " target"]:
        """
        Return discounted costs, then the values at the bootstrap; see ``Sample``.

        A vehicle that learns by itself and does not decide there takes the mean value of those that do: with shared
        weights all of them estimate the return of the same team.
        """
        drawn = self._drawn
        returns = torch.from_numpy(drawn.returns.astype(np.float32))
        discounts = torch.from_numpy(drawn.discounts.astype(np.float32))
        if is_joint:
            return returns + discounts * values
        mine = _carry(drawn, values, acts.numpy())
        return returns[self.group_of_row] + discounts[self.group_of_row] * mine

    @functools.cached_property
    def _local(self) -> LocalBatch:
        return local_batch(self._drawn.rows)

    @functools.cached_property
    def _next_local(self) -> LocalBatch:
        return local_batch(self._drawn.next_rows)


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
    )


def _decide(
    network: TeamNetwork, local: LocalBatch, rows: np.ndarray, epoch_of_row: Int[Tensor, " row"], epochs: np.ndarray
) -> Decisions:
    assert isinstance(network.agents, UtilityNetwork)
    utilities, embedding, stops = network.agents.see(local)
    tasks, is_fallback = (rows[name][:, : local.mask.shape[1]] for name in ("tasks", "is_fallback"))
    is_open = torch.from_numpy(~is_deferred(tasks, is_fallback, local.mask.numpy()))
    utilities = dataclasses.replace(utilities, is_open=is_open)
    grouping, hindsight = Grouping(epoch_of_row, len(epochs)), _tensor(epochs["hindsight"])
    team = Team(grouping, lambda: embedding, lambda: network.encoder(state_batch(epochs)), hindsight)
    return Decisions(utilities, team, stops)


def _granted(decisions: Decisions, rows: np.ndarray, epoch_of_row: np.ndarray) -> Int[Tensor, " row"]:
    advantage = decisions.utilities.advantage.detach().numpy()
    tasks, is_fallback = (rows[name][:, : advantage.shape[1]] for name in ("tasks", "is_fallback"))
    return torch.from_numpy(grant_slots(advantage, tasks, is_fallback, epoch_of_row))


def _tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))


def _carry(drawn: DrawnDecisions, values: Float[Tensor, " value"], acts: np.ndarray) -> Float[Tensor, " row"]:
    """Return for each row its own value at the bootstrap, or the mean of those who decide there."""
    num_epochs, next_epoch = len(drawn.epochs), torch.from_numpy(drawn.next_epoch_of_row[acts])
    total = values.new_zeros(num_epochs).index_add(0, next_epoch, values)
    number = values.new_zeros(num_epochs).index_add(0, next_epoch, torch.ones_like(values))
    mean = total / number.clamp(min=1.0)
    own = mean[torch.from_numpy(drawn.epoch_of_row)].clone()
    position = {
        key: index
        for index, key in enumerate(zip(next_epoch.tolist(), drawn.next_rows["decider"][acts].tolist(), strict=True))
    }
    for row, key in enumerate(zip(drawn.epoch_of_row.tolist(), drawn.rows["decider"].tolist(), strict=True)):
        if key in position:
            own[row] = values[position[key]]
    return own
