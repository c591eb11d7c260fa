"""
The few stops that a learned policy scores: what it can see, the nearest and the most urgent first.

What the list leaves out is a decision too: it is counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from qmix_logistics.environment.epoch_batch import EpochBatch
from qmix_logistics.environment.estimates import atc_index
from qmix_logistics.simulation import CHARGE, DROP_OFF, PARK, WAIT, Site

QUICKEST = -1
"""Way of a candidate that is left to the rule: whichever is the quickest under present congestion."""
LOOKAHEAD = 2.0
"""Of the ATC index that ranks candidates, in mean task times."""


@dataclass(frozen=True, slots=True)
class CandidateList:
    """
    Candidates of each row, without gaps.

    Parameters
    ----------
    columns
        Column of the stop in its epoch; 0 where there is none.
    mask
        Whether there is one.
    is_fallback
        Whether it may be taken only if all pick-ups on the row's list go to others.
    is_cut
        Whether stops that the row may take and can see were left out.
    ways
        Which of the ways that are offered; ``QUICKEST``: left to the rule. The same stop by several ways is several
        candidates, the quickest first.
    delay_s
        How much longer the way takes than the shortest would without traffic; 0 where traffic is not known.
    detour_s
        How much longer it takes than the quickest.
    """

    columns: Int[np.ndarray, "row slot"]
    mask: Bool[np.ndarray, "row slot"]
    is_fallback: Bool[np.ndarray, "row slot"]
    is_cut: Bool[np.ndarray, " row"]
    ways: Int[np.ndarray, "row slot"]
    delay_s: Float[np.ndarray, "row slot"]
    detour_s: Float[np.ndarray, "row slot"]


def num_slots(site: Site) -> int:
    """
    Return how many candidates a vehicle has at most.

    Parameters
    ----------
    site
        The site.
    """
    rules = site.candidates
    choices = site.lanes.rules.route_choices if site.lanes is not None and site.lanes.is_congested else 1
    return rules.k + min(rules.routed, rules.k) * (choices - 1)


def select_candidates(site: Site, batch: EpochBatch) -> CandidateList:
    """
    Choose candidates: first one stop of each facility, then pick-ups, in turn the nearest and the most urgent.

    While a pick-up or drop-off is on the list, waiting and parking are fallbacks, unless the scenario allows to wait;
    so is charging where it goes by rule. They stay on the list: whoever loses least by them leaves the task to others.
    A list that is cut holds no fallback, so that a row that runs out of pick-ups sees the next ones first. What is
    advised to a row is always on its list, and no fallback.

    Parameters
    ----------
    site
        The site.
    batch
        The epochs.
    """
    visible = batch.feasible & _in_board_range(site, batch)
    if site.candidates.facilities == "nearest":
        visible &= ~_are_farther(site, batch)
    is_work = batch.stops["task"][batch.epoch] >= 0
    is_fallback = _fallbacks(site, batch) & visible & (visible & is_work).any(axis=1, keepdims=True)
    told = np.flatnonzero(batch.told >= 0)
    visible[told, batch.told[told]] = True
    is_fallback[told, batch.told[told]] = False
    is_cut = np.count_nonzero(visible, axis=1) > site.candidates.k
    offers_ways = np.array([ways is not None for ways in batch.ways])[batch.epoch]
    visible[is_cut] &= ~is_fallback[is_cut]
    number = np.count_nonzero(visible, axis=1)
    order = np.argsort(~visible, axis=1, kind="stable")
    if (is_ranked := is_cut | offers_ways).any():
        rows = is_ranked.nonzero()[0]
        rank = _rank(site, batch, rows, visible[rows])
        told = np.flatnonzero(batch.told[rows] >= 0)
        rank[told, batch.told[rows[told]]] = -4.0
        order[rows] = np.argsort(rank, axis=1, kind="stable")
    columns = order[:, : min(site.candidates.k, number.max(initial=1))]
    mask = np.arange(columns.shape[1]) < number[:, None]
    chosen_fallback = np.take_along_axis(is_fallback, columns, axis=1) & mask
    columns = np.where(mask, columns, 0)
    unknown = np.zeros(mask.shape)
    ways = np.full(mask.shape, QUICKEST)
    chosen = CandidateList(columns, mask, chosen_fallback, is_cut, ways, unknown, unknown)
    return _with_ways(site, batch, chosen) if offers_ways.any() else chosen


def _with_ways(site: Site, batch: EpochBatch, candidates: CandidateList) -> CandidateList:
    """Offer every way to the first stops with a task, and say how traffic delays each candidate."""
    lists: list[list[tuple[int, int, float, float]]] = []
    stops = batch.stops[batch.epoch[:, None], candidates.columns]
    for row, (epoch, number) in enumerate(zip(batch.epoch.tolist(), batch.decider.tolist(), strict=True)):
        ways, slots = batch.ways[epoch], np.flatnonzero(candidates.mask[row]).tolist()
        places = [int(place) for place in stops["place"][row, slots]]
        here = int(batch.vehicles["place"][epoch, number])
        goes = [place not in (here, -1) for place in places]
        delays_s = (
            ways.delays_s(number, [place for place, is_away in zip(places, goes, strict=True) if is_away])
            if ways
            else ()
        )
        known, routed, offered = iter(delays_s), 0, []
        for slot, place, is_away in zip(slots, places, goes, strict=True):
            delay_s = next(known, 0.0) if is_away else 0.0
            if ways is None or not is_away or stops["task"][row, slot] < 0 or routed >= site.candidates.routed:
                offered.append((slot, QUICKEST, delay_s, 0.0))
                continue
            routed += 1
            times_s = ways.times_s(number, place)
            quickest_s = min(times_s)
            for way in sorted(range(len(times_s)), key=times_s.__getitem__):
                detour_s = times_s[way] - quickest_s
                offered.append((slot, way, delay_s + detour_s, detour_s))
        lists.append(offered)
    width = max(map(len, lists), default=1)
    mask = np.arange(width) < np.array([len(offered) for offered in lists])[:, None]
    table = np.zeros((len(lists), width, 4))
    table[mask] = [entry for offered in lists for entry in offered]
    of_list = table[..., 0].astype(np.int64)
    return CandidateList(
        np.where(mask, np.take_along_axis(candidates.columns, of_list, axis=1), 0),
        mask,
        np.take_along_axis(candidates.is_fallback, of_list, axis=1) & mask,
        candidates.is_cut,
        np.where(mask, table[..., 1].astype(np.int64), QUICKEST),
        table[..., 2],
        table[..., 3],
    )


def _fallbacks(site: Site, batch: EpochBatch) -> Bool[np.ndarray, "row stop"]:
    """Tell which stops each row may take only where there is no work for it."""
    fallbacks = np.zeros(batch.feasible.shape, bool)
    if not site.candidates.wait_while_pending:
        fallbacks[:, len(site.chargers) : len(site.chargers) + len(site.parking) + 1] = True
    by_rule = np.array([battery is not None and battery.charging == "rule" for battery in site.fleet.battery])
    fallbacks[by_rule[batch.decider], : len(site.chargers)] = True
    return fallbacks


def _are_farther(site: Site, batch: EpochBatch) -> Bool[np.ndarray, "row stop"]:
    """Tell which chargers, and which drop-offs of a task, are farther away than another one of the same."""
    stops, farther = batch.stops[batch.epoch], np.zeros(batch.feasible.shape, bool)
    place = batch.vehicles["place"][batch.epoch, batch.decider]
    speed_class = site.fleet.class_index[batch.decider]
    for row in range(len(farther)):
        kind, task = stops["kind"][row], stops["task"][row]
        arrival_s = site.network.travel_time_s[speed_class[row], place[row], stops["place"][row]]
        groups = [kind == int(CHARGE), *((kind == int(DROP_OFF)) & (task == one) for one in np.unique(task[task >= 0]))]
        for group in groups:
            members = np.flatnonzero(group & batch.feasible[row])
            if len(members):
                farther[row, members] = members != members[arrival_s[members].argmin()]
    return farther


def _in_board_range(site: Site, batch: EpochBatch) -> Bool[np.ndarray, "row stop"]:
    """Tell which tasks start within the board's range; facilities are known to all."""
    limit_m = site.information.board_range_m
    if limit_m is None:
        return np.ones_like(batch.feasible)
    position_m = site.network.position_m
    here_m = position_m[batch.vehicles["place"][batch.epoch, batch.decider]]
    way_m = position_m[batch.stops["place"][batch.epoch]] - here_m[:, None]
    return (np.hypot(way_m[..., 0], way_m[..., 1]) <= limit_m) | ~batch.is_pick_up[batch.epoch]


