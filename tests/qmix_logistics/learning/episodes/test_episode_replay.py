from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from teams import random_episode

from qmix_logistics.environment.outside.team_environment import TeamSpec
from qmix_logistics.errors import TeamError
from qmix_logistics.learning.episodes.replay import EpisodeReplay

SPEC = TeamSpec(num_agents=3, num_actions=4, observation_size=5, state_size=6, has_masks=True)


def test_episodes_come_back_as_they_were() -> None:
    rng = np.random.default_rng(0)
    replay, episodes = EpisodeReplay(SPEC, 2**16, 100), []
    for length in (3, 7, 1):
        episodes.append(random_episode(SPEC, length, rng, is_terminated=length == 7))
        replay.add(episodes[-1])
    drawn = replay.all()
    assert drawn.lengths.tolist() == [3, 7, 1] and drawn.is_terminated.tolist() == [False, True, False]
    for index, episode in enumerate(episodes):
        length = len(episode.actions)
        assert np.array_equal(drawn.observations[index, : length + 1], episode.observations)
        assert np.array_equal(drawn.states[index, : length + 1], episode.states)
        assert np.array_equal(drawn.masks[index, : length + 1], episode.masks)
        assert np.array_equal(drawn.actions[index, :length], episode.actions)
        assert np.array_equal(drawn.rewards[index, :length], episode.rewards)


def test_the_oldest_episodes_are_forgotten_and_no_other() -> None:
    """Marked by their reward; episodes of different lengths, many times around the ring."""
    rng, replay = np.random.default_rng(1), EpisodeReplay(SPEC, 100 * 150, 1000)
    for number in range(200):
        replay.add(random_episode(SPEC, int(rng.integers(1, 12)), rng, reward=float(number)))
        drawn = replay.all()
        marks = drawn.rewards[:, 0]
        assert marks.tolist() == list(range(number + 1 - len(marks), number + 1))
        for index, length in enumerate(drawn.lengths):
            assert (drawn.rewards[index, :length] == marks[index]).all()
    assert 5 < replay.num_kept < 60


def test_at_most_so_many_episodes_are_drawn_from() -> None:
    rng, replay = np.random.default_rng(2), EpisodeReplay(SPEC, 2**20, 4)
    for number in range(7):
        replay.add(random_episode(SPEC, 2, rng, reward=float(number)))
    assert replay.all().rewards[:, 0].tolist() == [3, 4, 5, 6]


@pytest.mark.parametrize("precision", ["float16", "float32"])
def test_memory_is_what_was_asked_for(precision: str) -> None:
    """Within 5 %, as numpy allocates it, whatever the episodes."""
    for mib in (1, 7):
        tracemalloc.start()
        replay = EpisodeReplay(SPEC, mib * 2**20, 5000, precision)
        taken = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert replay.size_bytes == pytest.approx(mib * 2**20, rel=0.05)
        assert taken - replay.size_bytes < 0.05 * mib * 2**20 + 5000 * 3 * 8 + 4096


def test_half_precision_holds_twice_as_much_and_refuses_what_it_cannot_hold() -> None:
    rng, replay = np.random.default_rng(3), EpisodeReplay(SPEC, 2**16, 100, "float16")
    episode = random_episode(SPEC, 3, rng)
    replay.add(episode)
    np.testing.assert_allclose(replay.all().observations[0], episode.observations, rtol=1e-3)
    episode.observations[1, 1, 1] = 1e6
    with pytest.raises(TeamError, match="precision=float32"), np.errstate(over="ignore"):
        replay.add(episode)


def test_an_illegal_action_is_refused() -> None:
    """What was executed must have been legal: else the learner would fit what nobody could do."""
    replay, episode = EpisodeReplay(SPEC, 2**16, 10), random_episode(SPEC, 2, np.random.default_rng(4))
    episode.masks[1, 2] = np.arange(4) == 1
    episode.actions[1, 2] = 3
    with pytest.raises(AssertionError, match="not legal"):
        replay.add(episode)


def test_an_episode_longer_than_the_memory_is_refused() -> None:
    replay = EpisodeReplay(SPEC, 2000, 10)
    with pytest.raises(TeamError, match="raise replay_mib"):
        replay.add(random_episode(SPEC, 50, np.random.default_rng(5)))


def test_badly_predicted_episodes_are_drawn_more_often() -> None:
    rng, replay = np.random.default_rng(6), EpisodeReplay(SPEC, 2**18, 8, priority_exponent=1.0)
    for number in range(12):
        replay.add(random_episode(SPEC, 2, rng, reward=float(number)))
    replay.set_errors(np.arange(4, 12), np.where(np.arange(4, 12) == 9, 30.0, 1.0))
    drawn = replay.sample(1000, rng)
    marks, counts = np.unique(drawn.rewards[:, 0], return_counts=True)
    assert set(marks) == set(range(4, 12))
    assert counts[marks == 9][0] > 700  # 30 of 37
    assert drawn.weights is not None and drawn.weights[drawn.rewards[:, 0] == 9][0] == drawn.weights.min()
