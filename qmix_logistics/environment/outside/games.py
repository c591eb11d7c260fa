"""Games of the papers: small enough to know every value."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from qmix_logistics.environment.outside.team_environment import TeamSpec, TeamStep, TeamView

PAYOFFS = {
    "matrix-1": np.array([[8.0, -12, -12], [-12, 0, 0], [-12, 0, 0]]),
    "matrix-2": np.array([[8.0, -12, -12], [-12, 6, 0], [-12, 0, 6]]),
    "climbing": np.array([[11.0, -30, 0], [-30, 7, 6], [0, 0, 5]]),
    "penalty": np.array([[-100.0, 0, 10], [0, 2, 0], [10, 0, -100]]),
}
"""One-step games: of QTRAN (Son et al. 2019), of QPLEX (Wang et al. 2021), of Claus and Boutilier (1998)."""


class MatrixGame:
    """
    Two agents choose at once, and get the payoff; see ``TeamEnvironment``.

    Parameters
    ----------
    payoff
        By the first agent's action and the second's.
    """

    def __init__(self, payoff: Float[np.ndarray, "action action"]) -> None:
        self._payoff = payoff
        self.spec = TeamSpec(2, len(payoff), 1, 1, has_masks=False)

    def reset(self, seed: int) -> None:
        """Begin; see ``TeamEnvironment``."""

    def step(self, actions: Int[np.ndarray, " agent"]) -> TeamStep:
        """Pay; see ``TeamEnvironment``."""
        return TeamStep(float(self._payoff[tuple(actions)]), is_terminated=True, is_truncated=False)

    def see(self, view: TeamView, place: int) -> None:
        """Show always the same; see ``TeamEnvironment``."""
        view.observations[place], view.states[place] = 1.0, 1.0


class TwoStepGame:
    """
    The first agent chooses which game both then play: 7 whatever they do, or 8 if both dare (QMIX, Sec. 5 [1]_).

    States, and observations, are the first step, game 2A, game 2B and the end, as one of four.

    References
    ----------
    .. [1] Rashid et al. (2018), QMIX, ICML, Sec. 5 and Table 1.
    """

    _PAYOFFS = (np.full((2, 2), 7.0), np.array([[0.0, 1.0], [1.0, 8.0]]))

    def __init__(self) -> None:
        self.spec = TeamSpec(2, 2, 4, 4, has_masks=False)
        self._at = 0

    def reset(self, seed: int) -> None:
        """Begin; see ``TeamEnvironment``."""
        self._at = 0

    def step(self, actions: Int[np.ndarray, " agent"]) -> TeamStep:
        """Choose the game, then play it; see ``TeamEnvironment``."""
        if self._at == 0:
            self._at = 1 + int(actions[0])
            return TeamStep(0.0, is_terminated=False, is_truncated=False)
        payoff = float(self._PAYOFFS[self._at - 1][tuple(actions)])
        self._at = 3
        return TeamStep(payoff, is_terminated=True, is_truncated=False)

    def see(self, view: TeamView, place: int) -> None:
        """Show which state it is; see ``TeamEnvironment``."""
        view.states[place] = np.eye(4)[self._at]
        view.observations[place] = np.eye(4)[self._at]
