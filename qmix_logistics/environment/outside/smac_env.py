"""The interface of SMAC, the StarCraft suite, as an environment of a team."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Int

from qmix_logistics.environment.outside.team_environment import TeamSpec, TeamStep, TeamView


class SmacTeam:
    """
    An environment with SMAC's methods: ``get_obs``, ``get_state``, ``get_avail_actions``, ``step``.

    ``info["episode_limit"]`` marks a truncation, and ``info["battle_won"]`` is the metric. SMAC is seeded when it is
    made and not by episode, so a resumed training does not see the episodes that it would have seen; see
    ``TeamEnvironment``.

    Parameters
    ----------
    env
        The environment.
    """

    def __init__(self, env: Any) -> None:
        self._env = env
        info = env.get_env_info()
        self.spec = TeamSpec(
            num_agents=int(info["n_agents"]),
            num_actions=int(info["n_actions"]),
            observation_size=int(info["obs_shape"]),
            state_size=int(info["state_shape"]),
            has_masks=True,
            metric="won",
        )

    def reset(self, seed: int) -> None:
        """Begin an episode; see ``TeamEnvironment``."""
        self._env.reset()

    def step(self, actions: Int[np.ndarray, " agent"]) -> TeamStep:
        """Let all agents act; see ``TeamEnvironment``."""
        reward, is_over, info = self._env.step(actions.tolist())
        is_truncated = bool(is_over and info.get("episode_limit", False))
        won = float(is_over and bool(info.get("battle_won", False)))
        return TeamStep(float(reward), bool(is_over) and not is_truncated, is_truncated, won)

    def see(self, view: TeamView, place: int) -> None:
        """Write what is seen now; see ``TeamEnvironment``."""
        view.observations[place] = np.asarray(self._env.get_obs(), np.float32)
        view.states[place] = np.asarray(self._env.get_state(), np.float32)
        view.masks[place] = np.asarray(self._env.get_avail_actions(), bool)
