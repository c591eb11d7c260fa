"""Training of a team: rounds of episodes, gradient steps in between, plays without exploration."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float

from qmix_logistics.environment.outside.team_environment import TeamEnvironments, TeamSpec
from qmix_logistics.learning.algorithms import OwnAlgorithm
from qmix_logistics.learning.checkpoint import load_checkpoint, save_checkpoint
from qmix_logistics.learning.episodes.building import build_agents, build_learner, device_of
from qmix_logistics.learning.episodes.collecting import play_episodes
from qmix_logistics.learning.episodes.curve import TeamCurvePoint
from qmix_logistics.learning.episodes.flat_network import FlatNetwork
from qmix_logistics.learning.episodes.replay import Episode, EpisodeReplay
from qmix_logistics.learning.episodes.sample import EpisodeSample
from qmix_logistics.learning.learner import UpdateStatistics
from qmix_logistics.learning.priorities import importance_exponent
from qmix_logistics.scenario.policies import Algorithm
from qmix_logistics.scenario.team_training import TeamTraining

MIB = 2**20
MAX_EPISODES = 2**31
"""Seeds of environments lie below this."""


class TeamTrainer:
    """
    Trains one team.

    All that decides the result is in ``training`` and the seed; a round begins with every episode anew, so that the
    state between rounds can be saved and restored exactly.

    Parameters
    ----------
    environments
        ``training.envs`` of them, or more.
    evaluation
        Others, for the plays without exploration.
    algorithm
        Which.
    training
        Settings.
    seed
        Of weights, exploration and episodes.
    """

    def __init__(
        self,
        environments: TeamEnvironments,
        evaluation: TeamEnvironments,
        algorithm: Algorithm | OwnAlgorithm,
        training: TeamTraining,
        seed: int,
    ) -> None:
        self._environments, self._evaluation, self.training = environments, evaluation, training
        of_weights, of_exploration, of_episodes, of_evaluation = np.random.SeedSequence(seed).spawn(4)
        self._rng = np.random.default_rng(of_exploration)
        self._episode_seeds, self._evaluation_seeds = of_episodes, of_evaluation
        self.spec: TeamSpec = environments.spec
        self.learner = build_learner(algorithm, self.spec, training, int(of_weights.generate_state(1)[0]))
        self._device = device_of(training)
        self._acting = None if self._device.type == "cpu" else build_agents(self.spec, training).requires_grad_(False)
        self.replay = EpisodeReplay(
            self.spec,
            training.replay_mib * MIB,
            training.replay_episodes,
            training.precision,
            training.priority_exponent,
        )
        self.curve: list[TeamCurvePoint] = []
        self.steps = self.episodes = 0
        self._owed_updates = 0.0
        self._since: list[UpdateStatistics] = []
        self._returns: list[float] = []
        self._started_s = time.monotonic()

    @property
    def training_s(self) -> float:
        """Computing time, that before an interruption included."""
        return time.monotonic() - self._started_s

    @property
    def progress(self) -> float:
        """Share of the steps that are done, in [0, 1]."""
        return min(self.steps / self.training.steps, 1.0)

    @property
    def agents(self) -> FlatNetwork:
        """The agents' network as it acts, on the CPU: a copy if gradient steps are taken elsewhere."""
        agents = self.learner.network.agents
        assert isinstance(agents, FlatNetwork)
        if self._acting is None:
            return agents
        self._acting.load_state_dict(agents.state_dict())
        return self._acting

    def train_round(self) -> TeamCurvePoint | None:
        """
        Play a round of episodes, learn from them, and play without exploration if it is time.

        Returns
        -------
        A new point of the curve, if there is one.
        """
        if not self.curve:
            self.curve.append(self.evaluate())
        training, before = self.training, self.steps
        seeds = _seeds(self._episode_seeds, self.episodes, training.envs)
        for episode in play_episodes(self._environments, self.agents, seeds, self.explored_share, self._rng):
            self.replay.add(episode)
            self._returns.append(float(episode.rewards.sum()))
            self.steps += len(episode.actions)
            self.episodes += 1
            self._owed_updates += training.updates_per_episode
        self._learn()
        every = training.evaluate_every_steps
        if self.steps // every == before // every and self.progress < 1.0:
            return None
        self.curve.append(self.evaluate())
        return self.curve[-1]

    @property
    def explored_share(self) -> float:
        """Share of actions that are drawn by lot now."""
        training = self.training
        fallen = min(self.steps / training.explore_steps, 1.0)
        return training.explore_first + (training.explore_last - training.explore_first) * fallen

    def _learn(self) -> None:
        if self.replay.num_kept < self.training.batch_episodes:
            self._owed_updates = 0.0
        while self._owed_updates >= 1.0:
            self._owed_updates -= 1.0
            self._since.append(self._update())

    def _update(self) -> UpdateStatistics:
        training = self.training
        rate = training.learning_rate + (training.learning_rate_last - training.learning_rate) * self.progress
        self.learner.set_learning_rate(rate)
        importance = importance_exponent(self.progress)
        drawn = self.replay.sample(training.batch_episodes, self._rng, importance)
        sample = EpisodeSample(drawn, training.discount, training.trace, training.reward_scale, self._device)
        statistics, errors = self.learner.update(sample)
        if errors is not None:
            self.replay.set_errors(sample.numbers, sample.by_episode(errors))
        return statistics

    def evaluate(self) -> TeamCurvePoint:
        """Play without exploration, always the same episodes."""
        number = self.training.evaluation_episodes
        seeds = _seeds(self._evaluation_seeds, 0, number)
        played = play_episodes(self._evaluation, self.agents, seeds, 0.0, self._rng)
        first_value, realised = self._first_values(played)
        returns, since = self._returns, self._since
        self._returns, self._since = [], []

        def mean(field: str) -> float | None:
            return float(np.mean([getattr(entry, field) for entry in since])) if since else None

        return TeamCurvePoint(
            steps=self.steps,
            episodes=self.episodes,
            updates=self.learner.num_updates,
            explored_share=self.explored_share,
            exploring_return=float(np.mean(returns)) if returns else None,
            greedy_return=float(np.mean([episode.rewards.sum() for episode in played])),
            greedy_metric=float(np.mean([episode.metric for episode in played])),
            greedy_length=float(np.mean([len(episode.actions) for episode in played])),
            first_value=first_value,
            realised_return=realised,
            largest_action_share=_largest_share(played, self.spec.num_actions),
            loss=mean("loss"),
            td_error=mean("td_error"),
            mean_value=mean("mean_value"),
            mean_return=mean("mean_return"),
            gradient_norm=mean("gradient_norm"),
        )

    @torch.no_grad()
    def _first_values(self, played: Sequence[Episode]) -> tuple[float, float]:
        """Return the mean value of the first joint actions, and what they brought; what was cut off is valued."""
        training, network = self.training, self.learner.network
        memory = EpisodeReplay(self.spec, _room(played, self.spec), len(played))
        for episode in played:
            memory.add(episode)
        sample = EpisodeSample(memory.all(), training.discount, 1.0, training.reward_scale, self._device)
        now, following = sample.both(network)
        values = network.mixer(now, sample.slots)
        next_values = network.mixer(following, sample.choose(following))
        is_joint = network.mixer.is_joint
        realised = sample.targets(next_values, torch.ones(len(sample.slots), dtype=torch.bool), is_joint=is_joint)
        first = np.unique(sample.episode_of_group, return_index=True)[1]
        number = len(sample.episode_of_group)
        by_group, brought = (each.cpu().numpy().reshape(number, -1).mean(axis=1) for each in (values, realised))
        return float(by_group[first].mean()), float(brought[first].mean())

    def save(self, path: Path) -> None:
        """
        Save all of its state; between two rounds.

        Parameters
        ----------
        path
            The file.
        """
        values = {
            "steps": self.steps,
            "episodes": self.episodes,
            "owed_updates": self._owed_updates,
            "since": [dataclasses.asdict(entry) for entry in self._since],
            "returns": self._returns,
            "seconds": self.training_s,
            "rng": self._rng.bit_generator.state,
            "curve": [dataclasses.asdict(point) for point in self.curve],
        }
        save_checkpoint(path, self.learner, self.replay.state(), values)

    def restore(self, path: Path) -> None:
        """
        Return to where it was saved; what it then does equals what it would have done.

        Parameters
        ----------
        path
            The file.
        """
        replay, values, _ = load_checkpoint(path, self.learner)
        self.replay.restore(replay)
        self.steps, self.episodes = values["steps"], values["episodes"]
        self._owed_updates, self._returns = values["owed_updates"], list(values["returns"])
        self._since = [UpdateStatistics(**entry) for entry in values["since"]]
        self._started_s = time.monotonic() - values["seconds"]
        self._rng.bit_generator.state = values["rng"]
        self.curve = [TeamCurvePoint(**point) for point in values["curve"]]


