"""Durations by their quantiles: one uniform number gives one duration."""

from __future__ import annotations

from typing import assert_never

import numpy as np
from jaxtyping import Float
from scipy.special import ndtri

from qmix_logistics.scenario.distributions import Constant, Duration, Exponential, Lognormal, Uniform


def quantile(duration: Duration, probability: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """
    Return quantiles of a duration.

    Parameters
    ----------
    duration
        The distribution.
    probability
        Probabilities in [0, 1).

    Returns
    -------
    Durations in seconds.
    """
    match duration:
        case Constant():
            return np.full_like(probability, duration.mean_s)
        case Exponential():
            return -duration.mean_s * np.log1p(-probability)
        case Lognormal():
            variance = np.log1p(duration.cv**2)
            return duration.mean_s * np.exp(ndtri(probability) * np.sqrt(variance) - variance / 2)
        case Uniform():
            return duration.low_s + (duration.high_s - duration.low_s) * probability
    assert_never(duration)
