"""Remembered episodes, as a learner reads them."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from qmix_logistics.learning.episodes.flat_network import FlatNetwork
from qmix_logistics.learning.episodes.replay import DrawnEpisodes
from qmix_logistics.learning.episodes.returns import bootstrapped_returns
from qmix_logistics.learning.network.decisions import Decisions, Team, Utilities, greedy
from qmix_logistics.learning.network.grouping import TeamGrouping
from qmix_logistics.learning.network.team_network import TeamNetwork


@dataclass(frozen=True, slots=True)
class OneHotChoices:
    """
    Actions as one-hot codes by agent and action, so that the sum over a team is their concatenation; see ``Choices``.

    Parameters
    ----------
    num_groups, num_agents, num_actions
        Joint decisions, and sizes of each.
    device
        Where tensors are.
    """

    num_groups: int
    num_agents: int
    num_actions: int
    device: torch.device | str = "cpu"

    def of(self, slots: Int[Tensor, " row"]) -> Float[Tensor, "row choice_feature"]:
        """Return the code of one action a row; see ``Choices``."""
        agent = torch.arange(self.num_agents, device=slots.device).repeat(self.num_groups)
        size = self.num_agents * self.num_actions
        return torch.nn.functional.one_hot(agent * self.num_actions + slots, size).float()

    def all(self) -> Float[Tensor, "row slot choice_feature"]:
        """Return the codes of all actions; see ``Choices``."""
        codes = torch.eye(self.num_agents * self.num_actions, device=self.device)
        codes = codes.view(self.num_agents, self.num_actions, -1)
        return codes.repeat(self.num_groups, 1, 1)

    def only(self, kept: Bool[Tensor, " row"]) -> OneHotChoices:
        """Every agent acts at every step; see ``Choices``."""
        raise AssertionError("teams of fixed size act together")


class EpisodeSample:
    """
    A batch of episodes; see ``Sample``.

    Rows are agents, groups are steps; steps that only pad shorter episodes are in neither.

    Parameters
    ----------
    drawn
        What the replay drew.
    discount
        What a reward one step later counts.
    trace
        Lambda of the returns.
    reward_scale
        Rewards are multiplied by this.
    device
        Where tensors are.
    """

    shown = None
    is_told = None

    def __init__(
        self,
        drawn: DrawnEpisodes,
        discount: float,
        trace: float,
        reward_scale: float,
        device: torch.device | str = "cpu",
    ) -> None:
        self._drawn, self._discount, self._trace, self._reward_scale = drawn, discount, trace, reward_scale
        self._device = device
        steps = np.arange(drawn.actions.shape[1] + 1)
        self._is_step = steps[:-1] < drawn.lengths[:, None]
        self._is_seen = steps <= drawn.lengths[:, None]
        self._num_groups, self._num_agents = int(drawn.lengths.sum()), drawn.actions.shape[2]
        self.slots: Int[Tensor, " row"] = self._tensor(drawn.actions[self._is_step].reshape(-1))
        self.episode_of_group = np.nonzero(self._is_step)[0]
        self.weights = None if drawn.weights is None else self._tensor(drawn.weights[self.episode_of_group])

    @property
    def group_of_row(self) -> Int[Tensor, " row"]:
        """Step of each row; see ``Sample``."""
        return self._grouping.group

    @property
    def numbers(self) -> Int[np.ndarray, " episode"]:
        """By which the episodes are known."""
        return self._drawn.numbers

    def by_episode(self, errors: Float[np.ndarray, " group"]) -> Float[np.ndarray, " episode"]:
        """
        Return the mean error of each episode.

        Parameters
        ----------
        errors
            Of the steps.
        """
        return np.bincount(self.episode_of_group, errors) / self._drawn.lengths

    def both(self, network: TeamNetwork) -> tuple[Decisions, Decisions]:
        """Return the steps and the following ones, from one pass over the episodes; see ``Sample``."""
        utilities, embedding = self._unroll(network)
        now = self._decisions(network, utilities, embedding, self._now_places)
        with torch.no_grad():
            following = self._decisions(network, utilities.detach(), embedding.detach(), self._next_places)
        return now, following

    def now(self, network: TeamNetwork) -> Decisions:
        """Return the steps; see ``Sample``."""
        return self._decisions(network, *self._unroll(network), self._now_places)

    @torch.no_grad()
    def following(self, network: TeamNetwork) -> Decisions:
        """Return the steps at which the returns are bootstrapped; see ``Sample``."""
        return self._decisions(network, *self._unroll(network), self._next_places)

    def choose(self, following: Decisions) -> Int[Tensor, " row"]:
        """Return the best legal action of every agent; see ``Sample``."""
        return greedy(following.utilities)

    def choose_now(self, now: Decisions) -> Int[Tensor, " row"]:
        """Return the best legal action of every agent; see ``Sample``."""
        return greedy(now.utilities)

    def targets(
        self, values: Float[Tensor, " value"], acts: Bool[Tensor, " row"], *, is_joint: bool
    ) -> Float[Tensor, " target"]:
        """Return lambda-returns; see ``Sample``."""
        drawn, num_columns = self._drawn, 1 if is_joint else self._num_agents
        next_values = np.zeros((*self._is_step.shape, num_columns), np.float32)
        next_values[self._is_step] = values.cpu().numpy().reshape(-1, num_columns)
        returns = bootstrapped_returns(
            drawn.rewards * self._reward_scale, next_values, drawn.lengths, drawn.is_terminated, self._discount,
            self._trace,
        )  # fmt: skip
        return self._tensor(returns[self._is_step].reshape(-1))

    def _unroll(self, network: TeamNetwork) -> tuple[Tensor, Tensor]:
        """Return utilities and embeddings, (place, agent, number): of what was seen, or with memory of padding too."""
        assert isinstance(network.agents, FlatNetwork)
        if not network.agents.is_recurrent:
            return network.agents(self._observations, self._last_actions)
        padded = network.agents.along(self._padded(self._drawn.observations), self._padded(self._all_last_actions))
        utilities, embedding = (values.flatten(0, 1) for values in padded)
        return utilities, embedding

    def _decisions(
        self, network: TeamNetwork, utilities: Tensor, embedding: Tensor, places: tuple[Tensor, Tensor]
    ) -> Decisions:
        """Return those of the given steps: their places among all that was seen, and with padding, time first."""
        seen, padded = places
        assert isinstance(network.agents, FlatNetwork)
        at = padded if network.agents.is_recurrent else seen
        num_rows = self._num_groups * self._num_agents
        chosen = utilities.index_select(0, at).view(num_rows, -1)
        if self._masks is not None:
            chosen = chosen.masked_fill(~self._masks.index_select(0, seen).view(num_rows, -1), -torch.inf)
        team = Team(
            self._grouping,
            lambda: embedding.index_select(0, at).view(num_rows, -1),
            lambda: network.encoder(self._states.index_select(0, seen)),
        )
        choices = OneHotChoices(self._num_groups, self._num_agents, utilities.shape[-1], self._device)
        return Decisions(Utilities(chosen.new_zeros(num_rows), chosen), team, choices)

    @functools.cached_property
    def _now_places(self) -> tuple[Tensor, Tensor]:
        return self._places(self._is_step)

    @functools.cached_property
    def _next_places(self) -> tuple[Tensor, Tensor]:
        return self._places(np.roll(np.pad(self._is_step, ((0, 0), (0, 1))), 1, axis=1)[:, : self._is_seen.shape[1]])

    def _places(self, steps: Bool[np.ndarray, "episode step"]) -> tuple[Tensor, Tensor]:
        numbers = np.cumsum(self._is_seen).reshape(self._is_seen.shape) - 1
        episode, step = np.nonzero(steps)
        return self._tensor(numbers[episode, step]), self._tensor(step * len(steps) + episode)

    @functools.cached_property
    def _grouping(self) -> TeamGrouping:
        return TeamGrouping(self._num_groups, self._num_agents, self._device)

    @functools.cached_property
    def _observations(self) -> Tensor:
        return self._tensor(self._drawn.observations[self._is_seen])

    @functools.cached_property
    def _masks(self) -> Tensor | None:
        masks = self._drawn.masks
        return None if masks.strides == (0,) * masks.ndim else self._tensor(masks[self._is_seen])

    @functools.cached_property
    def _states(self) -> Tensor:
        if self._drawn.states.shape[2]:
            return self._tensor(self._drawn.states[self._is_seen])
        return self._observations.flatten(1)

    @functools.cached_property
    def _last_actions(self) -> Tensor:
        return self._tensor(self._all_last_actions[self._is_seen])

    @functools.cached_property
    def _all_last_actions(self) -> Int[np.ndarray, "episode seen agent"]:
        actions = self._drawn.actions
        return np.concatenate([np.full_like(actions[:, :1], -1), actions], axis=1)

    def _padded(self, values: np.ndarray) -> Tensor:
        """Return values with time first."""
        return self._tensor(values.swapaxes(0, 1))

    def _tensor(self, values: np.ndarray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(values)).to(self._device)
