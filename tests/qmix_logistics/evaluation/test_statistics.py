from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from qmix_logistics.evaluation.kpis import Better
from qmix_logistics.evaluation.statistics import (
    Estimate,
    IntervalKind,
    Verdict,
    days_needed,
    estimate,
    estimate_difference,
    holm,
    judge,
    probability_of_improvement,
    proportion_interval,
    t_coverage,
)

LOWER, HIGHER = Better.LOWER, Better.HIGHER


def between(low: float, high: float) -> Estimate:
    return Estimate((low + high) / 2, low, high, 0.0, IntervalKind.OVER_DAYS, 1, 10)


def test_t_interval_by_hand() -> None:
    """Differences 1 to 5: mean 3, standard error sqrt(2.5 / 5), t(0.975, 4) = 2.7764 (any table)."""
    found = estimate(np.array([[1.0, 2.0, 3.0, 4.0, 5.0]]), 0.95)
    half = 2.7764451 * math.sqrt(0.5)
    assert (found.mean, found.low, found.high) == pytest.approx((3, 3 - half, 3 + half))
    assert (found.kind, found.num_seeds, found.num_days) == (IntervalKind.OVER_DAYS, 1, 5)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 30), st.sampled_from([0.8, 0.95, 0.99]))
def test_it_is_scipy_s_paired_t_test(seed: int, num_days: int, confidence: float) -> None:
    rng = np.random.default_rng(seed)
    mine, theirs = rng.normal(11, 3, num_days), rng.normal(10, 3, num_days)
    found, paired = estimate((mine - theirs)[None], confidence), stats.ttest_rel(mine, theirs)
    interval = paired.confidence_interval(confidence)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert found.p_value == pytest.approx(paired.pvalue)


def test_below_five_seeds_the_interval_is_over_days_only() -> None:
    values = np.array([[1.0, 2.0], [50.0, 51.0], [90.0, 91.0], [7.0, 8.0]])
    found, over_days = estimate(values, 0.95), stats.ttest_1samp(values.mean(axis=0), 0).confidence_interval()
    assert (found.low, found.high) == pytest.approx((over_days.low, over_days.high))
    assert (found.kind, found.num_seeds, found.num_days) == (IntervalKind.OVER_DAYS, 4, 2)


@given(st.integers(0, 10**6), st.floats(0.01, 100), st.floats(0.01, 100))
def test_from_five_seeds_on_the_wider_interval_is_taken(seed: int, by_seed: float, by_day: float) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(0, by_seed, (5, 1)) + rng.normal(0, by_day, (1, 8)) + rng.normal(0, 0.01, (5, 8))
    found = estimate(values, 0.95)
    intervals = [stats.ttest_1samp(values.mean(axis=axis), 0).confidence_interval() for axis in (0, 1)]
    widths = [interval.high - interval.low for interval in intervals]
    assert found.high - found.low == pytest.approx(max(widths))
    assert found.kind is (IntervalKind.OVER_SEEDS if widths[1] > widths[0] else IntervalKind.OVER_DAYS)


@pytest.mark.parametrize("num_seeds", [1, 4, 5, 30])
def test_one_day_allows_no_inference_however_many_trainings(num_seeds: int) -> None:
    found = estimate(np.arange(num_seeds, dtype=float)[:, None], 0.95)
    assert found.mean == (num_seeds - 1) / 2
    assert np.isnan([found.low, found.high, found.p_value]).all()
    assert found.kind is IntervalKind.NONE
    assert judge(found, math.nan, LOWER, 1e9, 0.95) is Verdict.INCONCLUSIVE


def test_equal_days_differ_by_nothing_and_a_constant_difference_is_as_certain_as_its_sign() -> None:
    """Five days of one sign: 2 / 2^5 by the sign test."""
    same, apart = (estimate(np.full((1, 5), value), 0.95) for value in (0.0, 2.0))
    assert (same.low, same.high, same.p_value) == (0, 0, 1)
    assert (apart.low, apart.high, apart.p_value) == (2, 2, 1 / 16)


