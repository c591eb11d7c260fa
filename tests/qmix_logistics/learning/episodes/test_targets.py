"""What a gradient step fits, for every algorithm; numbers are of the bug catalogue in ``docs/background``."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
import torch
from teams import learner_of, random_episode
from torch import Tensor

from qmix_logistics.environment.outside.team_environment import TeamSpec
from qmix_logistics.learning.episodes.replay import Episode, EpisodeReplay
from qmix_logistics.learning.episodes.sample import EpisodeSample
from qmix_logistics.learning.learner import Learner
from qmix_logistics.learning.mixers import JointValue
from qmix_logistics.learning.objectives import Transformation
from qmix_logistics.scenario.policies import Algorithm

pytestmark = pytest.mark.usefixtures("shapes_on_trust")

ALGORITHMS: tuple[Algorithm, ...] = get_args(Algorithm)
SPEC = TeamSpec(num_agents=3, num_actions=4, observation_size=5, state_size=6, has_masks=True)
DISCOUNT = 0.9


def sample_of(episodes: list[Episode], trace: float = 0.0, spec: TeamSpec = SPEC) -> EpisodeSample:
    replay = EpisodeReplay(spec, 2**20, 100)
    for episode in episodes:
        replay.add(episode)
    return EpisodeSample(replay.all(), DISCOUNT, trace, 1.0)


def varied_learner(algorithm: Algorithm, **settings: object) -> Learner:
    """A learner whose target differs from its online network."""
    learner = learner_of(algorithm, SPEC, 0, **settings)
    torch.manual_seed(1)
    for parameter in learner.target.parameters():
        parameter.add_(0.3 * torch.randn_like(parameter))
    return learner


def targets_of(learner: Learner, sample: EpisodeSample) -> Tensor:
    return learner.loss(sample).targets


@pytest.mark.parametrize("recurrent", [False, True])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_longer_episode_in_the_batch_changes_no_target(algorithm: Algorithm, recurrent: bool) -> None:
    """Bugs 1 to 3: what pads the shorter one must not flow in, for any trace, masks and all."""
    rng = np.random.default_rng(0)
    short, long = random_episode(SPEC, 3, rng, is_terminated=False), random_episode(SPEC, 9, rng)
    learner = varied_learner(algorithm, recurrent=recurrent)
    alone = learner.loss(sample_of([short], 0.6))
    together = learner.loss(sample_of([short, long], 0.6))
    number = len(alone.targets)
    torch.testing.assert_close(together.targets[:number], alone.targets, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(together.values[:number], alone.values, rtol=1e-4, atol=1e-5)
    assert together.targets.abs().max() < 100


@torch.no_grad()
def valued_by_hand(learner: Learner, episode: Episode, step: int) -> float:
    """Double Q-learning's value of what was seen at a step: the online network chooses, the target network values."""
    observations = torch.from_numpy(episode.observations[step : step + 1])
    before = torch.full((1, 3), -1) if step == 0 else torch.from_numpy(episode.actions[step - 1 : step])
    legal = torch.from_numpy(episode.masks[step])
    choosing = learner.network.agents(observations, before)[0][0].masked_fill(~legal, -torch.inf)
    team = learner.target.central if learner.target.central is not None else learner.target
    # One step whose first place is what is to be valued, and whose chosen actions are the best.
    best = choosing.argmax(dim=1).numpy()[None]
    shifted = Episode(
        episode.observations[[step, step]], episode.masks[[step, step]], episode.states[[step, step]], best,
        np.zeros(1, np.float32), True,
    )  # fmt: skip
    sample = sample_of([shifted])
    return float(team.mixer(sample.now(team), sample.slots))


