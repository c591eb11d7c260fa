"""Returns of whole episodes, bootstrapped where these were cut off."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int


def bootstrapped_returns(
    rewards: Float[np.ndarray, "episode step"],
    next_values: Float[np.ndarray, "episode step value"],
    lengths: Int[np.ndarray, " episode"],
    is_terminated: Bool[np.ndarray, " episode"],
    discount: float,
    trace: float,
) -> Float[np.ndarray, "episode step value"]:
    r"""
    Return lambda-returns.

    .. math:: G_t = r_t + \gamma \big((1 - \lambda) V_{t+1} + \lambda G_{t+1}\big)

    with :math:`G_t = r_t + \gamma V_{t+1}` at the last step of an episode that was cut off, and :math:`G_t = r_t` at
    the last step of one that was over. Each episode ends where it ends: nothing flows in from the steps that pad it.
    Off-policy traces are not cut, as in Peng's Q(lambda).

    Parameters
    ----------
    rewards
        Of the steps; those behind the end of an episode mean nothing.
    next_values
        Value of what was seen after each step.
    lengths
        Steps of each episode.
    is_terminated
        Whether each was over.
    discount
        :math:`\gamma`.
    trace
        :math:`\lambda`.
    """
    num_steps = rewards.shape[1]
    is_last = np.arange(num_steps) == lengths[:, None] - 1
    counts = np.where(is_last & is_terminated[:, None], np.float32(0.0), np.float32(discount))
    targets = rewards[..., None].astype(np.float32) + counts[..., None] * next_values
    if trace == 0:
        return targets
    # Seen from a step that is not the last: a share of the next step's surprise, its return less its value.
    passes = np.where(is_last, np.float32(0.0), np.float32(discount * trace)).T[..., None]
    values = np.concatenate([np.zeros_like(next_values[:, :1]), next_values[:, :-1]], axis=1)
    surprise = np.ascontiguousarray((targets - values).swapaxes(0, 1))
    for step in range(num_steps - 2, -1, -1):
        surprise[step] += passes[step] * surprise[step + 1]
    return surprise.swapaxes(0, 1) + values
