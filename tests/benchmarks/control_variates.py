"""Means of replications, sharpened by control variates: quantities whose means are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy import stats


@dataclass(frozen=True, slots=True)
class Estimate:
    """
    An estimated mean.

    Parameters
    ----------
    mean
        The estimate.
    std_error
        Its standard error.
    dof
        Degrees of freedom of the standard error.
    """

    mean: float
    std_error: float
    dof: int

    def half_width(self, level: float) -> float:
        """Return half the width of Student's interval of a level."""
        return float(stats.t.ppf((1 + level) / 2, self.dof)) * self.std_error

    def covers(self, value: float, level: float) -> bool:
        """Tell whether the interval of a level contains a value."""
        return abs(value - self.mean) <= self.half_width(level)


def plain_mean(responses: Float[np.ndarray, " replication"]) -> Estimate:
    """Return the mean of independent replications."""
    return controlled_mean(responses, np.zeros((len(responses), 0)))


def controlled_mean(
    responses: Float[np.ndarray, " replication"], controls: Float[np.ndarray, "replication control"]
) -> Estimate:
    """
    Return the mean response where every control has its known mean.

    It is the intercept of a least-squares line through independent replications [1]_. Its usual standard error is exact
    for normal replications; these are means of a few thousand dependent waits and a little skewed, so it is taken from
    the replications left out one at a time instead: the jackknife [2]_, in the form HC3 [3]_.

    Parameters
    ----------
    responses
        One for each replication.
    controls
        Less their means; those that do not vary are left out.

    References
    ----------
    .. [1] Lavenberg and Welch (1981), A perspective on the use of control variables to increase the efficiency of
       Monte Carlo simulations, Management Science 27(3).
    .. [2] Nelson (1990), Control variate remedies, Operations Research 38(6).
    .. [3] MacKinnon and White (1985), Some heteroskedasticity-consistent covariance matrix estimators with improved
       finite sample properties, Journal of Econometrics 29(3).
    """
    scale = controls.std(axis=0)
    design = np.column_stack([np.ones(len(responses)), controls[:, scale > 0] / scale[scale > 0]])
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ design.T @ responses
    leverage = np.einsum("ri,ij,rj->r", design, inverse, design)
    left_out = (responses - design @ coefficients) / (1 - leverage)
    std_error = float(np.linalg.norm(design @ inverse[0] * left_out))
    return Estimate(float(coefficients[0]), std_error, len(responses) - design.shape[1])
