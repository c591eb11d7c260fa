"""Optimal matching of vehicles and tasks by the ATC index, with or without the vehicles that are still busy."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int

from qmix_logistics.environment.estimates import pick_up_index, pick_up_times
from qmix_logistics.simulation import DecisionEpoch, Dispatch, Site, battery_wh
from qmix_logistics_baselines.assignment import best_assignment
from qmix_logistics_baselines.index_policy import complete


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
    """

    information = "global"
    num_cut_off = 0

    def __init__(self, lookahead: float, *, anticipatory: bool) -> None:
        self._lookahead, self._anticipatory = lookahead, anticipatory

    def reset(self, site: Site, rng: np.random.Generator) -> None:
        """Prepare for a new day; see ``Policy``."""
        self._site = site

    def decide(self, epoch: DecisionEpoch) -> Dispatch:
        """Match, and send the deciders to their tasks; see ``Policy``."""
        vehicles = epoch.deciders
        if self._anticipatory:
            vehicles = np.concatenate([vehicles, busy_vehicles(self._site, epoch)])
        index = pick_up_index(self._site, epoch, pick_up_times(self._site, epoch, vehicles), self._lookahead)
        assigned = best_assignment(np.where(may_take(self._site, epoch, vehicles), index, -np.inf))
        return complete(self._site, epoch, assigned[: epoch.num_deciders])


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
    left_wh = battery_wh(vehicles, epoch.time_s) - site.fleet.drive_wh_per_m * site.fleet.speed_mps * np.maximum(
        vehicles["free_s"] - epoch.time_s, 0.0
    )
    floor_wh = [
        battery.must_charge_pct / 100 * battery.capacity_wh if battery else 0.0 for battery in site.fleet.battery
    ]
    return (is_busy & (left_wh > floor_wh)).nonzero()[0]


def may_take(
    site: Site, epoch: DecisionEpoch, vehicles: Int[np.ndarray, " vehicle"]
) -> Bool[np.ndarray, "vehicle pick_up"]:
    """
    Return which vehicle may take which task: deciders by the mask, busy ones by their capacity.

    Parameters
    ----------
    site
        The site.
    epoch
        The epoch.
    vehicles
        The deciders, then busy ones.
    """
    busy = vehicles[epoch.num_deciders :]
    loads = epoch.stops["load_units"][epoch.pick_ups]
    return np.concatenate([epoch.feasible[:, epoch.pick_ups], loads <= site.fleet.capacity_units[busy, None]])
