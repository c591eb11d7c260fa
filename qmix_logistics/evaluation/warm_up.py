"""Where the warm-up of a steady state ends."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

BATCH = 5
"""Observations of a batch: the 5 of MSER-5."""
LEAST_LEFT = 5
"""Batches that a cut leaves at least."""


def mser_cut(values: Float[np.ndarray, " time"], batch: int = BATCH) -> int | None:
    """
    Return how many observations belong to the warm-up, by the marginal standard error rule [1]_.

    Of all cuts, in batches, it is the one whose rest has the smallest standard error of its mean: the variance of the
    batch means that are left, over their number. Cuts that leave fewer than five batches are not looked at: a handful
    of means may agree by chance.

    Parameters
    ----------
    values
        One run, or the mean over several, at equal distances.
    batch
        Observations of a batch; what is left over at the end is not looked at.

    Returns
    -------
    Observations to leave out, a multiple of ``batch``; None if the best cut lies in the second half, or there are fewer
    than ten batches: then the run is too short to tell.

    References
    ----------
    .. [1] White, Cobb and Spratt (2000), A comparison of five steady-state truncation heuristics for simulation, Winter
       Simulation Conference.
    """
    number = len(values) // batch
    if number < 2 * LEAST_LEFT:
        return None
    means = np.asarray(values[: number * batch], float).reshape(number, batch).mean(axis=1)
    cuts = range(number - LEAST_LEFT + 1)
    errors = [float(((means[cut:] - means[cut:].mean()) ** 2).sum()) / (number - cut) ** 2 for cut in cuts]
    best = int(np.argmin(errors))
    return best * batch if best <= number // 2 else None
