"""Observations and actions of Gymnasium spaces as vectors and numbers."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from jaxtyping import Float

from qmix_logistics.errors import TeamError


def flat_size(space: gymnasium.spaces.Space[Any]) -> int:
    """
    Return the length of a flattened observation.

    Parameters
    ----------
    space
        Its space.

    Raises
    ------
    TeamError
        If it cannot be flattened.
    """
    try:
        return int(gymnasium.spaces.flatdim(space))
    except (ValueError, NotImplementedError) as error:
        raise TeamError(f"observations of {space} have no fixed length") from error


def flatten(space: gymnasium.spaces.Space[Any], value: Any) -> Float[np.ndarray, " feature"]:
    """
    Return a flattened observation.

    Parameters
    ----------
    space
        Its space.
    value
        The observation.
    """
    if isinstance(value, np.ndarray) and isinstance(space, gymnasium.spaces.Box):
        return value.ravel()
    return np.asarray(gymnasium.spaces.flatten(space, value), np.float32)


def scale(space: gymnasium.spaces.Space[Any]) -> Float[np.ndarray, " feature"]:
    """
    Return what an observation is divided by, so that all numbers lie in [-1, 1] where the space says their bounds.

    Parameters
    ----------
    space
        Its space.

    Returns
    -------
    The larger of the two bounds of each number; 1 where that is infinite or less than 1.
    """
    if not isinstance(space, gymnasium.spaces.Box):
        return np.ones(flat_size(space), np.float32)
    bound = np.maximum(np.abs(space.low), np.abs(space.high)).astype(np.float32).ravel()
    return np.where(np.isfinite(bound) & (bound > 1.0), bound, np.float32(1.0))


def num_actions(space: gymnasium.spaces.Space[Any]) -> int:
    """
    Return the number of actions.

    Parameters
    ----------
    space
        Their space.

    Raises
    ------
    TeamError
        If actions are not discrete.
    """
    if not isinstance(space, gymnasium.spaces.Discrete):
        raise TeamError(
            f"actions are {space}; expected Discrete: value factorisation chooses among a finite number of actions"
        )
    return int(space.n)


def first_action(space: gymnasium.spaces.Space[Any]) -> int:
    """
    Return the number that the space has for its first action.

    Parameters
    ----------
    space
        Their space, as for ``num_actions``.
    """
    return int(getattr(space, "start", 0))
