"""
Intervals and tests on differences of days that both policies have played.

Differences d[training seed, day] vary between days and between trainings. With fewer than five trainings the interval
is over days only and holds for these very policies; from five on, the wider of days-only and seeds-only is taken.
One day says nothing of other days: then there is no interval.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal

import numpy as np
from jaxtyping import Float
from scipy import stats

from qmix_logistics.evaluation.kpis import Better

MIN_SEEDS = 5
"""Trainings from which on their variance is estimated."""


class IntervalKind(Enum):
    """What an interval covers."""

    OVER_DAYS = "t over days"
    """Other days, for these very policies."""
    OVER_SEEDS = "t over training seeds"
    """Other trainings too."""
    NONE = "none: one day only"
    """Nothing: there is one day."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """
    A mean with its confidence interval.

    Parameters
    ----------
    mean
        Over all.
    low, high
        Bounds; NaN if there is no interval.
    p_value
        Two-sided, of the mean being 0; NaN if there is no interval.
    kind
        What the interval covers.
    num_seeds, num_days
        How many went in.
    """

    mean: float
    low: float
    high: float
    p_value: float
    kind: IntervalKind
    num_seeds: int
    num_days: int


class Verdict(Enum):
    """What a difference says."""

    BETTER = "better"
    WORSE = "worse"
    EQUIVALENT = "equivalent"
    """The whole interval lies within what does not matter."""
    INCONCLUSIVE = "inconclusive"


def estimate(values: Float[np.ndarray, "seed day"], confidence: float) -> Estimate:
    """
    Estimate a mean by Student's t.

    Parameters
    ----------
    values
        One number for each training and day; for a pair of policies, their difference on that day.
    confidence
        Of the interval, in (0, 1).
    """
    return estimate_difference(values, np.zeros((1, values.shape[1])), confidence)


def estimate_difference(
    values: Float[np.ndarray, "seed day"], others: Float[np.ndarray, "other_seed day"], confidence: float
) -> Estimate:
    """
    Estimate the mean difference of two policies on the same days: by Student's t over days, by Welch's over trainings.

    The trainings of both count where there are ``MIN_SEEDS`` of them; else the interval holds for these very ones.
    So one less the other, and the other less the one, have mirrored intervals.

    Parameters
    ----------
    values, others
        One number for each training and day; who was not trained has one row.
    confidence
        Of the interval, in (0, 1).
    """
    by_day = _t_interval(values.mean(axis=0) - others.mean(axis=0), confidence)
    by_seed = _welch_interval(values.mean(axis=1), others.mean(axis=1), confidence)
    mean, shape = float(values.mean() - others.mean()), values.shape
    if by_day is None:
        return Estimate(mean, math.nan, math.nan, math.nan, IntervalKind.NONE, *shape)
    if by_seed is not None and by_seed[1] - by_seed[0] > by_day[1] - by_day[0]:
        return Estimate(mean, *by_seed, IntervalKind.OVER_SEEDS, *shape)
    return Estimate(mean, *by_day, IntervalKind.OVER_DAYS, *shape)


def holm(p_values: Sequence[float]) -> list[float]:
    """
    Adjust p-values for the number of tests [1]_.

    Parameters
    ----------
    p_values
        Unadjusted; NaN where there was no test.

    Returns
    -------
    Adjusted, in the same order; NaN where there was no test.

    References
    ----------
    .. [1] Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6.
    """
    tested = sorted((p, index) for index, p in enumerate(p_values) if not math.isnan(p))
    adjusted, largest = [math.nan] * len(p_values), 0.0
    for rank, (p, index) in enumerate(tested):
        largest = max(largest, min(1.0, p * (len(tested) - rank)))
        adjusted[index] = largest
    return adjusted


def judge(difference: Estimate, p_adjusted: float, better: Better, indifference: float, confidence: float) -> Verdict:
    """
    Say what a difference means.

    Parameters
    ----------
    difference
        Policy less reference.
    p_adjusted
        Its p-value, adjusted for the number of comparisons.
    better
        Which way is better.
    indifference
        A difference smaller than this does not matter.
    confidence
        Of the interval.
    """
    if math.isnan(difference.low):
        return Verdict.INCONCLUSIVE
    if max(abs(difference.low), abs(difference.high)) <= indifference:
        return Verdict.EQUIVALENT
    if difference.low <= 0 <= difference.high or not p_adjusted < 1 - confidence:
        return Verdict.INCONCLUSIVE
    return Verdict.BETTER if (difference.mean < 0) == (better is Better.LOWER) else Verdict.WORSE


def t_coverage(values: Float[np.ndarray, " day"], confidence: float) -> float:
    """
    Return how often an interval by Student's t from data like these holds the mean, to first order [1]_.

    For normal data it is ``confidence``; skewness g and excess kurtosis k, here those of the sample, change it by
    2 z phi(z) (k (z^2 - 3) / 12 - g^2 (z^4 + 2 z^2 - 3) / 18) / n, where z is the quantile of the normal distribution.

    Parameters
    ----------
    values
        One for each day.
    confidence
        Of the interval, in (0, 1).

    Returns
    -------
    In [0, 1]; ``confidence`` for fewer than four days, which tell nothing of the shape. For equal days the least share
    of days like these that they leave possible: other ones may be rare (the rule of three).

    References
    ----------
    .. [1] Hall (1987), Edgeworth expansion for Student's t statistic under minimal moment conditions, Annals of
       Probability 15, and Hall (1992), The bootstrap and Edgeworth expansion, section 2.6.
    """
    number = len(values)
    if np.ptp(values) <= 1e-9 * np.abs(values).max():
        return float((1 - confidence) ** (1 / number))
    if number < 4:
        return confidence
    z = float(stats.norm.ppf((1 + confidence) / 2))
    skewness, kurtosis = float(stats.skew(values, bias=False)), float(stats.kurtosis(values, bias=False))
    shape = kurtosis * (z**2 - 3) / 12 - skewness**2 * (z**4 + 2 * z**2 - 3) / 18
    return min(1.0, max(0.0, confidence + 2 * z * float(stats.norm.pdf(z)) * shape / number))


@functools.lru_cache(maxsize=1024)
def proportion_interval(
    successes: int, trials: int, confidence: float, method: Literal["exact", "wilson"]
) -> tuple[float, float]:
    """
    Return an interval for a probability from independent trials, such as days on which one policy beat another.

    Parameters
    ----------
    successes, trials
        How many of how many, at least one.
    confidence
        Of the interval, in (0, 1).
    method
        ``exact`` (Clopper and Pearson 1934) holds the probability at least that often; ``wilson`` (1927) is narrower
        and does so on average over probabilities.
    """
    found = stats.binomtest(successes, trials).proportion_ci(confidence, method)
    return float(found.low), float(found.high)


def probability_of_improvement(gains: Float[np.ndarray, " day"], confidence: float) -> tuple[float, float, float]:
    """
    Return how likely one policy is better than another on a day, with an exact interval.

    Parameters
    ----------
    gains
        How much better it was on each day, at least one; on equal days each is better with probability 1/2. The lower
        bound counts them as lost, the upper one as won.
    confidence
        Of the interval, in (0, 1).

    Returns
    -------
    Probability and bounds, in [0, 1].
    """
    number, wins, ties = len(gains), int((gains > 0).sum()), int((gains == 0).sum())
    low, _ = proportion_interval(wins, number, confidence, "exact")
    _, high = proportion_interval(wins + ties, number, confidence, "exact")
    return (wins + 0.5 * ties) / number, low, high


def days_needed(values: Float[np.ndarray, " day"], half_width: float, confidence: float) -> int:
    """
    Return the days after which an interval for the mean is no wider than asked for, by Stein's two stages [1]_.

    The number depends on the variance of the first days only, not on their mean, so that the interval over all days
    holds what it says for normal data.

    Parameters
    ----------
    values
        Of the days of the first stage, at least two.
    half_width
        What is asked for, above 0.
    confidence
        Of the interval, in (0, 1).

    References
    ----------
    .. [1] Stein (1945), A two-sample test for a linear hypothesis whose power is independent of the variance, Annals
       of Mathematical Statistics 16.
    """
    quantile = float(stats.t.ppf((1 + confidence) / 2, len(values) - 1))
    return max(len(values), math.ceil((quantile * float(values.std(ddof=1)) / half_width) ** 2))


def _t_interval(values: Float[np.ndarray, " group"], confidence: float) -> tuple[float, float, float] | None:
    """Return both bounds and the p-value; None for a single group. Equal values have the p-value of the sign test."""
    number, mean = len(values), float(values.mean())
    if number < 2:
        return None
    error = float(values.std(ddof=1) / math.sqrt(number))
    if error == 0:
        return mean, mean, 1.0 if mean == 0 else 2.0 ** (1 - number)
    return _bounds(mean, error, number - 1, confidence)


def _welch_interval(
    values: Float[np.ndarray, " seed"], others: Float[np.ndarray, " other_seed"], confidence: float
) -> tuple[float, float, float] | None:
    """Return both bounds and the p-value; None where neither has enough trainings, or they do not vary."""
    parts = [
        (float(means.var(ddof=1)) / len(means), len(means) - 1) for means in (values, others) if len(means) >= MIN_SEEDS
    ]
    variance = sum(part for part, _ in parts)
    if variance == 0:
        return None
    freedom = variance**2 / sum(part**2 / free for part, free in parts)
    return _bounds(float(values.mean() - others.mean()), math.sqrt(variance), freedom, confidence)


def _bounds(mean: float, error: float, freedom: float, confidence: float) -> tuple[float, float, float]:
    half = float(stats.t.ppf((1 + confidence) / 2, freedom)) * error
    return mean - half, mean + half, float(2 * stats.t.sf(abs(mean / error), freedom))
