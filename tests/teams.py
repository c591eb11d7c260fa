"""Games and remembered episodes for the tests of learners."""

from __future__ import annotations

import itertools

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from qmix_logistics.environment.outside.games import PAYOFFS, MatrixGame, TwoStepGame
from qmix_logistics.environment.outside.team_environment import TeamEnvironment, TeamSpec, TeamView
from qmix_logistics.learning.episodes.building import build_learner
from qmix_logistics.learning.episodes.replay import Episode, EpisodeReplay
from qmix_logistics.learning.episodes.sample import EpisodeSample
from qmix_logistics.learning.learner import Learner
from qmix_logistics.learning.network.decisions import Decisions, greedy
from qmix_logistics.scenario.policies import Algorithm
from qmix_logistics.scenario.team_training import TeamTraining

DISCOUNT = 0.99


def every_episode(environment: TeamEnvironment, num_steps: int) -> EpisodeReplay:
    """All joint actions of a game, each once: uniform data, as of chance with exploration 1."""
    spec = environment.spec
    replay = EpisodeReplay(spec, 2**20, 1000)
    joint_actions = itertools.product(range(spec.num_actions), repeat=spec.num_agents)
    for actions in itertools.product(list(joint_actions), repeat=num_steps):
        view = TeamView.empty(spec, num_steps + 1)
        environment.reset(0)
        environment.see(view, 0)
        rewards = []
        for step, joint_action in enumerate(actions):
            rewards.append(environment.step(np.array(joint_action)).reward)
            environment.see(view, step + 1)
        replay.add(Episode(view.observations, view.masks, view.states, np.array(actions), np.array(rewards), True))
    return replay


class Trained:
    """A learner that has seen all of a game, many times."""

    def __init__(self, algorithm: Algorithm, game: str, seed: int, num_updates: int, **settings: object) -> None:
        environment: TeamEnvironment = TwoStepGame() if game == "two-step" else MatrixGame(PAYOFFS[game])
        self.drawn = every_episode(environment, 2 if game == "two-step" else 1).all()
        defaults = {"learning_rate": 1e-3, "polyak": 0.05, "trace": 0.0, "discount": DISCOUNT}
        training = TeamTraining.model_validate({**defaults, **settings})
        self.learner = build_learner(algorithm, environment.spec, training, seed)
        self.sample = EpisodeSample(self.drawn, training.discount, training.trace, 1.0)
        for update in range(num_updates):
            self.learner.set_learning_rate(training.learning_rate * (1 - 0.9 * update / num_updates))
            self.learner.update(self.sample)
        self.decisions: Decisions
        with torch.no_grad():
            self.decisions = self.sample.now(self.learner.network)

    @torch.no_grad()
    def values(self) -> Tensor:
        """The joint value of every step of every episode, (episode, step)."""
        values = self.learner.network.mixer(self.decisions, self.sample.slots)
        return values.view(len(self.drawn.lengths), -1)

    def table(self) -> Float[np.ndarray, "action action"]:
        """The joint values of a one-step game."""
        num_actions = self.decisions.utilities.advantage.shape[1]
        return self.values().numpy().reshape(num_actions, num_actions)

    def greedy(self) -> tuple[int, ...]:
        """The joint action that is best for each agent at the first step."""
        return tuple(greedy(self.decisions.utilities)[:2].tolist())


def random_episode(
    spec: TeamSpec, length: int, rng: np.random.Generator, *, is_terminated: bool = True, reward: float | None = None
) -> Episode:
    """An episode of noise, with legal actions."""
    masks = rng.random((length + 1, spec.num_agents, spec.num_actions)) < 0.7
    masks[..., 0] = True
    if not spec.has_masks:
        masks[:] = True
    actions = np.where(rng.random((length, spec.num_agents)) < 0.5, 0, masks[:-1].argmax(axis=2))
    rewards = rng.normal(size=length) if reward is None else np.full(length, reward)
    return Episode(
        rng.normal(size=(length + 1, spec.num_agents, spec.observation_size)).astype(np.float32),
        masks,
        rng.normal(size=(length + 1, spec.state_size)).astype(np.float32),
        actions,
        rewards.astype(np.float32),
        is_terminated,
    )


def learner_of(algorithm: Algorithm, spec: TeamSpec, seed: int = 0, **settings: object) -> Learner:
    training = TeamTraining.model_validate({"hidden": 8, "hyper_hidden": 8, "joint_hidden": 8, **settings})
    return build_learner(algorithm, spec, training, seed)
