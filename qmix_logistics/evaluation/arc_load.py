"""
How much each arc of the network is used in a day: vehicles that pass it, and time that they stand blocked on it.

Where records name lanes, arcs are counted as they were driven. Elsewhere they name the ends of a trip, and it is laid
on the quickest way at free speed, or straight where trips follow no arcs; who is blocked on it stands as far along as
it had come.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from qmix_logistics.evaluation.arc_ways import Pair, QuickestWays, Way, lane_ways
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.layout import Layout
from qmix_logistics.simulation import Site

VEHICLE_COLUMNS = ("vehicle", "state", "start_s", "end_s", "place", "target", "distance_m", "lane", "from_m", "to_m")
"""Columns of the vehicles' records that are looked at; those from ``lane`` on may be missing."""
BLOCKED = "blocked"


@dataclass(slots=True)
class ArcLoad:
    """
    Use of an arc, both ways together.

    Parameters
    ----------
    passages
        Vehicles that passed it.
    blocked_s
        Time that vehicles stood blocked on it.
    """

    passages: int = 0
    blocked_s: float = 0.0


class _Stretch(NamedTuple):
    """A stretch of a vehicle's day; ``lane`` is None where the records name none."""

    state: str
    time_s: float
    place: str
    target: str
    distance_m: float
    lane: str | None
    from_m: float
    to_m: float


def arc_loads(segments: pd.DataFrame, layout: Layout, site: Site, spec: ScenarioSpec) -> dict[Pair, ArcLoad]:
    """
    Return the use of all arcs that were used, by their ends.

    Parameters
    ----------
    segments
        What the vehicles did, with ``VEHICLE_COLUMNS``.
    layout, site, spec
        The network, its site, its scenario.
    """
    lanes = lane_ways(layout, site)
    ways = [QuickestWays(layout, vehicle_class) for vehicle_class in spec.fleet]
    class_of = dict(zip(site.fleet.names, site.fleet.class_index.tolist(), strict=True))
    loads: dict[Pair, ArcLoad] = {}
    for vehicle, own in segments.groupby("vehicle", sort=True):
        for arc, passages, blocked_s in _used(_stretches(own), lanes, ways[class_of[str(vehicle)]]):
            load = loads.setdefault(arc, ArcLoad())
            load.passages += passages
            load.blocked_s += blocked_s
    return loads


def _stretches(segments: pd.DataFrame) -> list[_Stretch]:
    rows = segments.sort_values("start_s", kind="stable")
    lanes = rows["lane"].tolist() if "lane" in rows else [None] * len(rows)
    ends = [rows[name].tolist() if name in rows else [0.0] * len(rows) for name in ("from_m", "to_m")]
    columns = [rows[name].tolist() for name in ("state", "place", "target", "distance_m")]
    times_s = (rows["end_s"] - rows["start_s"]).tolist()
    return [
        _Stretch(state, time_s, place, target, distance_m, lane if isinstance(lane, str) else None, from_m, to_m)
        for state, place, target, distance_m, time_s, lane, from_m, to_m in zip(
            *columns, times_s, lanes, *ends, strict=True
        )
    ]


def _used(
    stretches: Sequence[_Stretch], lanes: Mapping[str, Way], ways: QuickestWays
) -> Iterator[tuple[Pair, int, float]]:
    """Yield arcs with how often they were passed and how long a vehicle stood blocked on them, as it happened."""
    names_lanes = any(stretch.lane is not None for stretch in stretches)
    on_trips = [stretch for stretch in stretches if stretch.lane is None]
    for stretch in stretches:
        if stretch.lane is not None:
            yield from _on_lane(stretch, lanes[stretch.lane])
    if not names_lanes:
        yield from _on_trips(on_trips, ways)


def _on_lane(stretch: _Stretch, lane: Way) -> Iterator[tuple[Pair, int, float]]:
    if stretch.distance_m > 0:
        for arc in lane.passed(stretch.from_m, stretch.to_m):
            yield arc, 1, 0.0
    elif stretch.state == BLOCKED:
        yield lane.at(stretch.from_m), 0, stretch.time_s


def _on_trips(stretches: Sequence[_Stretch], ways: QuickestWays) -> Iterator[tuple[Pair, int, float]]:
    trip: Pair | None = None
    gone_m = 0.0
    for number, stretch in enumerate(stretches):
        if stretch.distance_m > 0:
            ends = stretch.place, stretch.target
            gone_m, trip = (gone_m if trip == ends else 0.0), ends
            way = ways.way(*ends)
            if ways.are_straight:
                passed = way.arcs if gone_m == 0 else ()
            else:
                passed = way.passed(gone_m, gone_m + stretch.distance_m)
            for arc in passed:
                yield arc, 1, 0.0
            gone_m += stretch.distance_m
        elif stretch.state == BLOCKED:
            if trip is None or trip[0] != stretch.place:
                trip, gone_m = _next_trip(stretches[number:], stretch.place), 0.0
            if trip is not None:
                yield ways.way(*trip).at(0.0 if ways.are_straight else gone_m), 0, stretch.time_s
        elif stretch.state != "broken":
            trip, gone_m = None, 0.0


def _next_trip(stretches: Sequence[_Stretch], place: str) -> Pair | None:
    """Return the trip on which a vehicle sets out from a place where it is blocked."""
    for stretch in stretches:
        if stretch.distance_m > 0:
            return (place, stretch.target) if stretch.place == place else None
    return None
