"""What the learners ask of an environment of a team, whatever it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, Int


@dataclass(frozen=True, slots=True)
class TeamSpec:
    """
    Sizes of an environment.

    Parameters
    ----------
    num_agents, num_actions, observation_size
        Of the team; agents with fewer actions or shorter observations are padded, and masked.
    state_size
        Length of the global state; 0 if it is the agents' observations, one after another.
    has_masks
        Whether actions are ever illegal.
    metric
        Name of what ``TeamStep.metric`` says at the end of an episode, such as ``won``; empty if it says nothing.
    """

    num_agents: int
    num_actions: int
    observation_size: int
    state_size: int
    has_masks: bool
    metric: str = ""


@dataclass(frozen=True, slots=True)
class TeamView:
    """
    What a team may see, in arrays that the next step overwrites.

    Parameters
    ----------
    observations
        What each agent sees; 0 for one that is gone.
    masks
        Which actions are legal; at least one each.
    states
        The global state.
    """

    observations: Float[np.ndarray, "env agent feature"]
    masks: Bool[np.ndarray, "env agent action"]
    states: Float[np.ndarray, "env state_feature"]

    @staticmethod
    def empty(spec: TeamSpec, num: int) -> TeamView:
        """
        Return arrays of the right shape, all actions legal.

        Parameters
        ----------
        spec
            Sizes.
        num
            Environments.
        """
        return TeamView(
            np.zeros((num, spec.num_agents, spec.observation_size), np.float32),
            np.ones((num, spec.num_agents, spec.num_actions), bool),
            np.zeros((num, spec.state_size), np.float32),
        )


@dataclass(frozen=True, slots=True)
class TeamStep:
    """
    What came of a joint action.

    Parameters
    ----------
    reward
        Of the team: the sum of its agents'.
    is_terminated
        Whether it is over; nothing comes after it.
    is_truncated
        Whether it was cut off; something would have come.
    metric
        At the end, what ``TeamSpec.metric`` names; else 0.
    """

    reward: float
    is_terminated: bool
    is_truncated: bool
    metric: float = 0.0


@runtime_checkable
class TeamEnvironment(Protocol):
    """One environment."""

    @property
    def spec(self) -> TeamSpec:
        """Sizes."""

    def reset(self, seed: int) -> None:
        """
        Begin an episode.

        Parameters
        ----------
        seed
            Decides all that chance decides in it, as far as the environment can be seeded.
        """

    def step(self, actions: Int[np.ndarray, " agent"]) -> TeamStep:
        """
        Let all agents act.

        Parameters
        ----------
        actions
            Legal ones.
        """

    def see(self, view: TeamView, place: int) -> None:
        """
        Write what is seen now.

        Parameters
        ----------
        view
            Where to.
        place
            Which environment of it.
        """


@dataclass(frozen=True, slots=True)
class BatchStep:
    """
    What came of joint actions in several environments; see ``TeamStep``.

    Parameters
    ----------
    rewards, is_terminated, is_truncated, metrics
        One for each environment that acted.
    """

    rewards: Float[np.ndarray, " env"]
    is_terminated: Bool[np.ndarray, " env"]
    is_truncated: Bool[np.ndarray, " env"]
    metrics: Float[np.ndarray, " env"]


@runtime_checkable
class TeamEnvironments(Protocol):
    """Several environments of one kind, stepped together."""

    @property
    def spec(self) -> TeamSpec:
        """Sizes."""

    def reset(self, seeds: Sequence[int]) -> TeamView:
        """
        Begin as many episodes as there are seeds.

        Parameters
        ----------
        seeds
            Of the episodes.
        """

    def step(self, live: Int[np.ndarray, " env"], actions: Int[np.ndarray, "env agent"]) -> BatchStep:
        """
        Let the teams of some environments act; what they then see is in the view that ``reset`` returned.

        Parameters
        ----------
        live
            Which environments.
        actions
            Legal ones, one row for each of these.
        """


class SideBySide:
    """
    Single environments, one after another; see ``TeamEnvironments``.

    Parameters
    ----------
    environments
        Of one kind.
    """

    def __init__(self, environments: Sequence[TeamEnvironment]) -> None:
        self._environments = environments
        self.spec = environments[0].spec
        self._view = TeamView.empty(self.spec, len(environments))

    def reset(self, seeds: Sequence[int]) -> TeamView:
        """Begin episodes; see ``TeamEnvironments``."""
        for place, (environment, seed) in enumerate(zip(self._environments, seeds, strict=False)):
            environment.reset(seed)
            environment.see(self._view, place)
        return self._view

    def step(self, live: Int[np.ndarray, " env"], actions: Int[np.ndarray, "env agent"]) -> BatchStep:
        """Let teams act; see ``TeamEnvironments``."""
        rewards, metrics = np.zeros(len(live)), np.zeros(len(live))
        is_terminated, is_truncated = np.zeros(len(live), bool), np.zeros(len(live), bool)
        for index, place in enumerate(live.tolist()):
            environment = self._environments[place]
            step = environment.step(actions[index])
            environment.see(self._view, place)
            rewards[index], metrics[index] = step.reward, step.metric
            is_terminated[index], is_truncated[index] = step.is_terminated, step.is_truncated
        return BatchStep(rewards, is_terminated, is_truncated, metrics)
