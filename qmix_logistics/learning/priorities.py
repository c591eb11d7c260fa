"""Prioritised replay: draw more often what was badly predicted."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

FIRST_IMPORTANCE = 0.4
"""How far weights undo priorities at the beginning; all the way at the end."""


def importance_exponent(progress: float) -> float:
    """
    Return how far weights undo priorities, rising to 1 (Schaul et al. 2016, Sec. 3.4).

    Parameters
    ----------
    progress
        Share of the training that is over, in [0, 1].
    """
    return FIRST_IMPORTANCE + (1 - FIRST_IMPORTANCE) * progress


class Priorities:
    r"""
    Priorities of the places of a ring, in a sum tree (Schaul et al. [1]_, proportional variant).

    Place :math:`i` is drawn with probability :math:`p_i^\alpha / \sum_k p_k^\alpha`, and counts
    :math:`(n P(i))^{-\beta}` in the loss, divided by the largest of a batch.

    Parameters
    ----------
    capacity
        Number of places.
    alpha
        How much priorities matter, in [0, 1]; 0 draws uniformly.

    References
    ----------
    .. [1] Schaul et al. (2016), Prioritized experience replay, ICLR, Sec. 3.3 and 3.4.
    """

    def __init__(self, capacity: int, alpha: float) -> None:
        self._first_leaf = 1 << max(capacity - 1, 1).bit_length()
        self._tree = np.zeros(2 * self._first_leaf)
        self._alpha, self._largest = alpha, 1.0

    def set(self, places: Int[np.ndarray, " place"], errors: Float[np.ndarray, " place"]) -> None:
        """
        Set priorities from errors.

        Parameters
        ----------
        places
            Which.
        errors
            Absolute errors.
        """
        priorities = errors + 1e-6
        self._largest = max(self._largest, float(priorities.max(initial=0.0)))
        self._write(places, priorities**self._alpha)

    def add(self, place: int) -> None:
        """
        Give a new place the largest priority so far, so that it is drawn at least once soon.

        Parameters
        ----------
        place
            Which.
        """
        self._write(np.array([place]), np.array([self._largest**self._alpha]))

    def remove(self, places: Int[np.ndarray, " place"]) -> None:
        """
        Let places never be drawn.

        Parameters
        ----------
        places
            Which.
        """
        self._write(places, np.zeros(len(places)))

    def draw(
        self, size: int, beta: float, rng: np.random.Generator
    ) -> tuple[Int[np.ndarray, " drawn"], Float[np.ndarray, " drawn"]]:
        """
        Draw places, one from each of equal shares of the total priority.

        Parameters
        ----------
        size
            How many.
        beta
            How far weights undo the priorities, in [0, 1].
        rng
            Where the draws come from.

        Returns
        -------
        Places, and what each counts.
        """
        total = self._tree[1]
        left = (np.arange(size) + rng.random(size)) * (total / size)
        nodes = np.ones(size, np.int64)
        while nodes[0] < self._first_leaf:
            nodes *= 2
            goes_right = left >= self._tree[nodes]
            # Rounding may leave a little more than there is: never step onto an empty branch.
            goes_right &= self._tree[nodes + 1] > 0
            left -= np.where(goes_right, self._tree[nodes], 0.0)
            nodes += goes_right
        chances = self._tree[nodes] / total
        number = np.count_nonzero(self._tree[self._first_leaf :])
        weights = (number * chances) ** -beta
        return nodes - self._first_leaf, weights / weights.max()

    def state(self) -> dict[str, np.ndarray]:
        """Return all priorities, to be saved."""
        return {"leaves": self._tree[self._first_leaf :], "largest": np.array([self._largest])}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """
        Restore what ``state`` returned.

        Parameters
        ----------
        state
            That.
        """
        self._write(np.arange(self._first_leaf), state["leaves"])
        self._largest = float(state["largest"][0])

    def _write(self, places: Int[np.ndarray, " place"], values: Float[np.ndarray, " place"]) -> None:
        nodes = places + self._first_leaf
        self._tree[nodes] = values
        while len(nodes) and nodes[0] > 1:
            nodes = np.unique(nodes // 2)
            self._tree[nodes] = self._tree[2 * nodes] + self._tree[2 * nodes + 1]
