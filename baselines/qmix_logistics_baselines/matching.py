"""Optimal matching of vehicles and tasks by the ATC index, with or without the vehicles that are still busy."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int

from qmix_logistics.environment.estimates import work_index, work_times
from qmix_logistics.simulation import DecisionEpoch, Dispatch, Site, battery_wh
from qmix_logistics_baselines.assignment import best_assignment
from qmix_logistics_baselines.choosing import QUICKEST, Choosing, keep_best_ends
from qmix_logistics_baselines.index_policy import complete, stand_by


class MatchingPolicy:
    """
    Assign tasks to vehicles so that the sum of ATC indices is largest.

    Parameters
    ----------
    lookahead
        Of the index, in mean task times.
    anticipatory
        Whether busy vehicles are matched too, at the time and place at which they become free. A task that is matched
        to one of them is left for it.
    choosing
        How to choose among facilities and ways.
    approach_weight
        Of the index: how often the way to a task counts, see ``work_index``.
    """

    information = "global"
    num_cut_off = 0

    def __init__(
        self, lookahead: float, choosing: Choosing = QUICKEST, *, anticipatory: bool, approach_weight: float = 1.0
    ) -> None:
        self._lookahead, self._choosing, self._anticipatory = lookahead, choosing, anticipatory
        self._approach_weight = approach_weight

    def reset(self, site: Site, rng: np.random.Generator) -> None:
        """Prepare for a new day; see ``Policy``."""
        self._site = site

    def decide(self, epoch: DecisionEpoch) -> Dispatch:
        """Match, and send the deciders to their tasks; see ``Policy``."""
        vehicles = epoch.deciders
        if self._anticipatory:
            vehicles = np.concatenate([vehicles, busy_vehicles(self._site, epoch)])
        times = work_times(self._site, epoch, vehicles)
        index = work_index(self._site, epoch, times, self._lookahead, self._approach_weight)
        values = np.where(may_take(self._site, epoch, vehicles), index, -np.inf)
        values[: epoch.num_deciders] = keep_best_ends(self._site, epoch, values[: epoch.num_deciders], self._choosing)
        return complete(self._site, epoch, best_assignment(values)[: epoch.num_deciders], self._choosing)

    def decide_in_outage(self, epoch: DecisionEpoch) -> Dispatch:
        """Finish what is on board, and wait; see ``Policy``."""
        return stand_by(self._site, epoch, self._choosing)


def busy_vehicles(site: Site, epoch: DecisionEpoch) -> Int[np.ndarray, " vehicle"]:
    """
    Return the vehicles that will be free for another task without charging first.

    Parameters
    ----------
    site
        The site.
    epoch
        The epoch.
    """
    vehicles = epoch.snapshot.vehicles
    is_busy = ~vehicles["is_available"]
    if epoch.is_heard is not None:
        is_busy &= epoch.is_heard
    left_wh = battery_wh(vehicles, epoch.time_s) - site.fleet.drive_wh_per_m * site.fleet.speed_mps * np.maximum(
        vehicles["free_s"] - epoch.time_s, 0.0
    )
    floor_wh = [
        battery.must_charge_pct / 100 * battery.capacity_wh if battery else 0.0 for battery in site.fleet.battery
    ]
    return (is_busy & (left_wh > floor_wh)).nonzero()[0]


def may_take(
    site: Site, epoch: DecisionEpoch, vehicles: Int[np.ndarray, " vehicle"]
) -> Bool[np.ndarray, "vehicle work"]:
    """
    Return which vehicle may take which work: deciders by the mask, busy ones by their capacity and access.

    Parameters
    ----------
    site
        The site.
    epoch
        The epoch.
    vehicles
        The deciders, then busy ones.
    """
    busy, work = vehicles[epoch.num_deciders :], epoch.stops[epoch.work]
    index, most = site.fleet.class_index[busy], np.array([c.max_tasks_on_board for c in site.fleet.classes])[busy]
    on_board = epoch.snapshot.vehicles[busy]
    left_units = site.fleet.capacity_units[busy] - np.where(most > 1, on_board["load_units"], 0.0)
    can = work["load_units"] <= left_units[:, None]
    can &= site.network.is_open[index][:, work["place"]] & site.network.is_open[index][:, work["destination"]]
    can[:, epoch.num_pending :] = False
    can &= ((most == 1) | (on_board["num_on_board"] < most))[:, None]
    return np.concatenate([epoch.feasible[:, epoch.work], can])
