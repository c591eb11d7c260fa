"""Which orders are better declined."""

from __future__ import annotations

import numpy as np

from qmix_logistics.environment.estimates import work_times
from qmix_logistics.simulation import DecisionEpoch, Site


def hopeless_orders(site: Site, epoch: DecisionEpoch) -> tuple[int, ...]:
    """
    Return the pending orders that may be declined and would cost more than that if they were served at once.

    What an order costs if it is served: the rate for open orders until the nearest of all vehicles, free or busy,
    would have done it, and the rate for late ones from its due time on.

    Parameters
    ----------
    site
        The site.
    epoch
        The epoch.
    """
    objective, work = site.objective, epoch.stops[epoch.pick_ups]
    may = work["is_declinable"]
    if not may.any():
        return ()
    vehicles = np.arange(site.fleet.num_vehicles) if epoch.is_heard is None else epoch.is_heard.nonzero()[0]
    times = work_times(site, epoch, vehicles)
    done_s = (times.arrival_s + times.task_s).min(axis=0)[: len(work)]
    late_s = np.maximum(epoch.time_s + done_s - work["due_s"], 0.0) - np.maximum(epoch.time_s - work["due_s"], 0.0)
    cost = (objective.open_order_cost_per_h * done_s + objective.late_order_cost_per_h * late_s) / 3600
    return tuple(np.unique(work["order"][may & (cost > objective.declined_order_cost)]).tolist())
