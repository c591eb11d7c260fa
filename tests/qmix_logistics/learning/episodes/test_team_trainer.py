from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
from jaxtyping import Int

from qmix_logistics.environment.outside.team_environment import SideBySide, TeamSpec, TeamStep, TeamView
from qmix_logistics.errors import TeamError
from qmix_logistics.learning.episodes.collecting import play_episodes
from qmix_logistics.learning.episodes.curve import TeamCurvePoint
from qmix_logistics.learning.episodes.flat_network import FlatNetwork
from qmix_logistics.learning.episodes.team_policy import load_team, save_team
from qmix_logistics.learning.episodes.trainer import TeamTrainer, train_team
from qmix_logistics.scenario.policies import Algorithm
from qmix_logistics.scenario.team_training import TeamTraining

pytestmark = pytest.mark.usefixtures("shapes_on_trust")


class Meeting:
    """
    Two agents on a line of five places; both are paid 1 when they meet, which ends the episode, cut off after 8 steps.

    They move left, stay or move right; at an edge the way out is illegal.
    """

    def __init__(self) -> None:
        self.spec = TeamSpec(2, 3, 2, 2, has_masks=True, metric="met")
        self._at, self._step = np.zeros(2, np.int64), 0

    def reset(self, seed: int) -> None:
        self._at, self._step = np.random.default_rng(seed).choice(5, 2, replace=False), 0

    def step(self, actions: Int[np.ndarray, " agent"]) -> TeamStep:
        assert self._legal()[np.arange(2), actions].all()
        self._at = self._at + actions - 1
        self._step += 1
        met = bool(self._at[0] == self._at[1])
        return TeamStep(float(met), met, not met and self._step == 8, float(met))

    def see(self, view: TeamView, place: int) -> None:
        view.observations[place] = np.stack([self._at, self._at[::-1]], axis=1) / 4
        view.states[place] = self._at / 4
        view.masks[place] = self._legal()

    def _legal(self) -> np.ndarray:
        after = self._at[:, None] + np.arange(-1, 2)
        return (after >= 0) & (after <= 4)


SMALL = {
    "steps": 400, "envs": 4, "batch_episodes": 8, "hidden": 8, "mixer_hidden": 4, "hyper_hidden": 8,
    "joint_hidden": 8, "evaluate_every_steps": 100, "evaluation_episodes": 3, "checkpoint_every_steps": 100,
    "replay_mib": 0.05, "explore_steps": 200, "recurrent": True, "sees_last_action": True,
}  # fmt: skip


def trainer(algorithm: Algorithm = "qmix", seed: int = 1, **settings: object) -> TeamTrainer:
    training = TeamTraining.model_validate(SMALL | settings)
    torch.set_num_threads(1)
    evaluation = SideBySide([Meeting() for _ in range(training.evaluation_episodes)])
    return TeamTrainer(SideBySide([Meeting() for _ in range(training.envs)]), evaluation, algorithm, training, seed)


def weights(trainer: TeamTrainer) -> bytes:
    modules = (trainer.learner.network, trainer.learner.target)
    return b"".join(value.numpy().tobytes() for module in modules for value in module.state_dict().values())


def finish(trainer: TeamTrainer) -> list[TeamCurvePoint]:
    while trainer.progress < 1:
        trainer.train_round()
    return trainer.curve


@pytest.mark.parametrize(
    ("algorithm", "priority_exponent"), [*((name, 0.0) for name in get_args(Algorithm)), ("qmix", 0.6), ("iql", 0.6)]
)
def test_stopped_and_resumed_equals_never_stopped(
    algorithm: Algorithm, priority_exponent: float, tmp_path: Path
) -> None:
    """Bug 12. Networks, targets, optimiser, replay, priorities, schedules, random state: all of it, to the last bit."""
    settings = {"priority_exponent": priority_exponent, "shares_parameters": algorithm != "vdn"}
    straight, stopped, resumed = (trainer(algorithm, **settings) for _ in range(3))
    finish(straight)
    while stopped.steps < 150:
        stopped.train_round()
    stopped.save(tmp_path / "checkpoint")
    resumed.restore(tmp_path / "checkpoint")
    assert weights(resumed) == weights(stopped)
    finish(resumed)
    assert resumed.curve == straight.curve
    assert weights(resumed) == weights(straight)


def test_an_interrupted_training_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def stop_late(share: float) -> None:
        if share > 0.6:
            raise StopError

    straight, interrupted, resumed = trainer(), trainer(), trainer()
    train_team(straight, tmp_path / "other", lambda share: None)
    with pytest.raises(StopError):
        train_team(interrupted, tmp_path / "checkpoint", stop_late)
    train_team(resumed, tmp_path / "checkpoint", lambda share: None)
    assert resumed.curve == straight.curve and weights(resumed) == weights(straight)


def test_the_same_seed_gives_the_same_team_and_another_seed_another() -> None:
    first, again, other = trainer(), trainer(), trainer(seed=2)
    assert finish(first) == finish(again) != finish(other)
    assert weights(first) == weights(again) != weights(other)


