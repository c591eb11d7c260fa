"""Any PettingZoo ``ParallelEnv`` as an environment of a team."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium
import numpy as np
from jaxtyping import Int
from pettingzoo.utils.conversions import aec_to_parallel_wrapper
from pettingzoo.utils.wrappers import AssertOutOfBoundsWrapper, OrderEnforcingWrapper

from qmix_logistics.environment.outside.spaces import first_action, flat_size, flatten, num_actions, scale
from qmix_logistics.environment.outside.team_environment import TeamSpec, TeamStep, TeamView

OBSERVATION, MASK = "observation", "action_mask"


class PettingZooTeam:
    """
    A PettingZoo environment whose agents share the sum of their rewards; see ``TeamEnvironment``.

    Masks are taken from the observations (``{"observation": ..., "action_mask": ...}``) or from the agents' infos. An
    agent that is gone sees zeros and has one legal action, the first, which is not carried out. The episode is
    terminated when no agent is left and at least one terminated; truncated if all that were left were cut off.
    Observations are divided by their bounds, where the space says any.

    Parameters
    ----------
    env
        A ``ParallelEnv`` with discrete actions.
    has_own_state
        Whether to ask ``env.state()``; else the state is the agents' observations, one after another.
    """

    def __init__(self, env: Any, *, has_own_state: bool) -> None:
        self._env, self._has_own_state = _without_checks(env), has_own_state
        self._agents: list[str] = list(env.possible_agents)
        env.reset(seed=0)
        spaces = [_observed(env.observation_space(agent)) for agent in self._agents]
        self._num_actions = [num_actions(env.action_space(agent)) for agent in self._agents]
        self._first_actions = [first_action(env.action_space(agent)) for agent in self._agents]
        has_masks = any(isinstance(env.observation_space(agent), gymnasium.spaces.Dict) for agent in self._agents)
        infos = env.reset(seed=0)[1]
        self._has_masks = has_masks or any(MASK in infos[agent] for agent in self._agents)
        self.spec = TeamSpec(
            num_agents=len(self._agents),
            num_actions=max(self._num_actions),
            observation_size=max(flat_size(space) for space in spaces),
            state_size=int(np.asarray(env.state()).size) if has_own_state else 0,
            has_masks=self._has_masks or len(set(self._num_actions)) > 1,
        )
        self._spaces, self._scales = spaces, [scale(space) for space in spaces]
        self._seen: Mapping[str, Any] = {}
        self._infos: Mapping[str, Any] = {}

    def reset(self, seed: int) -> None:
        """Begin an episode; see ``TeamEnvironment``."""
        self._seen, self._infos = self._env.reset(seed=seed)

    def step(self, actions: Int[np.ndarray, " agent"]) -> TeamStep:
        """Let all agents act; see ``TeamEnvironment``."""
        chosen = actions.tolist()
        live = set(self._env.agents)
        taken = {
            agent: action + first
            for agent, action, first in zip(self._agents, chosen, self._first_actions, strict=True)
            if agent in live
        }
        self._seen, rewards, terminations, truncations, self._infos = self._env.step(taken)
        ended = [terminations[agent] or truncations[agent] for agent in taken]
        is_over = not self._env.agents or all(ended)
        is_terminated = is_over and any(terminations[agent] for agent in taken)
        return TeamStep(float(sum(rewards.values())), is_terminated, is_over and not is_terminated)

    def see(self, view: TeamView, place: int) -> None:
        """Write what is seen now; see ``TeamEnvironment``."""
        for index, agent in enumerate(self._agents):
            self._see_agent(view, place, index, agent)
        if self._has_own_state:
            view.states[place] = np.asarray(self._env.state(), np.float32).ravel()

    def _see_agent(self, view: TeamView, place: int, index: int, agent: str) -> None:
        seen = self._seen.get(agent)
        observation = view.observations[place, index]
        if seen is None:
            observation[:] = 0.0
            view.masks[place, index] = np.arange(self.spec.num_actions) == 0
            return
        mask = self._infos.get(agent, {}).get(MASK)
        if isinstance(seen, dict):
            mask, seen = seen.get(MASK, mask), seen[OBSERVATION]
        values = flatten(self._spaces[index], seen)
        np.divide(values, self._scales[index], out=observation[: len(values)])
        if self.spec.has_masks:
            legal = view.masks[place, index]
            legal[:] = False
            legal[: self._num_actions[index]] = True if mask is None else np.asarray(mask, bool)
            if not legal.any():  # an agent at the end of its episode
                legal[0] = True


def _without_checks(env: Any) -> Any:
    """
    Return an environment without the wrappers that only check what callers do: they take a third of the time.

    Actions are legal and in order here.
    """
    if isinstance(env, aec_to_parallel_wrapper):
        while isinstance(env.aec_env, AssertOutOfBoundsWrapper | OrderEnforcingWrapper):
            env.aec_env = env.aec_env.env
    return env


def _observed(space: gymnasium.spaces.Space[Any]) -> gymnasium.spaces.Space[Any]:
    if isinstance(space, gymnasium.spaces.Dict) and OBSERVATION in space.spaces:
        return space.spaces[OBSERVATION]
    return space
