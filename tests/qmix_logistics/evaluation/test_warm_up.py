from __future__ import annotations

import numpy as np
import pytest

from qmix_logistics.evaluation.warm_up import mser_cut


def test_the_cut_takes_away_what_comes_before_the_steady_state() -> None:
    """By hand: two batches of 0, ten of 8 and 12 in turn. Error after a cut of 2: 10 x 4 / 10^2 = 0.4, the least."""
    values = np.repeat([0.0, 0.0] + [8.0, 12.0] * 5, 5)
    assert mser_cut(values) == 10


def test_a_steady_state_from_the_start_loses_nothing() -> None:
    assert mser_cut(np.repeat([10.0, 12.0] * 10, 5)) == 0


def test_a_series_that_never_settles_has_no_cut() -> None:
    assert mser_cut(np.arange(100.0)) is None


@pytest.mark.parametrize("number", [0, 1, 49])
def test_fewer_than_ten_batches_do_not_tell(number: int) -> None:
    assert mser_cut(np.ones(number)) is None


def test_the_warm_up_of_an_exponential_approach_ends_where_it_is_over() -> None:
    """10 (1 - exp(-t / 20)) + noise of 1: the bias is below a tenth of the noise from t = 92 on."""
    times, rng = np.arange(1000.0), np.random.default_rng(1)
    cut = mser_cut(10 * (1 - np.exp(-times / 20)) + rng.normal(size=1000))
    assert cut is not None
    assert 30 <= cut <= 120