def test_there_are_as_many_gradient_steps_as_the_settings_say() -> None:
    """Bug 9: one for each episode once a batch is there, or half of one, whatever the number of environments."""
    for updates_per_episode, envs in ((1.0, 4), (0.5, 3), (2.0, 5)):
        each = trainer(updates_per_episode=updates_per_episode, envs=envs)
        finish(each)
        rounds_without = -(-8 // envs) - 1
        learned_from = each.episodes - rounds_without * envs
        assert each.learner.num_updates == int(learned_from * updates_per_episode)


@pytest.mark.slow
def test_agents_learn_to_meet() -> None:
    """Greedy and exploring returns are both logged (bug 16); values tell what the first joint action brings."""
    curve = finish(trainer(steps=6000, evaluation_episodes=20, evaluate_every_steps=2000, hidden=32,
                           batch_episodes=32, learning_rate=3e-3, explore_steps=3000))  # fmt: skip
    first, last = curve[0], curve[-1]
    assert first.exploring_return is None and last.exploring_return is not None
    assert last.greedy_return == last.greedy_metric == 1.0 and last.exploring_return > 0.8
    assert last.greedy_length < 2.5
    assert abs(last.first_value - last.realised_return) < 0.15


def test_plays_without_exploration_leave_nothing_to_chance() -> None:
    """Bug 16: a team that only explores in training is played greedily none the less, twice alike."""
    each = trainer(explore_first=1.0, explore_last=1.0, evaluation_episodes=20)
    before = each._rng.bit_generator.state
    assert each.evaluate() == each.evaluate()
    assert each._rng.bit_generator.state == before


def test_exploring_and_greedy_actions_are_legal_and_episodes_end_by_themselves() -> None:
    """Bug 10, and the environment itself asserts that actions are legal."""
    environments = SideBySide([Meeting() for _ in range(30)])
    agents = trainer().agents
    for share in (0.0, 0.5, 1.0):
        played = play_episodes(environments, agents, list(range(30)), share, np.random.default_rng(0))
        lengths = [len(episode.actions) for episode in played]
        assert all(episode.is_terminated == (episode.metric == 1.0) for episode in played)
        assert all(length == 8 for length, episode in zip(lengths, played, strict=True) if not episode.is_terminated)
        assert all(len(episode.observations) == length + 1 for length, episode in zip(lengths, played, strict=True))


def forgetful_of_nothing() -> FlatNetwork:
    """Agents with weights so large that what they remember decides what they do."""
    agents = trainer().agents
    with torch.no_grad():
        for parameter in agents.parameters():
            parameter.mul_(6.0)
    return agents


def test_an_episode_does_not_depend_on_those_beside_it() -> None:
    """Bug 7: those that end sooner leave, and nobody takes over their memory."""
    agents = forgetful_of_nothing()
    together = play_episodes(SideBySide([Meeting() for _ in range(30)]), agents, list(range(30)), 0.0,
                             np.random.default_rng(0))  # fmt: skip
    for seed, episode in enumerate(together):
        (alone,) = play_episodes(SideBySide([Meeting()]), agents, [seed], 0.0, np.random.default_rng(0))
        assert np.array_equal(alone.actions, episode.actions)
        assert np.array_equal(alone.observations, episode.observations)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_refused() -> None:
    with pytest.raises(TeamError, match="torch sees no GPU"):
        trainer(device="cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
@pytest.mark.parametrize("algorithm", get_args(Algorithm))
def test_gradient_steps_are_taken_on_a_gpu(algorithm: Algorithm, tmp_path: Path) -> None:
    each, again = trainer(algorithm, device="cuda"), trainer(algorithm, device="cuda")
    finish(each)
    each.save(tmp_path / "checkpoint")
    again.restore(tmp_path / "checkpoint")
    assert next(again.learner.network.parameters()).is_cuda and again.learner.num_updates == each.learner.num_updates


def test_teams_act_on_what_they_remember() -> None:
    """Bug 7: every action is the best legal one of the utilities along the whole episode."""
    agents = forgetful_of_nothing()
    for episode in play_episodes(SideBySide([Meeting() for _ in range(30)]), agents, list(range(30)), 0.0,
                                 np.random.default_rng(0)):  # fmt: skip
        before = np.concatenate([np.full((1, 2), -1), episode.actions])
        with torch.no_grad():
            utilities, _ = agents.along(
                torch.from_numpy(episode.observations)[:, None], torch.from_numpy(before)[:, None]
            )
        best = np.where(episode.masks, utilities[:, 0].numpy(), -np.inf).argmax(axis=2)
        assert np.array_equal(best[:-1], episode.actions)


def test_a_saved_team_plays_the_same(tmp_path: Path) -> None:
    each = trainer()
    finish(each)
    save_team(each.agents, each.spec, each.training, tmp_path, {})
    environments = SideBySide([Meeting() for _ in range(5)])
    played = [
        play_episodes(environments, agents, list(range(5)), 0.0, np.random.default_rng(0))
        for agents in (each.agents, load_team(tmp_path))
    ]
    for mine, theirs in zip(*played, strict=True):
        assert np.array_equal(mine.actions, theirs.actions)
