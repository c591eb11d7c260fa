from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qmix_logistics.learning.episodes.returns import bootstrapped_returns


def returns_of(
    rewards: list[list[float]], values: list[list[float]], lengths: list[int], over: list[bool], trace: float
) -> np.ndarray:
    return bootstrapped_returns(
        np.array(rewards), np.array(values, np.float32)[..., None], np.array(lengths), np.array(over), 0.99, trace
    )[..., 0]


def test_an_episode_that_was_cut_off_is_bootstrapped_at_its_own_end() -> None:
    """
    Reward 0, value 10 everywhere, discount 0.99, lambda 0.6, cut off after 6 of 12 steps.

    The last target is 9.9, and G = 0.99 * (0.4 * 10 + 0.6 * G') before it. PyMARL's recursion lets the steps that pad
    the episode flow in, and gives 3.96 for the last and 9.325 down to 6.312 before it.
    """
    values = [[10.0] * 6 + [-9_999_999.0] * 6]
    returns = returns_of([[0.0] * 12], values, [6], [False], 0.6)[0, :6]
    expected = [9.9]
    for _ in range(5):
        expected.insert(0, 0.99 * (0.4 * 10 + 0.6 * expected[0]))
    np.testing.assert_allclose(returns, expected, rtol=1e-6)


def test_nothing_is_bootstrapped_where_an_episode_was_over() -> None:
    returns = returns_of([[1.0, 2.0, 4.0]], [[100.0, 100.0, 100.0]], [3], [True], 1.0)
    np.testing.assert_allclose(returns[0], [1 + 0.99 * 2 + 0.99**2 * 4, 2 + 0.99 * 4, 4], rtol=1e-6)


def test_one_step_targets() -> None:
    returns = returns_of([[1.0, 2.0, 4.0]], [[10.0, 20.0, 30.0]], [3], [False], 0.0)
    np.testing.assert_allclose(returns[0], [1 + 9.9, 2 + 19.8, 4 + 29.7], rtol=1e-6)


@given(
    lengths=st.lists(st.integers(1, 8), min_size=1, max_size=4),
    over=st.lists(st.booleans(), min_size=4, max_size=4),
    trace=st.sampled_from([0.0, 0.3, 0.8, 1.0]),
    seed=st.integers(0, 2**16),
)
def test_returns_do_not_depend_on_what_else_is_in_the_batch(
    lengths: list[int], over: list[bool], trace: float, seed: int
) -> None:
    """Each episode by itself, by the definition, step by step from its end."""
    rng, number, longest = np.random.default_rng(seed), len(lengths), max(lengths)
    rewards, values = rng.normal(size=(number, longest)), rng.normal(size=(number, longest))
    together = returns_of(rewards.tolist(), values.tolist(), lengths, over[:number], trace)
    for index, length in enumerate(lengths):
        following = 0.0 if over[index] else values[index, length - 1]
        expected = rewards[index, length - 1] + 0.99 * following
        assert together[index, length - 1] == pytest.approx(expected, abs=1e-5)
        for step in range(length - 2, -1, -1):
            mixed = (1 - trace) * values[index, step] + trace * expected
            expected = rewards[index, step] + 0.99 * mixed
            assert together[index, step] == pytest.approx(expected, abs=1e-5)