def test_holm_by_hand() -> None:
    """Four tests: 0.005 x 4, 0.01 x 3; then 0.03 x 2, and 0.04 x 1 may not fall below that."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_counts_only_what_was_tested_and_stays_below_one() -> None:
    assert holm([0.6, math.nan, 0.02]) == pytest.approx([0.6, math.nan, 0.04], nan_ok=True)
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_is_the_closed_test_of_bonferroni(p_values: list[float]) -> None:
    """A hypothesis falls with every set of hypotheses that it is in; so its p is the largest of the sets' n x min p."""
    sets = [[i for i in range(len(p_values)) if mask >> i & 1] for mask in range(1, 2 ** len(p_values))]
    closed = [
        max(min(1.0, len(one) * min(p_values[j] for j in one)) for one in sets if index in one)
        for index in range(len(p_values))
    ]
    assert holm(p_values) == pytest.approx(closed)


@pytest.mark.parametrize(
    ("low", "high", "p", "better", "expected"),
    [
        (-3.0, -2.0, 0.01, LOWER, Verdict.BETTER),
        (2.0, 3.0, 0.01, LOWER, Verdict.WORSE),
        (2.0, 3.0, 0.01, HIGHER, Verdict.BETTER),
        (-3.0, -2.0, 0.01, HIGHER, Verdict.WORSE),
        (-0.9, 1.0, 1.0, LOWER, Verdict.EQUIVALENT),
        (0.2, 0.9, 0.01, LOWER, Verdict.EQUIVALENT),  # surely more, but not enough to matter
        (-0.9, 1.1, 1.0, LOWER, Verdict.INCONCLUSIVE),
        (0.5, 1.5, 0.01, LOWER, Verdict.WORSE),
        (2.0, 3.0, 0.051, LOWER, Verdict.INCONCLUSIVE),  # not after Holm's adjustment
        (0.0, 3.0, 0.01, LOWER, Verdict.INCONCLUSIVE),
    ],
)
def test_verdict(low: float, high: float, p: float, better: Better, expected: Verdict) -> None:
    assert judge(between(low, high), p, better, 1.0, 0.95) is expected


def test_proportion_intervals_are_the_published_ones() -> None:
    """8 of 10: Clopper and Pearson 44.39 to 97.48 %, Wilson 49.02 to 94.33 % (Newcombe's tables of such)."""
    assert proportion_interval(8, 10, 0.95, "exact") == pytest.approx((0.4439, 0.9748), abs=1e-4)
    assert proportion_interval(8, 10, 0.95, "wilson") == pytest.approx((0.4902, 0.9433), abs=1e-4)


@pytest.mark.parametrize("trials", [5, 10, 30, 100])
def test_proportion_intervals_hold_what_they_promise(trials: int) -> None:
    """Computed, not drawn: exact ones at least 95 % for every probability, Wilson's 94 to 96 % on average."""
    probabilities, counts = np.linspace(0.0005, 0.9995, 1000), np.arange(trials + 1)
    likely = stats.binom.pmf(counts, trials, probabilities[:, None])
    covered = {}
    for method in ("exact", "wilson"):
        low, high = np.array([proportion_interval(k, trials, 0.95, method) for k in counts.tolist()]).T
        inside = (low <= probabilities[:, None]) & (probabilities[:, None] <= high)
        covered[method] = (likely * inside).sum(axis=1)
    assert covered["exact"].min() >= 0.95
    assert 0.94 <= covered["wilson"].mean() <= 0.96


@pytest.mark.parametrize(
    "num_days", [pytest.param(3, marks=pytest.mark.slow), 10, pytest.param(30, marks=pytest.mark.slow)]
)
def test_t_intervals_of_normal_data_hold_what_they_promise(num_days: int) -> None:
    rng = np.random.default_rng(num_days)
    found = [estimate(rng.normal(1.0, 2.0, (1, num_days)), 0.95) for _ in range(20_000)]
    assert 0.945 <= np.mean([one.low <= 1.0 <= one.high for one in found]) <= 0.955


def test_coverage_of_t_by_hand() -> None:
    """The correction for skewness g and kurtosis k, with z = 1.96 and phi(z) = 0.05845 (any table)."""
    values = np.array([1.0, 1.0, 1.0, 1.0, 2.0, 5.0])
    g, k, z = stats.skew(values, bias=False), stats.kurtosis(values, bias=False), 1.959964
    shape = k * (z**2 - 3) / 12 - g**2 * (z**4 + 2 * z**2 - 3) / 18
    assert t_coverage(values, 0.95) == pytest.approx(0.95 + 2 * z * 0.0584451 * shape / 6, abs=1e-5)


