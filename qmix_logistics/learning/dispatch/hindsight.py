"""
What training alone knows: the orders that are about to come.

Most of the noise in a return comes from orders that nobody could foresee. Given to the value of the state, and to
nothing that chooses, they explain that noise away and bias nothing: no decision can change them (input-dependent
baselines, Mao et al. 2019, Variance reduction for reinforcement learning in input-driven environments, ICLR).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from qmix_logistics.simulation import Day, Site

WINDOWS = (1 / 12, 1 / 6, 1 / 3, 2 / 3, 4 / 3)
"""Ends of the windows, from now on, in time constants of the discount."""
NUM_FEATURES = 2 * len(WINDOWS)
"""Their weights, then their tasks."""


class Hindsight:
    """
    Orders of one day by the time at which they come.

    Parameters
    ----------
    site
        The site.
    day
        The day.
    time_constant_s
        Of the discount.
    """

    def __init__(self, site: Site, day: Day, time_constant_s: float) -> None:
        self._ends_s = time_constant_s * np.array([0.0, *WINDOWS])
        orders = day.orders
        per_vehicle = np.stack([orders["weight"] / site.mean_weight, orders["num_tasks"]]) / site.fleet.num_vehicles
        self._release_s = orders["release_s"]
        self._total = np.concatenate([np.zeros((2, 1)), per_vehicle.cumsum(axis=1)], axis=1)

    def after(self, time_s: float) -> Float[np.ndarray, " hindsight_feature"]:
        """
        Return weight over the mean, and tasks, that come in each window, for each vehicle.

        Parameters
        ----------
        time_s
            Time since the day began.
        """
        edges = np.searchsorted(self._release_s, time_s + self._ends_s, side="right")
        return np.diff(self._total[:, edges], axis=1).ravel()