def train_team(trainer: TeamTrainer, checkpoint: Path, report: Callable[[float], None]) -> None:
    """
    Train until the steps are done, saving checkpoints; go on from the last one if there is one.

    Parameters
    ----------
    trainer
        A new one.
    checkpoint
        The file for checkpoints.
    report
        Told the share of the steps that are done.
    """
    torch.set_num_threads(1)  # a second thread on a busy machine makes small networks many times slower
    if checkpoint.exists():
        trainer.restore(checkpoint)
    saved_at = trainer.steps
    while trainer.progress < 1:
        trainer.train_round()
        report(trainer.progress)
        if trainer.steps - saved_at >= trainer.training.checkpoint_every_steps:
            trainer.save(checkpoint)
            saved_at = trainer.steps


def _seeds(root: np.random.SeedSequence, first: int, number: int) -> list[int]:
    """Return seeds of some episodes: the same from the same first one on, whatever was asked for before."""
    entropy = int(root.generate_state(1, np.uint64)[0])
    numbers = np.random.Philox(key=entropy).advance(first)
    return np.random.Generator(numbers).integers(0, MAX_EPISODES, number).tolist()


def _room(played: Sequence[Episode], spec: TeamSpec) -> float:
    """Return a size in bytes that surely holds some episodes."""
    steps = sum(len(episode.actions) + 1 for episode in played)
    per_step = spec.num_agents * (4 * spec.observation_size + spec.num_actions + 2) + 4 * spec.state_size + 8
    return 1.1 * steps * per_step + 1024


def _largest_share(played: Sequence[Episode], num_actions: int) -> float:
    counts: Float[np.ndarray, " action"] = np.zeros(num_actions)
    for episode in played:
        had_choice = episode.masks[:-1].sum(axis=2) > 1
        counts += np.bincount(episode.actions[had_choice], minlength=num_actions)
    return float(counts.max() / total) if (total := counts.sum()) else math.nan