def test_coverage_of_t_is_what_is_asked_for_where_the_days_tell_nothing() -> None:
    assert t_coverage(np.array([1.0, 2.0, 9.0]), 0.9) == 0.9
    assert t_coverage(np.linspace(-1, 1, 200), 0.95) == pytest.approx(0.95, abs=0.001)


def test_equal_days_say_only_that_others_are_rare() -> None:
    """With n equal days, days that differ may still have the share q at which n days without one come up in 5 %."""
    coverage = t_coverage(np.full(12, 3.0), 0.95)
    assert coverage**12 == pytest.approx(0.05)
    assert t_coverage(np.zeros(60), 0.95) == pytest.approx(0.951, abs=0.0005)  # the rule of three: 1 - 3 / 60


@pytest.mark.slow
def test_coverage_of_t_is_near_the_true_one_of_skewed_data() -> None:
    """Exponential days: how often the interval holds the mean, and what is said of it on average."""
    rng = np.random.default_rng(3)
    days = [rng.exponential(1.0, 20) for _ in range(4000)]
    found = [estimate(day[None], 0.95) for day in days]
    true = np.mean([one.low <= 1.0 <= one.high for one in found])
    assert true < 0.93
    assert np.mean([t_coverage(day, 0.95) for day in days]) == pytest.approx(true, abs=0.015)


def test_probability_of_improvement_by_hand() -> None:
    """Better on eight of ten days that differ; two more are equal: bounds of 8 and of 10 in 12."""
    gains = np.array([1.0] * 8 + [-1.0] * 2 + [0.0] * 2)
    share, low, high = probability_of_improvement(gains, 0.95)
    assert share == pytest.approx(9 / 12)
    assert (low, high) == pytest.approx((0.3489, 0.9791), abs=1e-4)
    assert probability_of_improvement(np.zeros(3), 0.95) == (0.5, 0.0, 1.0)


def test_stein_s_number_of_days_by_hand() -> None:
    """Standard deviation 2 of five days, t = 2.7764: for a half-width of 1, (2.7764 x 2)^2 = 30.8."""
    values = np.array([-1.0, 1.0, -1.0, 1.0, 0.0]) * 2
    assert days_needed(values, 1.0, 0.95) == 31
    assert days_needed(values, 100.0, 0.95) == 5


def test_stein_s_two_stages_hold_what_they_promise() -> None:
    """The mean of so many days is within the half-width in 95 % of cases or more, whatever the variance."""
    rng, hits = np.random.default_rng(5), []
    for _ in range(10_000):
        first = rng.normal(0.0, 3.0, 8)
        number = days_needed(first, 1.5, 0.95)
        mean = (first.sum() + rng.normal(0.0, 3.0, number - 8).sum()) / number
        hits.append(abs(mean) <= 1.5)
    assert np.mean(hits) >= 0.945


def test_a_difference_and_its_reverse_have_mirrored_intervals() -> None:
    """Also where only one of the two varies from training to training."""
    rng = np.random.default_rng(0)
    steady, varying, rule = (
        rng.normal(10, 1, (number, 8)) + rng.normal(0, spread, (number, 1))
        for number, spread in ((5, 0.01), (5, 3.0), (1, 0.0))
    )
    for one, other in ((steady, varying), (varying, rule), (steady, rule)):
        there, back = estimate_difference(one, other, 0.95), estimate_difference(other, one, 0.95)
        assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
        assert there.p_value == pytest.approx(back.p_value) and there.kind is back.kind
    assert estimate_difference(steady, varying, 0.95).kind is IntervalKind.OVER_SEEDS


@pytest.mark.parametrize(("num_mine", "num_theirs"), [(5, 5), (1, 5), (5, 1)])
def test_intervals_cover_the_trainings_of_both(num_mine: int, num_theirs: int) -> None:
    """
    Trainings vary more than days, of one policy or of both; 4000 draws have a standard error of 0.34 %.

    Welch's interval holds a little more than it says where both have few trainings.
    """
    rng, held, draws = np.random.default_rng(1), 0, 4000
    for _ in range(draws):
        day = rng.normal(0, 1, 10)
        mine, theirs = (
            day + rng.normal(0, 0.1, (number, 10)) + (rng.normal(0, 1, (number, 1)) if number > 1 else 0.0)
            for number in (num_mine, num_theirs)
        )
        found = estimate_difference(mine, theirs, 0.95)
        held += found.low <= 0 <= found.high
    assert 0.94 <= held / draws <= 0.97
