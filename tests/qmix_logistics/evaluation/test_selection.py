"""Kim and Nelson's procedure: by hand, and as often right as it promises."""

from __future__ import annotations

import numpy as np
import pytest

from qmix_logistics.evaluation.selection import select_lowest


def test_two_candidates_by_hand() -> None:
    """
    Differences 9, 11, 10 after three days: variance 1, mean 10; eta = (0.1^-1 - 1) / 2 = 4.5.

    The reach is 2 x 4.5 x 2 x 1 / 2^2 = 4.5 days, and the margin 2 / 6 x (4.5 - 3) = 0.5: 10 is more.
    """
    found = select_lowest([[19.0, 21.0, 20.0], [10.0, 10.0, 10.0]], indifference=2.0, confidence=0.95, first_days=3)
    assert found == (1,)


def test_too_few_days_decide_nothing() -> None:
    found = select_lowest([[1.0, 1.0], [9.0, 9.0]], indifference=0.1, confidence=0.95, first_days=3)
    assert found == (0, 1)


def test_close_candidates_stay_until_the_margin_is_gone() -> None:
    """Differences of 1 and -1 in turn: when the reach is over no margin is left, and the lower mean stays."""
    days = np.arange(400)
    costs = [(10 + (days % 2) - 0.001).tolist(), (10 + ((days + 1) % 2)).tolist()]
    few = select_lowest([row[:10] for row in costs], indifference=0.5, confidence=0.95, first_days=6)
    many = select_lowest(costs, indifference=0.5, confidence=0.95, first_days=6)
    assert few == (0, 1)
    assert many == (0,)


def test_equal_candidates_end_with_the_first() -> None:
    found = select_lowest([[1.0, 2.0, 3.0]] * 4, indifference=0.1, confidence=0.95, first_days=3)
    assert found == (0,)


@pytest.mark.parametrize("correlation", [0.0, 0.8])
def test_it_finds_the_best_as_often_as_it_promises(correlation: float) -> None:
    """Four candidates, the best better by the indifference zone than all others: the hardest case."""
    rng, right, num_runs = np.random.default_rng(7), 0, 1000
    for _ in range(num_runs):
        common = rng.normal(0, 1, 400) * np.sqrt(correlation)
        costs = common + rng.normal(0, 1, (4, 400)) * np.sqrt(1 - correlation) + [[0.5], [0.5], [0.0], [0.5]]
        right += select_lowest(costs.tolist(), indifference=0.5, confidence=0.95, first_days=10) == (2,)
    assert right / num_runs >= 0.95


def test_common_days_need_fewer_of_them() -> None:
    """With correlated costs one is left earlier."""

    def days(correlation: float) -> int:
        rng = np.random.default_rng(8)
        common = rng.normal(0, 1, 600) * np.sqrt(correlation)
        costs = common + rng.normal(0, 1, (3, 600)) * np.sqrt(1 - correlation) + [[0.0], [1.0], [1.0]]
        for played in range(10, 601, 10):
            if select_lowest(costs[:, :played].tolist(), indifference=0.2, confidence=0.95, first_days=10) == (0,):
                return played
        raise AssertionError

    assert days(0.9) < days(0.0)