@pytest.mark.parametrize("algorithm", [name for name in ALGORITHMS if name != "iql"])
def test_targets_are_those_of_double_q_learning(algorithm: Algorithm) -> None:
    """
    Bugs 4, 8, 13 and 14: the next step and no other, chosen by the online utilities among legal actions.

    Weighted QMIX chooses by Q_tot as well, and values by the central network.
    """
    rng = np.random.default_rng(2)
    cut_off, over = (random_episode(SPEC, 4, rng, is_terminated=is_over) for is_over in (False, True))
    learner = varied_learner(algorithm)
    targets = targets_of(learner, sample_of([cut_off, over])).view(2, 4)
    for step in range(4):
        expected = cut_off.rewards[step] + DISCOUNT * valued_by_hand(learner, cut_off, step + 1)
        assert targets[0, step].item() == pytest.approx(expected, abs=1e-4)
    assert targets[1, 3].item() == pytest.approx(over.rewards[3], abs=1e-6)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_time_limit_is_not_an_end(algorithm: Algorithm) -> None:
    """Bug 5: the same episode, over or cut off, differs in its last target by the discounted value of the last view."""
    rng = np.random.default_rng(3)
    episode = random_episode(SPEC, 3, rng, is_terminated=False)
    over = Episode(episode.observations, episode.masks, episode.states, episode.actions, episode.rewards, True)
    learner = varied_learner(algorithm)
    cut_off, ended = (targets_of(learner, sample_of([each])) for each in (episode, over))
    rows = 3 if algorithm == "iql" else 1
    torch.testing.assert_close(cut_off[:-rows], ended[:-rows])
    assert (cut_off[-rows:] != ended[-rows:]).all()
    torch.testing.assert_close(ended[-rows:], torch.full((rows,), float(episode.rewards[-1])))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_illegal_action_is_never_bootstrapped(algorithm: Algorithm) -> None:
    """Bug 14: an action that is never legal gets a huge utility, and changes nothing."""
    rng = np.random.default_rng(4)
    episode = random_episode(SPEC, 5, rng, is_terminated=False)
    episode.masks[..., 3] = False
    kept = np.where(episode.actions == 3, 0, episode.actions)
    episode = Episode(episode.observations, episode.masks, episode.states, kept, episode.rewards, False)
    learner = varied_learner(algorithm)
    before = targets_of(learner, sample_of([episode], 0.5))
    with torch.no_grad():
        for team in (learner.network, learner.target, learner.network.central, learner.target.central):
            if team is not None:
                last = dict(team.agents.named_parameters())["last.shared.bias"]
                last[3] += 1e6
    torch.testing.assert_close(targets_of(learner, sample_of([episode], 0.5)), before)


@pytest.mark.parametrize("algorithm", ["qmix", "qplex", "qtran_base", "cw_qmix"])
def test_the_joint_value_depends_on_the_global_state(algorithm: Algorithm) -> None:
    """Bug 11: otherwise the mixer is a sum that never hears of the state."""
    rng = np.random.default_rng(5)
    episode = random_episode(SPEC, 3, rng)
    other = Episode(
        episode.observations, episode.masks, episode.states + 1, episode.actions, episode.rewards, True
    )  # fmt: skip
    learner = varied_learner(algorithm)
    values = [learner.loss(sample_of([each])).values for each in (episode, other)]
    assert (values[0] != values[1]).all()


def test_rewards_are_scaled_by_a_constant_and_never_shifted() -> None:
    """Bug 6: a reward of 2 at each of 3 steps is worth 6 tenfold, whatever else was in the batch or before it."""
    rng = np.random.default_rng(6)
    episodes = [random_episode(SPEC, length, rng, reward=2.0) for length in (3, 5)]
    replay = EpisodeReplay(SPEC, 2**20, 10)
    for episode in episodes:
        replay.add(episode)
    sample = EpisodeSample(replay.all(), 1.0, 1.0, 10.0)
    targets = targets_of(varied_learner("qmix"), sample)
    np.testing.assert_allclose(targets, [60, 40, 20, 100, 80, 60, 40, 20], rtol=1e-5)


@pytest.mark.parametrize("is_alternative", [False, True])
def test_qtrans_conditions_do_not_move_its_joint_value(is_alternative: bool) -> None:
    """Son et al. (2019), eq. 4: the joint value in the conditions is fixed; temporal differences alone teach it."""
    sample, gradients = sample_of([random_episode(SPEC, 6, np.random.default_rng(7))]), []
    for weight in (0.0, 1.0):
        learner = varied_learner("qtran_base")
        objective = Transformation(
            "squared", is_alternative=is_alternative, optimal_weight=weight, other_weight=weight
        )  # fmt: skip
        objective(sample, learner.network, learner.target).total.backward()
        joint = learner.network.mixer
        assert isinstance(joint, JointValue)
        gradients.append([parameter.grad for parameter in joint.joint.parameters()])
    torch.testing.assert_close(gradients[0], gradients[1])


@pytest.mark.parametrize("algorithm", ["iql", "vdn", "qmix", "cw_qmix", "ow_qmix"])
def test_a_chosen_value_learns_its_return(algorithm: Algorithm) -> None:
    """Every algorithm learns a trivial environment: one state, each joint action always pays the same."""
    spec = TeamSpec(2, 2, 1, 1, has_masks=False)
    learner = learner_of(algorithm, spec, 0, learning_rate=0.01, hidden=16)
    replay = EpisodeReplay(spec, 2**18, 10)
    for actions, reward in (((0, 0), 1.0), ((0, 1), 2.0), ((1, 0), 3.0), ((1, 1), 4.0)):
        ones = np.ones((2, 2, 1), np.float32)
        masks, states = np.ones((2, 2, 2), bool), np.ones((2, 1), np.float32)
        replay.add(Episode(ones, masks, states, np.array([actions]), np.array([reward], np.float32), True))
    sample = EpisodeSample(replay.all(), 0.9, 0.0, 1.0)
    for _ in range(400):
        learner.update(sample)
    expected = [1.5, 2, 1.5, 3, 3.5, 2, 3.5, 3] if algorithm == "iql" else [1, 2, 3, 4]
    np.testing.assert_allclose(learner.loss(sample).values.detach(), expected, atol=0.1)
