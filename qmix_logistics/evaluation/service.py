"""Service over the day: how many orders get done, how many are open, and how many will be on time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float

from qmix_logistics.evaluation.warm_up import mser_cut

STEPS_S = (10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14400.0, 43200.0, 86400.0)
MOST_BINS = 40
NUM_SAMPLES = 250
"""Instants at which open orders are counted, over the whole day: fifty batches of five for MSER-5."""
ORDER_COLUMNS = ("release_s", "due_s", "closed_s", "status")
"""Columns of the orders that are needed."""


@dataclass(frozen=True, slots=True)
class Service:
    """
    Service of a policy over the day, the mean over its days and trainings.

    Parameters
    ----------
    edges_s
        Stretches of the day: the first from ``edges_s[0]`` to ``edges_s[1]``.
    throughput_per_h
        Orders done in each stretch.
    on_time_pct
        Of the orders that came in in it, how many were done by their due time, those left out that were still open
        and not due at the end; NaN where there are none.
    samples_s, open_orders
        Instants, and orders open then.
    """

    edges_s: Float[np.ndarray, " edge"]
    throughput_per_h: Float[np.ndarray, " stretch"]
    on_time_pct: Float[np.ndarray, " stretch"]
    samples_s: Float[np.ndarray, " sample"]
    open_orders: Float[np.ndarray, " sample"]

    @property
    def warm_up_s(self) -> float | None:
        """Where the warm-up of open orders ends by MSER-5; None if the day is too short to tell."""
        cut = mser_cut(self.open_orders)
        return None if cut is None else float(self.samples_s[min(cut, len(self.samples_s) - 1)])


def service_over_time(days: Sequence[pd.DataFrame], until_s: float) -> Service:
    """
    Return the service of a policy over the day.

    Parameters
    ----------
    days
        The orders of each of its days, at least one, with ``ORDER_COLUMNS``.
    until_s
        Up to when.
    """
    edges_s, samples_s = _edges_s(until_s), np.linspace(0.0, until_s, NUM_SAMPLES)
    num_done, num_in, num_on_time = (np.zeros(len(edges_s) - 1) for _ in range(3))
    num_open = np.zeros(NUM_SAMPLES)
    for orders in days:
        release_s, due_s, closed_s = (orders[name].to_numpy(float) for name in ORDER_COLUMNS[:3])
        is_done = (orders["status"] == "done").to_numpy()
        is_on_time = is_done & (closed_s <= due_s)
        is_told = np.isfinite(closed_s) | (due_s <= until_s)
        num_done += np.histogram(closed_s[is_done], edges_s)[0]
        num_in += np.histogram(release_s[is_told], edges_s)[0]
        num_on_time += np.histogram(release_s[is_on_time], edges_s)[0]
        ends_s = np.sort(closed_s[np.isfinite(closed_s)])
        num_open += np.searchsorted(np.sort(release_s), samples_s, "right") - np.searchsorted(
            ends_s, samples_s, "right"
        )
    with np.errstate(invalid="ignore"):
        on_time_pct = 100 * num_on_time / np.where(num_in > 0, num_in, np.nan)
    per_h = 3600 / (np.diff(edges_s) * len(days))
    return Service(edges_s, num_done * per_h, on_time_pct, samples_s, num_open / len(days))


def _edges_s(until_s: float) -> Float[np.ndarray, " edge"]:
    """Return round times of the day that cover it, not too many."""
    step_s = next((step_s for step_s in STEPS_S if until_s <= MOST_BINS * step_s), STEPS_S[-1])
    return np.arange(np.ceil(until_s / step_s - 1e-9) + 1) * step_s
