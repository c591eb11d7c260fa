"""The papers' games with ten seeds each: ``make bench``, or by name."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import Figures
from teams import Trained

from qmix_logistics.environment.outside.games import PAYOFFS
from qmix_logistics.scenario.policies import Algorithm

NUM_SEEDS, ENOUGH = 10, 9
EXPECTED: dict[Algorithm, float] = {
    "qmix": 6.0, "qtran_base": 8.0, "qtran_alt": 8.0, "cw_qmix": 8.0, "ow_qmix": 8.0,
}  # fmt: skip


def paid_by(algorithm: Algorithm) -> list[float]:
    """What the greedy joint actions of all seeds pay; agents are alike, as the game is."""
    trained = [Trained(algorithm, "matrix-2", seed, 1200, sees_agent_id=False) for seed in range(NUM_SEEDS)]
    return [float(PAYOFFS["matrix-2"][each.greedy()]) for each in trained]


@pytest.mark.parametrize("algorithm", EXPECTED)
def test_the_second_matrix_game(algorithm: Algorithm, figures: Figures) -> None:
    payoff = PAYOFFS["matrix-2"]
    paid = [
        payoff[Trained(algorithm, "matrix-2", seed, 1200, sees_agent_id=False).greedy()] for seed in range(NUM_SEEDS)
    ]
    number = sum(each == EXPECTED[algorithm] for each in paid)
    note = f"seeds of {NUM_SEEDS} whose greedy joint action pays {EXPECTED[algorithm]:.0f}"
    figures.add(f"second matrix game, {algorithm}", [number], "seeds", budget=ENOUGH, more_is_better=True, note=note)
    assert number >= ENOUGH


def test_qplex_in_the_second_matrix_game(figures: Figures) -> None:
    """It can represent the game, and stays at a joint action that pays 6: see ``docs/background/learners.md``."""
    payoff = PAYOFFS["matrix-2"]
    paid = [payoff[Trained("qplex", "matrix-2", seed, 1200, sees_agent_id=False).greedy()] for seed in range(NUM_SEEDS)]
    figures.add(
        "second matrix game, qplex", [paid.count(8.0)], "seeds", note=f"of {NUM_SEEDS}; mean {np.mean(paid):.1f}"
    )


@pytest.mark.parametrize("seed", range(NUM_SEEDS))
def test_the_two_step_game(seed: int) -> None:
    values = Trained("qmix", "two-step", seed, 1200).values().numpy().reshape(4, 4, 2)
    np.testing.assert_allclose(values[:, 0, 0].reshape(2, 2), [[6.93, 6.93], [7.92, 7.92]], atol=0.2)
    np.testing.assert_allclose(values[2, :, 1].reshape(2, 2), [[0, 1], [1, 8]], atol=0.2)
