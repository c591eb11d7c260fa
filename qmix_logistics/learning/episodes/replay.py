"""
Memory of episodes, in a ring of steps of a fixed size in bytes.

An episode takes as many places as it has observations, so short ones leave room for others; nothing is padded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from qmix_logistics.environment.outside.team_environment import TeamSpec
from qmix_logistics.errors import TeamError
from qmix_logistics.learning.priorities import Priorities


@dataclass(frozen=True, slots=True)
class Episode:
    """
    An episode from its first observation to its last.

    Parameters
    ----------
    observations, masks, states
        Of all steps and of what was seen at the end.
    actions, rewards
        Of all steps.
    is_terminated
        Whether nothing comes after it; else it was cut off.
    metric
        What the environment says of it at the end.
    """

    observations: Float[np.ndarray, "seen agent feature"]
    masks: Bool[np.ndarray, "seen agent action"]
    states: Float[np.ndarray, "seen state_feature"]
    actions: Int[np.ndarray, "step agent"]
    rewards: Float[np.ndarray, " step"]
    is_terminated: bool
    metric: float = 0.0


@dataclass(frozen=True, slots=True)
class DrawnEpisodes:
    """
    Episodes side by side, the shorter ones followed by steps that mean nothing.

    Parameters
    ----------
    observations, masks, states
        Of all steps and of what was seen at the end; states have no length if they are the observations.
    actions, rewards
        Of all steps.
    lengths
        Steps of each.
    is_terminated
        Whether nothing comes after each.
    numbers
        By which they are known.
    weights
        What each counts, if some are drawn more often than others.
    """

    observations: Float[np.ndarray, "episode seen agent feature"]
    masks: Bool[np.ndarray, "episode seen agent action"]
    states: Float[np.ndarray, "episode seen state_feature"]
    actions: Int[np.ndarray, "episode step agent"]
    rewards: Float[np.ndarray, "episode step"]
    lengths: Int[np.ndarray, " episode"]
    is_terminated: Bool[np.ndarray, " episode"]
    numbers: Int[np.ndarray, " episode"]
    weights: Float[np.ndarray, " episode"] | None


class EpisodeReplay:
    """
    The last episodes.

    Parameters
    ----------
    spec
        Sizes of the environment.
    size_bytes
        Memory for all steps; the oldest episodes are forgotten.
    max_episodes
        Draw from at most so many.
    precision
        How observations and states are kept.
    priority_exponent
        How much oftener badly predicted episodes are drawn, in [0, 1]; 0: all alike.
    """

    def __init__(
        self,
        spec: TeamSpec,
        size_bytes: float,
        max_episodes: int,
        precision: str = "float32",
        priority_exponent: float = 0.0,
    ) -> None:
        num_agents = spec.num_agents
        fields: list[tuple[str, str, tuple[int, ...]]] = [
            ("observations", precision, (num_agents, spec.observation_size)),
            ("actions", "i2", (num_agents,)),
            ("rewards", "f4", ()),
        ]
        if spec.has_masks:
            fields.append(("masks", "?", (num_agents, spec.num_actions)))
        if spec.state_size:
            fields.append(("states", precision, (spec.state_size,)))
        step = np.dtype([(name, kind, shape) for name, kind, shape in fields])
        capacity = int(size_bytes / step.itemsize)
        if capacity < 2:
            raise TeamError(f"a replay of {size_bytes:.0f} bytes holds no episode; one step takes {step.itemsize}")
        self._spec, self._max_episodes = spec, max_episodes
        self._columns = {name: np.zeros((capacity, *shape), kind) for name, kind, shape in fields}
        self._capacity, self._num_steps, self._num_episodes = capacity, 0, 0
        self._episodes = np.zeros((max_episodes, 3), np.int64)  # first step, length, whether terminated
        self._num_forgotten = 0
        self._priorities = Priorities(max_episodes, priority_exponent) if priority_exponent else None

    @property
    def num_kept(self) -> int:
        """Episodes that can be drawn."""
        return self._num_episodes - self._num_forgotten

    @property
    def size_bytes(self) -> int:
        """Memory of all steps."""
        return sum(column.nbytes for column in self._columns.values())

    def add(self, episode: Episode) -> None:
        """
        Add an episode.

        Parameters
        ----------
        episode
            The episode.

        Raises
        ------
        TeamError
            If it is longer than the memory, or its numbers do not fit the precision.
        """
        length = len(episode.actions)
        if length + 1 > self._capacity:
            raise TeamError(f"an episode of {length} steps is longer than the replay; raise replay_mib")
        self._forget_for(length + 1)
        places = (self._num_steps + np.arange(length + 1)) % self._capacity
        self._columns["observations"][places] = episode.observations
        if not np.isfinite(self._columns["observations"][places]).all():
            raise TeamError("an observation is not finite; half precision ends at 65,504: set precision=float32")
        self._columns["actions"][places[:-1]] = episode.actions
        self._columns["rewards"][places[:-1]] = episode.rewards
        if self._spec.has_masks:
            legal = np.take_along_axis(episode.masks[:-1], episode.actions[..., None], axis=2)
            assert legal.all(), "an executed action was not legal"
            self._columns["masks"][places] = episode.masks
        if self._spec.state_size:
            self._columns["states"][places] = episode.states
        self._episodes[self._num_episodes % self._max_episodes] = self._num_steps, length, episode.is_terminated
        if self._priorities is not None:
            self._priorities.add(self._num_episodes % self._max_episodes)
        self._num_steps += length + 1
        self._num_episodes += 1

    def sample(self, size: int, rng: np.random.Generator, importance_exponent: float = 1.0) -> DrawnEpisodes:
        """
        Draw episodes: different ones, unless some are drawn more often than others.

        Parameters
        ----------
        size
            How many; at most ``num_kept``.
        rng
            Where the draws come from.
        importance_exponent
            How far weights undo the priorities, in [0, 1].
        """
        weights = None
        if self._priorities is None:
            numbers = self._num_forgotten + rng.choice(self.num_kept, size, replace=False, shuffle=False)
        else:
            places, counts = self._priorities.draw(size, importance_exponent, rng)
            numbers = places + (self._num_episodes - 1 - places) // self._max_episodes * self._max_episodes
            weights = counts.astype(np.float32)
        return self._gather(numbers, weights)

    def all(self) -> DrawnEpisodes:
        """Return all episodes."""
        return self._gather(np.arange(self._num_forgotten, self._num_episodes), None)

    def set_errors(self, numbers: Int[np.ndarray, " episode"], errors: Float[np.ndarray, " episode"]) -> None:
        """
        Tell how badly episodes were predicted.

        Parameters
        ----------
        numbers
            By which they are known.
        errors
            Absolute errors.
        """
        assert self._priorities is not None, "only what has priorities is weighed"
        self._priorities.set(numbers % self._max_episodes, errors)

    def state(self) -> dict[str, np.ndarray]:
        """Return all that is remembered, to be saved."""
        used = min(self._num_steps, self._capacity)
        priorities = self._priorities.state() if self._priorities is not None else {}
        columns = {name: column[:used] for name, column in self._columns.items()}
        counts = np.array([self._num_steps, self._num_episodes, self._num_forgotten])
        return columns | priorities | {"episodes": self._episodes, "counts": counts}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """
        Remember what was saved.

        Parameters
        ----------
        state
            What ``state`` returned.
        """
        for name, column in self._columns.items():
            column[: len(state[name])] = state[name]
        self._episodes[:] = state["episodes"]
        self._num_steps, self._num_episodes, self._num_forgotten = state["counts"].tolist()
        if self._priorities is not None:
            self._priorities.restore(state)

    def _forget_for(self, num_steps: int) -> None:
        """Forget the oldest episodes whose places the next steps take, and those that are too many."""
        oldest_kept = self._num_steps + num_steps - self._capacity
        while self.num_kept:
            place = self._num_forgotten % self._max_episodes
            if self._episodes[place, 0] >= oldest_kept and self.num_kept < self._max_episodes:
                return
            if self._priorities is not None:
                self._priorities.remove(np.array([place]))
            self._num_forgotten += 1

    def _gather(
        self, numbers: Int[np.ndarray, " episode"], weights: Float[np.ndarray, " episode"] | None
    ) -> DrawnEpisodes:
        starts, lengths, is_terminated = self._episodes[numbers % self._max_episodes].T
        # Steps behind the end of an episode repeat its last one, which is finite, and mean nothing.
        steps = np.minimum(np.arange(lengths.max() + 1), lengths[:, None])
        places = (starts[:, None] + steps) % self._capacity
        spec, columns = self._spec, self._columns
        shape = (*places.shape, spec.num_agents, spec.num_actions)
        return DrawnEpisodes(
            observations=columns["observations"][places].astype(np.float32, copy=False),
            masks=columns["masks"][places] if spec.has_masks else np.broadcast_to(True, shape),
            states=(
                columns["states"][places].astype(np.float32, copy=False)
                if spec.state_size
                else np.zeros((*places.shape, 0), np.float32)
            ),
            actions=columns["actions"][places[:, :-1]].astype(np.int64),
            rewards=columns["rewards"][places[:, :-1]],
            lengths=lengths,
            is_terminated=is_terminated.astype(bool),
            numbers=numbers,
            weights=weights,
        )
