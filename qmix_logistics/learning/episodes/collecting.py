"""Episodes played side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Bool, Int

from qmix_logistics.environment.outside.team_environment import TeamEnvironments, TeamView
from qmix_logistics.learning.episodes.flat_network import FlatNetwork
from qmix_logistics.learning.episodes.replay import Episode


@dataclass(slots=True)
class _Recording:
    """What has been seen and done so far in several episodes, with room for more."""

    view: TeamView
    room: int = 32
    lengths: Int[np.ndarray, " env"] = field(init=False)
    columns: dict[str, np.ndarray] = field(init=False)

    def __post_init__(self) -> None:
        num, num_agents = self.view.observations.shape[:2]
        self.lengths = np.zeros(num, np.int64)
        self.columns = {
            "observations": np.zeros((self.room, *self.view.observations.shape), np.float32),
            "masks": np.zeros((self.room, *self.view.masks.shape), bool),
            "states": np.zeros((self.room, *self.view.states.shape), np.float32),
            "actions": np.zeros((self.room, num, num_agents), np.int64),
            "rewards": np.zeros((self.room, num), np.float32),
        }

    def see(self, step: int) -> None:
        if step == self.room:
            self.columns = {
                name: np.concatenate([column, np.zeros_like(column)]) for name, column in self.columns.items()
            }
            self.room *= 2
        self.columns["observations"][step] = self.view.observations
        self.columns["masks"][step] = self.view.masks
        self.columns["states"][step] = self.view.states

    def do(self, step: int, live: np.ndarray, actions: np.ndarray, rewards: np.ndarray) -> None:
        self.columns["actions"][step, live] = actions
        self.columns["rewards"][step, live] = rewards
        self.lengths[live] += 1

    def episode(self, place: int, is_terminated: bool, metric: float) -> Episode:
        length = int(self.lengths[place])
        seen = {name: self.columns[name][: length + 1, place] for name in ("observations", "masks", "states")}
        done = {name: self.columns[name][:length, place] for name in ("actions", "rewards")}
        return Episode(**seen, **done, is_terminated=is_terminated, metric=metric)


def play_episodes(
    environments: TeamEnvironments,
    agents: FlatNetwork,
    seeds: Sequence[int],
    explored_share: float,
    rng: np.random.Generator,
) -> list[Episode]:
    """
    Play episodes to their ends; those that end sooner wait for the others.

    Parameters
    ----------
    environments
        At least as many as there are episodes.
    agents
        Who chooses: the legal action of highest utility.
    seeds
        Of the episodes.
    explored_share
        Share of actions drawn among all legal ones instead.
    rng
        Where the draws come from.
    """
    view = environments.reset(seeds)
    num, num_agents = len(seeds), environments.spec.num_agents
    recording = _Recording(view)
    live, memory = np.arange(num), agents.start(num)
    last_actions = np.full((num, num_agents), -1)
    ended: dict[int, Episode] = {}
    step = 0
    while len(live):
        recording.see(step)
        everyone = len(live) == len(view.masks)
        masks = view.masks if everyone else view.masks[live]
        if explored_share < 1.0:
            with torch.no_grad():
                utilities, memory = agents.step(
                    torch.from_numpy(view.observations if everyone else view.observations[live]),
                    torch.from_numpy(last_actions),
                    memory,
                )
            actions = np.where(masks, utilities.numpy(), -np.inf).argmax(axis=2)
        else:
            actions = np.zeros((len(live), num_agents), np.int64)
        if explored_share > 0.0:
            actions = _explore(actions, masks, explored_share, rng)
        outcome = environments.step(live, actions)
        recording.do(step, live, actions, outcome.rewards)
        is_over = outcome.is_terminated | outcome.is_truncated
        last_actions = actions
        step += 1
        if is_over.any():
            recording.see(step)
            for index in np.flatnonzero(is_over).tolist():
                place = int(live[index])
                ended[place] = recording.episode(
                    place, bool(outcome.is_terminated[index]), float(outcome.metrics[index])
                )
            live, last_actions, memory = live[~is_over], actions[~is_over], memory[torch.from_numpy(~is_over)]
    return [ended[place] for place in range(num)]


def _explore(
    actions: Int[np.ndarray, "env agent"],
    masks: Bool[np.ndarray, "env agent action"],
    explored_share: float,
    rng: np.random.Generator,
) -> Int[np.ndarray, "env agent"]:
    """Replace some actions by legal ones drawn by lot; the number of draws does not depend on the actions."""
    lots = rng.random((2, *actions.shape))
    rank = np.cumsum(masks, axis=2)
    drawn = (rank > (lots[1] * rank[..., -1])[..., None]).argmax(axis=2)
    return np.where(lots[0] < explored_share, drawn, actions)
