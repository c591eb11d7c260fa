"""The papers' games with ten seeds each: ``make bench``, or by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import Figures
from teams import Trained

from qmix_logistics.environment.outside.games import PAYOFFS
from qmix_logistics.scenario.policies import Algorithm

NUM_SEEDS, ENOUGH = 10, 9
EXPECTED: dict[Algorithm, float] = {
    "qmix": 6.0, "qplex": 8.0, "qtran_base": 8.0, "qtran_alt": 8.0, "cw_qmix": 8.0, "ow_qmix": 8.0,
}  # fmt: skip
LEARNING: dict[Algorithm, dict[str, Any]] = {"qplex": {"num_updates": 2500, "learning_rate": 5e-3}}
"""What other numbers than those of the rest reach it."""


@pytest.mark.parametrize("algorithm", EXPECTED)
def test_the_second_matrix_game(algorithm: Algorithm, figures: Figures) -> None:
    """Agents are alike, as the game is."""
    learning = {"num_updates": 1200, "sees_agent_id": False, **LEARNING.get(algorithm, {})}
    payoff = PAYOFFS["matrix-2"]
    paid = [payoff[Trained(algorithm, "matrix-2", seed, **learning).greedy()] for seed in range(NUM_SEEDS)]
    number = sum(each == EXPECTED[algorithm] for each in paid)
    note = f"seeds of {NUM_SEEDS} whose greedy joint action pays {EXPECTED[algorithm]:.0f}"
    figures.add(f"second matrix game, {algorithm}", [number], "seeds", budget=ENOUGH, more_is_better=True, note=note)
    assert number >= ENOUGH


@pytest.mark.parametrize("seed", range(NUM_SEEDS))
def test_the_two_step_game(seed: int) -> None:
    values = Trained("qmix", "two-step", seed, 1200).values().numpy().reshape(4, 4, 2)
    np.testing.assert_allclose(values[:, 0, 0].reshape(2, 2), [[6.93, 6.93], [7.92, 7.92]], atol=0.2)
    np.testing.assert_allclose(values[2, :, 1].reshape(2, 2), [[0, 1], [1, 8]], atol=0.2)
