"""The stops of a routing problem: where, how long, how far apart, and what they load."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from qmix_logistics.simulation import DecisionEpoch, Site

LOAD_PARTS = 1000
"""The largest capacity is counted in this many parts."""


@dataclass(frozen=True, slots=True)
class Stops:
    """
    Stops as records, with where their work begins and ends.

    Parameters
    ----------
    tasks
        The task of each.
    is_whole, is_pick_up
        Whether it is a task done in one go, or the first of the two stops of one; else it is a drop-off.
    is_loaded_first
        Whether vehicles take all on board where they stand.
    """

    tasks: Shaped[np.ndarray, " stop"]
    is_whole: Bool[np.ndarray, " stop"]
    is_pick_up: Bool[np.ndarray, " stop"]
    is_loaded_first: bool

    @property
    def begin(self) -> Int[np.ndarray, " stop"]:
        """Where its work begins."""
        if self.is_loaded_first:
            destinations: Int[np.ndarray, " stop"] = self.tasks["destination"]
            return destinations
        return np.where(self.is_whole | self.is_pick_up, self.tasks["origin"], self.tasks["destination"])

    @property
    def end(self) -> Int[np.ndarray, " stop"]:
        """Where its work ends."""
        return np.where(self.is_pick_up, self.tasks["origin"], self.tasks["destination"])

    def work_s(self, site: Site, approach_s: Float[np.ndarray, " place"]) -> Float[np.ndarray, "class stop"]:
        """
        Return the time of the work at each stop, the way of those that are done in one go included.

        Parameters
        ----------
        site
            The site.
        approach_s
            Docking and queueing at each place.
        """
        tasks, travel_s = self.tasks, site.network.travel_time_s
        pick_up_s = np.where(self.is_whole | self.is_pick_up, tasks["mean_pick_up_s"], 0.0)
        drop_off_s = np.where(self.is_pick_up, 0.0, tasks["mean_drop_off_s"])
        work_s: Float[np.ndarray, "class stop"] = travel_s[:, self.begin, self.end] + pick_up_s + drop_off_s
        work_s += np.where(self.begin != self.end, approach_s[self.end], 0.0)
        return work_s

    def window_s(self, work_s: Float[np.ndarray, " stop"]) -> tuple[np.ndarray, np.ndarray]:
        """
        Return between which times of the day work may begin.

        Parameters
        ----------
        work_s
            Time of the work at each.
        """
        tasks, before_drop_off_s = self.tasks, work_s - self.tasks["mean_drop_off_s"]
        latest_s = np.where(self.is_pick_up, tasks["pick_up_until_s"], tasks["drop_off_until_s"])
        if self.is_loaded_first:
            return tasks["drop_off_from_s"], tasks["drop_off_until_s"]
        whole_s = np.minimum(tasks["pick_up_until_s"], tasks["drop_off_until_s"] - before_drop_off_s)
        earliest_s = np.where(self.is_pick_up | self.is_whole, tasks["pick_up_from_s"], tasks["drop_off_from_s"])
        return earliest_s, np.where(self.is_whole, whole_s, latest_s)


def ways_of(
    site: Site,
    vehicles: Int[np.ndarray, " vehicle"],
    stops: Stops,
    starts: Int[np.ndarray, " vehicle"],
    approach_s: Float[np.ndarray, " place"],
) -> tuple[Float[np.ndarray, "class node node"], Float[np.ndarray, "class node node"]]:
    """
    Distance, and time with docking, from where a node is left to where another begins; an end costs the way home.

    Both are for the classes that the vehicles are of, in order.

    Parameters
    ----------
    site
        The site.
    vehicles
        Numbers of those who are routed.
    stops
        The stops; nodes are these, then the starts, then the ends.
    starts
        Where each vehicle is, or will be free.
    approach_s
        Docking and queueing at each place.
    """
    returns = np.array([site.fleet.classes[number].returns_home for number in vehicles.tolist()], bool)
    homes = np.where(returns, site.fleet.home[vehicles], starts)
    leave, begin = (np.concatenate([places, starts, homes]) for places in (stops.end, stops.begin))
    classes, first_end = np.unique(site.fleet.class_index[vehicles]), len(leave) - len(vehicles)
    distance_m = site.network.distance_m[classes[:, None, None], leave[:, None], begin]
    travel_s = site.network.travel_time_s[classes[:, None, None], leave[:, None], begin]
    travel_s += np.where(leave[:, None] != begin, approach_s[begin], 0.0)
    travel_s[:, :, first_end:] = 0.0
    distance_m[:, :, first_end:][:, :, ~returns] = 0.0
    return distance_m, travel_s


def loads_of(
    site: Site, epoch: DecisionEpoch, vehicles: Int[np.ndarray, " vehicle"], stops: Stops
) -> tuple[Int[np.ndarray, "unit stop"], Int[np.ndarray, "unit vehicle"]]:
    """
    Return the number of tasks, then each unit of load in parts of the largest capacity, rounded up; and the capacities.

    Parameters
    ----------
    site
        The site.
    epoch
        The epoch.
    vehicles
        Numbers of those who are routed.
    stops
        The stops.
    """
    whole = 1 if stops.is_loaded_first else 0
    sign, tasks = np.where(stops.is_whole, whole, np.where(stops.is_pick_up, 1, -1)), stops.tasks
    units = np.concatenate(
        [tasks["load_units"][:, None], epoch.snapshot.known.more_loads(tasks["task"].tolist())], axis=1
    )
    most = np.array([site.fleet.classes[number].max_tasks_on_board for number in vehicles.tolist()], int)
    loads, capacities = [sign], [most]
    for unit in range(units.shape[1]):
        limit = site.fleet.capacities_units[vehicles, unit]
        if np.isfinite(limit).all() and len(limit):
            part = limit.max() / LOAD_PARTS
            loads.append(sign * np.ceil(units[:, unit] / part - 1e-6).astype(np.int64))
            capacities.append(np.floor(limit / part + 1e-6).astype(np.int64))
    return np.array(loads, np.int64), np.array(capacities, np.int64)