def _rank(
    site: Site, batch: EpochBatch, rows: Int[np.ndarray, " cut"], visible: Bool[np.ndarray, "cut stop"]
) -> Float[np.ndarray, "cut stop"]:
    """
    Lower comes first: the nearest stop of each kind, drop-offs, other facilities, pick-ups.

    Pick-ups come by the better of their ranks by way and by index, all else by way.
    """
    epoch, vehicle = batch.epoch[rows], batch.decider[rows]
    stops, is_pick_up = batch.stops[epoch], batch.is_pick_up[epoch]
    travel_time_s = site.network.travel_time_s[site.fleet.class_index[vehicle]]
    place = batch.vehicles["place"][epoch, vehicle]
    arrival_s = np.take_along_axis(travel_time_s[np.arange(len(rows)), place], stops["place"], axis=1)
    haul_s = site.network.travel_time_s[site.fleet.class_index[vehicle][:, None], stops["place"], stops["destination"]]
    task_s = arrival_s + stops["handling_s"] + haul_s
    slack_s = stops["due_s"] - batch.time_s[epoch, None] - task_s
    weight = stops["weight"] / batch.open_tasks[epoch]
    index = atc_index(site.objective, weight, slack_s, np.maximum(task_s, 1.0), LOOKAHEAD * site.mean_task_s)
    rank = np.minimum(_ranks(np.where(visible & is_pick_up, arrival_s, np.inf)),
                      _ranks(np.where(visible & is_pick_up, -index, np.inf)) + 0.5)  # fmt: skip
    by_way = arrival_s / (1.0 + arrival_s.max(axis=1, keepdims=True))
    rank = np.where(is_pick_up, rank, np.where(stops["kind"] == int(DROP_OFF), by_way - 2.0, by_way - 1.0))
    for kind in (CHARGE, PARK, WAIT):
        of_kind = np.where(visible & (stops["kind"] == int(kind)), arrival_s, np.inf)
        some = np.flatnonzero(np.isfinite(of_kind).any(axis=1))
        rank[some, of_kind[some].argmin(axis=1)] = -3.0
    return np.where(visible, rank, np.inf)


def _ranks(keys: Float[np.ndarray, "row stop"]) -> Float[np.ndarray, "row stop"]:
    order = np.argsort(keys, axis=1, kind="stable")
    ranks = np.empty(keys.shape)
    np.put_along_axis(ranks, order, np.arange(keys.shape[1], dtype=float)[None], axis=1)
    return ranks
