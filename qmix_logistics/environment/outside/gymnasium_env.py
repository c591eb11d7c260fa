"""Any multi-agent Gymnasium environment (tuples of observations and actions) as an environment of a team."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from jaxtyping import Int

from qmix_logistics.environment.outside.spaces import first_action, flat_size, flatten, num_actions, scale
from qmix_logistics.environment.outside.team_environment import TeamSpec, TeamStep, TeamView
from qmix_logistics.errors import TeamError


class GymnasiumTeam:
    """
    A Gymnasium environment whose observation and action spaces are tuples with a place for each agent.

    Rewards are one for each agent, and are summed, or one for all. An episode is over when it is for all of them. A
    time limit is a truncation, whatever wrapper sets it. Observations are divided by their bounds. The state is the
    agents' observations, one after another. See ``TeamEnvironment``.

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
        self._first_actions = np.array([first_action(space) for space in acted])
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
        taken = (actions + self._first_actions).tolist()
        self._seen, reward, terminations, truncations, _ = self._env.step(taken)
        is_over = bool(np.all(np.logical_or(terminations, truncations)))
        is_terminated = is_over and bool(np.any(terminations))
        return TeamStep(float(np.sum(reward)), is_terminated, is_over and not is_terminated)

    def see(self, view: TeamView, place: int) -> None:
        """Write what is seen now; see ``TeamEnvironment``."""
        for index, (space, seen) in enumerate(zip(self._spaces, self._seen, strict=True)):
            values = flatten(space, seen)
            np.divide(values, self._scales[index], out=view.observations[place, index, : len(values)])
        if self.spec.has_masks:
            view.masks[place] = np.arange(self.spec.num_actions) < np.array(self._num_actions)[:, None]
