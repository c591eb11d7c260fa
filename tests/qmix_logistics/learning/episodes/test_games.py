"""
The papers' games, on uniform data: tables of values, not only the choices that come of them.

More seeds, and the claims that need them: ``tests/benchmarks/test_games.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from teams import DISCOUNT, Trained

from qmix_logistics.environment.outside.games import PAYOFFS
from qmix_logistics.learning.mixers import JointValue
from qmix_logistics.scenario.policies import Algorithm

pytestmark = pytest.mark.usefixtures("shapes_on_trust")


def slow(algorithm: Algorithm) -> Any:
    return pytest.param(algorithm, marks=pytest.mark.slow)


def two_step_tables(trained: Trained) -> dict[str, np.ndarray]:
    """Values of the first step by both actions, and of games 2A and 2B."""
    values = trained.values().numpy().reshape(4, 4, 2)  # first joint action, second, step
    assert np.abs(values[:, 1:, 0] - values[:, :1, 0]).max() < 1e-4  # the second step does not change the first
    return {
        "first": values[:, 0, 0].reshape(2, 2),
        "2A": values[0, :, 1].reshape(2, 2),
        "2B": values[2, :, 1].reshape(2, 2),
    }


@pytest.mark.parametrize("recurrent", [False, True])
def test_qmix_learns_the_two_step_game(recurrent: bool) -> None:
    """Rashid et al. (2018), Table 1: with discount 0.99, 0.99 * 7 = 6.93 and 0.99 * 8 = 7.92 at first."""
    tables = two_step_tables(Trained("qmix", "two-step", 0, 1200, recurrent=recurrent))
    np.testing.assert_allclose(tables["first"], [[6.93, 6.93], [7.92, 7.92]], atol=0.2)
    np.testing.assert_allclose(tables["2A"], np.full((2, 2), 7.0), atol=0.2)
    np.testing.assert_allclose(tables["2B"], [[0, 1], [1, 8]], atol=0.2)


def test_vdn_learns_its_least_squares_solution_of_the_two_step_game() -> None:
    """The additive fit of 2B is [[-1.5, 2.5], [2.5, 6.5]]; so 0.99 * 6.5 = 6.435 when the first agent dares."""
    trained = Trained("vdn", "two-step", 0, 1200)
    tables = two_step_tables(trained)
    np.testing.assert_allclose(tables["first"], [[6.93, 6.93], [6.435, 6.435]], atol=0.05)
    np.testing.assert_allclose(tables["2B"], [[-1.5, 2.5], [2.5, 6.5]], atol=0.05)
    assert trained.greedy()[0] == 0  # and so it gets 7, not 8


def test_iql_values_an_action_by_the_mean_over_the_other_agents() -> None:
    """Uniform data: the row means of the payoff, -5.33 and -4 (twice)."""
    trained = Trained("iql", "matrix-1", 0, 1000)
    expected = PAYOFFS["matrix-1"].mean(axis=1)
    np.testing.assert_allclose(trained.decisions.utilities.advantage[0], expected, atol=0.02)


def test_vdn_learns_its_least_squares_solution_of_the_first_matrix_game() -> None:
    """-6.22, -4.89, -3.56: the additive least-squares fit, worked out by hand in ``fitted``."""
    payoff = PAYOFFS["matrix-1"]
    fitted = payoff.mean(axis=1, keepdims=True) + payoff.mean(axis=0, keepdims=True) - payoff.mean()
    np.testing.assert_allclose([fitted[0, 0], fitted[0, 1], fitted[1, 1]], [-6.22, -4.89, -3.56], atol=0.005)
    np.testing.assert_allclose(Trained("vdn", "matrix-1", 0, 1200).table(), fitted, atol=0.02)


def test_qmix_cannot_value_the_best_of_a_game_that_is_not_monotone() -> None:
    """
    The best joint action of the second game pays 8, but QMIX's least squares put it lowest: its choice pays 6.

    Agents are alike here (no agent id), as the game is. With ids, values are as well fitted by a choice that pays 0.
    """
    trained = Trained("qmix", "matrix-2", 0, 1200, sees_agent_id=False)
    assert PAYOFFS["matrix-2"][trained.greedy()] == 6
    assert trained.table()[0, 0] < -6


@pytest.mark.parametrize("algorithm", [*map(slow, ("qtran_base", "qtran_alt", "cw_qmix")), "ow_qmix"])
def test_more_expressive_learners_find_the_best_joint_action(algorithm: Algorithm) -> None:
    trained = Trained(algorithm, "matrix-2", 0, 1200)
    assert PAYOFFS["matrix-2"][trained.greedy()] == 8


def test_qplex_learns_the_payoff() -> None:
    """Any table whose largest value agents can name each for itself is its own (Wang et al. 2021, Theorem 1)."""
    trained = Trained("qplex", "matrix-2", 0, 2500, sees_agent_id=False, learning_rate=5e-3)
    np.testing.assert_allclose(trained.table(), PAYOFFS["matrix-2"], atol=0.1)


@pytest.mark.parametrize("algorithm", ["qtran_base", slow("qtran_alt")])
def test_qtran_learns_the_payoff_and_meets_its_conditions(algorithm: Algorithm) -> None:
    """
    Son et al. (2019), eq. 4: sum of utilities + V - joint value is 0 at the best joint action and at least 0 elsewhere.

    For QTRAN-alt, eq. 6: for every joint action, the smallest of it over what one agent could do instead is 0.
    """
    trained = Trained(algorithm, "matrix-2", 0, 1500)
    np.testing.assert_allclose(trained.table(), PAYOFFS["matrix-2"], atol=0.1)
    joint = trained.learner.network.mixer
    assert isinstance(joint, JointValue)
    with torch.no_grad():
        total = trained.decisions.utilities.of(trained.sample.slots).view(-1, 2).sum(dim=1)
        difference = (total + joint.offset(trained.decisions) - trained.values()[:, 0]).view(3, 3).numpy()
    assert abs(difference[trained.greedy()]) < 0.1
    assert difference.min() > -0.1
    if algorithm == "qtran_alt":
        np.testing.assert_allclose(difference.min(axis=0), 0, atol=0.1)
        np.testing.assert_allclose(difference.min(axis=1), 0, atol=0.1)


@pytest.mark.slow
def test_weighting_decides_whether_the_best_joint_action_is_found() -> None:
    """The alpha-weighted monotonic projection of the second game finds 8 for alpha up to 0.68, and not beyond."""
    heavy = Trained("ow_qmix", "matrix-2", 0, 1200, weighting_alpha=0.9, sees_agent_id=False)
    assert PAYOFFS["matrix-2"][heavy.greedy()] != 8


def test_discounts_are_those_of_the_settings() -> None:
    """Otherwise the two-step game's first values would be 7 and 8."""
    assert DISCOUNT == 0.99
