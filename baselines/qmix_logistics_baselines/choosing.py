"""Which station, dock, charger or way vehicles take, under every rule and optimiser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from qmix_logistics.environment.ways import quickest_ways
from qmix_logistics.simulation import DecisionEpoch, Site, battery_wh, expected_wait_s


@dataclass(frozen=True, slots=True)
class Choosing:
    """
    How a policy chooses among facilities and ways.

    Parameters
    ----------
    facility
        ``quickest`` counts the way and the queue, ``nearest`` the way alone.
    route
        ``quickest`` under present congestion, or ``shortest``.
    """

    facility: Literal["quickest", "nearest"] = "quickest"
    route: Literal["quickest", "shortest"] = "quickest"


QUICKEST = Choosing()


def choose_standing(site: Site, epoch: DecisionEpoch, row: int, choosing: Choosing = QUICKEST) -> int:
    """
    Return the column of the drop-off, the charger, the parking place or the waiting that a decider without work takes.

    Parameters
    ----------
    site
        The site.
    epoch
        The epoch.
    row
        Which decider.
    choosing
        How to choose among chargers.
    """
    feasible, number = epoch.feasible[row], int(epoch.deciders[row])
    ends = feasible[epoch.drop_offs].nonzero()[0]
    if len(ends):
        return _best(site, epoch, number, ends + epoch.drop_offs.start, choosing)
    chargers, battery = feasible[: epoch.num_chargers].nonzero()[0], site.fleet.battery[number]
    if len(chargers) and battery is not None:
        level_pct = 100 * battery_wh(epoch.snapshot.vehicles[number], epoch.time_s) / battery.capacity_wh
        if level_pct <= battery.charge_idle_below_pct or not feasible[epoch.wait]:
            return _best(site, epoch, number, chargers, choosing)
    if not feasible[epoch.wait]:
        parking = feasible[: epoch.wait].nonzero()[0]
        return _best(site, epoch, number, parking, choosing) if len(parking) else int(feasible.argmax())
    return epoch.wait


def keep_best_ends(
    site: Site, epoch: DecisionEpoch, scores: Float[np.ndarray, "decider work"], choosing: Choosing
) -> Float[np.ndarray, "decider work"]:
    """
    Rule out, for every task on board, all places where it may end but the best one.

    Parameters
    ----------
    site
        The site.
    epoch
        The epoch.
    scores
        Of each pick-up and drop-off for each decider; minus infinity: not to be taken.
    choosing
        How to choose among places.
    """
    first = epoch.drop_offs.start
    tasks = epoch.stops["task"][first:]
    if len(tasks) < 2 or len(set(tasks.tolist())) == len(tasks):
        return scores
    for row in np.flatnonzero(epoch.feasible[:, first:].any(axis=1)).tolist():
        number, mine = int(epoch.deciders[row]), np.flatnonzero(epoch.feasible[row, first:])
        for task in np.unique(tasks[mine]).tolist():
            columns = mine[tasks[mine] == task] + first
            best = _best(site, epoch, number, columns, choosing)
            others = columns[columns != best] - epoch.work.start
            scores[row, others] = -np.inf
    return scores


def choose_end(
    site: Site, epoch: DecisionEpoch, row: int, columns: Int[np.ndarray, " choice"], choosing: Choosing
) -> int:
    """
    Return at which of several places a decider ends a task.

    Parameters
    ----------
    site
        The site.
    epoch
        The epoch.
    row
        Which decider.
    columns
        Columns of the drop-offs.
    choosing
        How to choose among places.
    """
    return _best(site, epoch, int(epoch.deciders[row]), columns, choosing)


def choose_routes(
    epoch: DecisionEpoch, columns: Int[np.ndarray, " decider"], choosing: Choosing
) -> Int[np.ndarray, " decider"] | None:
    """
    Return which of the ways that are offered each decider takes; None: the shortest.

    Parameters
    ----------
    epoch
        The epoch.
    columns
        Column of the stop of each decider.
    choosing
        How to choose.
    """
    return None if choosing.route == "shortest" else quickest_ways(epoch, columns)


def _best(
    site: Site, epoch: DecisionEpoch, number: int, columns: Int[np.ndarray, " choice"], choosing: Choosing
) -> int:
    if len(columns) == 1:
        return int(columns[0])
    snapshot, places = epoch.snapshot, epoch.stops["place"][columns]
    travel_s = site.network.travel_time_s[site.fleet.class_index[number], snapshot.vehicles["place"][number], places]
    if choosing.facility == "nearest":
        return int(columns[travel_s.argmin()])
    if columns[0] < epoch.num_chargers:
        return int(columns[(travel_s + expected_wait_s(snapshot.chargers)[columns]).argmin()])
    wait_s = np.zeros(site.network.num_places)
    wait_s[snapshot.stations["place"]] = expected_wait_s(snapshot.stations)
    return int(columns[(travel_s + wait_s[places]).argmin()])
