"""SMAX, the StarCraft-like suite of JaxMARL, as environments of teams that are stepped together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Int

from qmix_logistics.environment.outside.team_environment import BatchStep, TeamSpec, TeamView

COOLDOWN = 3
"""Place of the weapon's cooldown among the features of a unit."""


class SmaxTeams:
    """
    Battles against the suite's heuristic enemy, in one compiled batch; see ``TeamEnvironments``.

    A battle that lasts ``max_steps`` without a decision is truncated. Positions in the global state are divided by the
    size of the map, so that they lie in [0, 1] as in the observations. There, a weapon that is ready has a cooldown of
    0; the suite counts on below 0 without end, which drowns all else that mixers see. The metric is whether all enemies
    fell while an ally lives.

    Parameters
    ----------
    name
        Of the map, such as ``3m``.
    num
        Battles side by side.
    """

    def __init__(self, name: str, num: int) -> None:
        import jax
        import jax.numpy as jnp
        import jaxmarl.environments.smax as suite

        library: Any = suite  # installed or not, its types are not known
        env = library.HeuristicEnemySMAX(scenario=library.map_name_to_scenario(name))
        agents, num_allies = env.agents, env.num_agents
        unit = jnp.ones(len(env.own_features)).at[1].set(1.0 / env.map_width).at[2].set(1.0 / env.map_height)
        num_units = num_allies + env.num_enemies
        scale = jnp.concatenate([jnp.tile(unit, num_units), jnp.ones(2 * num_units)])
        cooldowns = jnp.arange(num_units) * len(env.own_features) + COOLDOWN
        self._jax, self._num = jax, num

        def seen(observed: Any, state: Any) -> Any:
            masks, world = env.get_avail_actions(state), observed["world_state"] * scale
            return (
                jnp.stack([observed[agent] for agent in agents]),
                jnp.stack([masks[agent] for agent in agents]),
                world.at[cooldowns].max(0.0),
            )

        def begin(key: Any) -> Any:
            observed, state = env.reset(key)
            return state, seen(observed, state)

        def step(key: Any, state: Any, actions: Any) -> Any:
            key, own = jax.random.split(key)
            taken = {agent: actions[index] for index, agent in enumerate(agents)}
            observed, state, rewards, dones, _ = env.step_env(own, state, taken)
            alive = state.state.unit_alive
            lives, fights = alive[:num_allies].any(), alive[num_allies:].any()
            # The reward of all allies is the same.
            return key, state, seen(observed, state), (rewards[agents[0]], dones["__all__"], lives, fights)

        self._begin, self._step = jax.jit(jax.vmap(begin)), jax.jit(jax.vmap(step))
        keys = jax.random.split(jax.random.PRNGKey(0), num)
        observations, masks, states = jax.eval_shape(self._begin, keys)[1]
        self.spec = TeamSpec(
            num_agents=num_allies,
            num_actions=masks.shape[2],
            observation_size=observations.shape[2],
            state_size=states.shape[1],
            has_masks=True,
            metric="won",
        )
        self._view = TeamView.empty(self.spec, num)
        self._keys: Any = None
        self._state: Any = None

    def reset(self, seeds: Sequence[int]) -> TeamView:
        """Begin episodes; see ``TeamEnvironments``."""
        padded = [*seeds, *[0] * (self._num - len(seeds))]
        keys = self._jax.vmap(self._jax.random.PRNGKey)(np.array(padded, np.uint32))
        self._keys = keys
        self._state, seen = self._begin(keys)
        self._look(seen)
        return self._view

    def step(self, live: Int[np.ndarray, " env"], actions: Int[np.ndarray, "env agent"]) -> BatchStep:
        """Let teams act; those that have ended are stepped too, and overlooked; see ``TeamEnvironments``."""
        taken = np.zeros((self._num, self.spec.num_agents), np.int32)
        taken[live] = actions
        self._keys, self._state, seen, outcome = self._step(self._keys, self._state, taken)
        self._look(seen)
        rewards, is_over, lives, fights = (np.asarray(values)[live] for values in outcome)
        is_decided = ~lives | ~fights
        return BatchStep(rewards, is_over & is_decided, is_over & ~is_decided, (is_over & lives & ~fights) * 1.0)

    def _look(self, seen: Any) -> None:
        observations, masks, states = seen
        self._view.observations[:] = observations
        self._view.masks[:] = masks
        self._view.states[:] = states
