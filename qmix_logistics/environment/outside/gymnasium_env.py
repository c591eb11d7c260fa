"""Any multi-agent Gymnasium environment (tuples of observations and actions) as an environment of a team."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from jaxtyping import Int

from qmix_logistics.environment.outside.spaces import flat_size, flatten, num_actions, scale
from qmix_logistics.environment.outside.team_environment import TeamSpec, TeamStep, TeamView
from qmix_logistics.errors import TeamError


class GymnasiumTeam:
    """
    A Gymnasium environment whose observation and action spaces are tuples with a place for each agent.

    Rewards are one for each agent, and are summed, or one for all. A time limit is a truncation, whatever wrapper sets
    it. Observations are divided by their bounds. The state is the agents' observations, one after another. See
    ``TeamEnvironment``.

    Parameters
    ----------
    env
        The environment.
    """

    def __init__(self, env: Any) -> None:
        self._env = env
        observed, acted = env.observation_space, env.action_space
        if not (isinstance(observed, gymnasium.spaces.Tuple) and isinstance(acted, gymnasium.spaces.Tuple)):
            raise TeamError(
                f"its spaces are {type(observed).__name__} and {type(acted).__name__}; expected tuples with a place "
                "for each agent"
            )
        self._spaces, self._num_actions = list(observed), [num_actions(space) for space in acted]
        self.spec = TeamSpec(
            num_agents=len(self._spaces),
            num_actions=max(self._num_actions),
            observation_size=max(flat_size(space) for space in self._spaces),
            state_size=0,
            has_masks=len(set(self._num_actions)) > 1,
        )
        self._scales = [scale(space) for space in self._spaces]
        self._seen: Sequence[Any] = ()

    def reset(self, seed: int) -> None:
        """Begin an episode; see ``TeamEnvironment``."""
        self._seen, _ = self._env.reset(seed=seed)

    def step(self, actions: Int[np.ndarray, " agent"]) -> TeamStep:
        """Let all agents act; see ``TeamEnvironment``."""
        self._seen, reward, is_terminated, is_truncated, _ = self._env.step(actions.tolist())
        return TeamStep(float(np.sum(reward)), bool(np.all(is_terminated)), bool(np.all(is_truncated)))

    def see(self, view: TeamView, place: int) -> None:
        """Write what is seen now; see ``TeamEnvironment``."""
        for index, (space, seen) in enumerate(zip(self._spaces, self._seen, strict=True)):
            values = flatten(space, seen)
            np.divide(values, self._scales[index], out=view.observations[place, index, : len(values)])
        if self.spec.has_masks:
            view.masks[place] = np.arange(self.spec.num_actions) < np.array(self._num_actions)[:, None]
