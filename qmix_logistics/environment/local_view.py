"""What a single vehicle knows of a decision epoch, so that any planner can decide on the vehicle."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from qmix_logistics.simulation import DecisionEpoch, Site


@dataclass(frozen=True, slots=True)
class LocalView:
    """
    An epoch as one of its deciders knows it.

    Parameters
    ----------
    epoch
        With the deciders that it hears, the stops that it sees, and nothing of the other vehicles.
    row
        Its own row there.
    columns
        Column of each stop in the whole epoch.
    """

    epoch: DecisionEpoch
    row: int
    columns: Int[np.ndarray, " seen"]


def local_view(site: Site, epoch: DecisionEpoch, row: int, taken: Int[np.ndarray, " gone"]) -> LocalView:
    """
    Return what a decider knows: facilities, the board within range, and the vehicles that it hears.

    A vehicle that is heard tells its state, what it has on board, and what it may do next.

    Parameters
    ----------
    site
        The site, with the ranges.
    epoch
        The epoch.
    row
        Which decider.
    taken
        Columns of pick-ups that others have got at this instant.
    """
    snapshot, number = epoch.snapshot, int(epoch.deciders[row])
    is_heard = heard_by(site, snapshot.vehicles, epoch.time_s, number)
    kept = is_heard[epoch.deciders].nonzero()[0]
    seen = np.ones(len(epoch.stops), bool)
    seen[epoch.pick_ups] = _in_board_range(site, epoch, number)
    seen[taken] = False
    seen[epoch.drop_offs] = epoch.feasible[kept, epoch.drop_offs].any(axis=0)
    columns = seen.nonzero()[0]
    vehicles = np.zeros_like(snapshot.vehicles)
    vehicles[is_heard] = snapshot.vehicles[is_heard]
    on_board = [tasks if heard else () for tasks, heard in zip(snapshot.on_board, is_heard.tolist(), strict=True)]
    view = dataclasses.replace(
        epoch,
        snapshot=dataclasses.replace(snapshot, vehicles=vehicles, on_board=on_board),
        deciders=epoch.deciders[kept],
        stops=epoch.stops[columns],
        feasible=epoch.feasible[kept][:, columns],
        num_pending=int(np.count_nonzero(seen[epoch.pick_ups])),
        is_heard=is_heard if epoch.is_heard is None else is_heard & epoch.is_heard,
    )
    return LocalView(view, int(np.count_nonzero(kept < row)), columns)


def heard_by(
    site: Site, vehicles: Shaped[np.ndarray, " vehicle"], time_s: float, number: int
) -> Bool[np.ndarray, " vehicle"]:
    """
    Return which vehicles a vehicle hears: those within radio range, at most so many, and itself.

    Parameters
    ----------
    site
        The site, with the ranges.
    vehicles
        Records of type ``VEHICLE``.
    time_s
        Now.
    number
        The vehicle's number.
    """
    information = site.information
    all_m = positions_m(site, vehicles, time_s)
    way_m = all_m - all_m[number]
    distance_m = np.hypot(way_m[:, 0], way_m[:, 1])
    distance_m[number] = np.inf
    if information.radio_range_m is not None:
        distance_m[distance_m > information.radio_range_m] = np.inf
    is_heard = np.isfinite(distance_m)
    if np.count_nonzero(is_heard) > information.max_neighbours:
        is_heard[np.argsort(distance_m, kind="stable")[information.max_neighbours :]] = False
    is_heard[number] = True
    return is_heard


def positions_m(
    site: Site, vehicles: Shaped[np.ndarray, "*fleet"], time_s: float | Float[np.ndarray, "*#fleet"]
) -> Float[np.ndarray, "*fleet 2"]:
    """
    Return where vehicles are: on the straight line between the ends of their trips.

    Parameters
    ----------
    site
        The site.
    vehicles
        Records of type ``VEHICLE``.
    time_s
        Now.
    """
    position_m = site.network.position_m
    trip_s = np.maximum(vehicles["arrive_s"] - vehicles["depart_s"], 1e-9)
    share = ((time_s - vehicles["depart_s"]) / trip_s).clip(0.0, 1.0)
    share[vehicles["place"] == vehicles["target"]] = 0.0
    start_m, end_m = position_m[vehicles["place"]], position_m[vehicles["target"]]
    return start_m + (end_m - start_m) * share[..., None]


def _in_board_range(site: Site, epoch: DecisionEpoch, number: int) -> Bool[np.ndarray, " pick_up"]:
    limit_m = site.information.board_range_m
    if limit_m is None:
        return np.ones(epoch.num_pending, bool)
    position_m = site.network.position_m
    way_m = position_m[epoch.stops["place"][epoch.pick_ups]] - position_m[epoch.snapshot.vehicles["place"][number]]
    return np.hypot(way_m[:, 0], way_m[:, 1]) <= limit_m
