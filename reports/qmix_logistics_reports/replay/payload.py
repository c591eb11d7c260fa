"""All that the replay's script reads, as JSON that can stand inside a page."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qmix_logistics.evaluation.shown.events import Target, Waiting, awaited_tasks, targets_of, waiting_tasks
from qmix_logistics.evaluation.shown.shown_day import ShownDay, ShownPolicy
from qmix_logistics.evaluation.shown.site_map import SiteMap
from qmix_logistics.evaluation.shown.whereabouts import Leg, whereabouts
from qmix_logistics.simulation import SegmentRecord
from qmix_logistics_reports.replay import encoding
from qmix_logistics_reports.replay.glyphs import AWAITED, AWAITED_LATE, GLYPHS, STATES, WAITING, WAITING_LATE
from qmix_logistics_reports.replay.labels import label_ranks, label_y
from qmix_logistics_reports.replay.scaling import Clock, Scale, clock_of, scale_of, sizes_of

MOST_BYTES = 1_300_000
"""A replay beside a report of 1.5 MB stays within 3 MB."""
PLAYED_IN_S = 90.0
"""At the first speed the window passes in about so long."""
BUSIEST_OF = 481
SPEEDS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600)


@dataclass(frozen=True, slots=True)
class ReplayedPolicy:
    """
    One policy's day, ready to be told.

    Parameters
    ----------
    shown
        Whose.
    legs, segments, loads, sent
        Of each vehicle, by name.
    waiting, awaited
        What waited where, and which customers waited.
    """

    shown: ShownPolicy
    legs: Mapping[str, Sequence[Leg]]
    segments: Mapping[str, Sequence[SegmentRecord]]
    loads: Mapping[str, Sequence[tuple[float, int]]]
    sent: Mapping[str, Sequence[Target]]
    waiting: Sequence[Waiting]
    awaited: Sequence[Waiting]


@dataclass(frozen=True, slots=True)
class Replay:
    """
    A replay.

    Parameters
    ----------
    json
        For the script; it holds no ``<``.
    clock, scale
        Its window and units.
    day_end_s
        When the last of the policies had finished the day.
    policies
        What it shows.
    speeds, speed
        Speeds on offer, and the first one: simulated seconds a second.
    """

    json: str
    clock: Clock
    scale: Scale
    day_end_s: float
    policies: tuple[ReplayedPolicy, ...]
    speeds: tuple[int, ...]
    speed: int

    @property
    def is_whole_day(self) -> bool:
        """Whether nothing of the day is left out."""
        return self.clock.from_s == 0 and self.clock.until_s >= self.day_end_s


def replay_of(shown: ShownDay, from_s: float, most_bytes: int = MOST_BYTES) -> Replay:
    """
    Return the replay of a day: of all of it from a time on, or of as much as there is room for.

    Parameters
    ----------
    shown
        The day; it has a map.
    from_s
        When the replay begins.
    most_bytes
        Room for the JSON.
    """
    site_map, scale = shown.site_map, scale_of(shown.site_map)
    policies = tuple(_prepared(policy, shown) for policy in shown.policies)
    day_end_s = max(policy.shown.records.end_s for policy in policies)
    from_s = from_s if from_s < day_end_s else 0.0
    until_s = float(math.ceil(day_end_s))
    while True:
        clock = clock_of(from_s, until_s)
        speed = next((speed for speed in SPEEDS if (until_s - from_s) / speed <= PLAYED_IN_S), SPEEDS[-1])
        text = as_json(_payload(shown, site_map, policies, scale, clock, speed))
        if len(text) <= most_bytes or until_s - from_s <= 60:
            return Replay(text, clock, scale, day_end_s, policies, SPEEDS, speed)
        until_s = from_s + math.floor(min((until_s - from_s) * most_bytes / len(text), until_s - from_s - 60) / 60) * 60


def busiest_s(shown: ShownDay, clock: Clock) -> float:
    """
    Return when in a window the most orders were open, under all policies together.

    Parameters
    ----------
    shown
        The day.
    clock
        The window.
    """
    times_s = np.linspace(clock.from_s, clock.until_s, BUSIEST_OF)
    number = np.zeros(len(times_s))
    for policy in shown.policies:
        for order in policy.records.orders:
            closed_s = math.inf if order.closed_s is None else order.closed_s
            number += (order.release_s <= times_s) & (times_s < closed_s)
    return float(times_s[int(np.argmax(number))])


def as_json(values: Mapping[str, Any]) -> str:
    """
    Return values as JSON that may stand inside a script element: without ``<``, in ASCII.

    Parameters
    ----------
    values
        The values.
    """
    text = json.dumps(values, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _prepared(policy: ShownPolicy, shown: ShownDay) -> ReplayedPolicy:
    customers = {point.name for point in shown.site_map.points.values() if point.kind == "customer"}
    segments: dict[str, list[SegmentRecord]] = {name: [] for name in shown.site_map.vehicles}
    for segment in policy.records.segments:
        segments[segment.vehicle].append(segment)
    return ReplayedPolicy(
        policy,
        whereabouts(shown.site_map, policy.records.segments),
        segments,
        encoding.loads_of(policy.records),
        targets_of(policy.records),
        waiting_tasks(policy.records, shown.demanded.tasks),
        awaited_tasks(policy.records, shown.demanded.tasks, customers),
    )


def _payload(
    shown: ShownDay,
    site_map: SiteMap,
    policies: Sequence[ReplayedPolicy],
    scale: Scale,
    clock: Clock,
    speed: int,
) -> dict[str, Any]:
    vehicles = site_map.vehicles
    views = [(view, sizes_of(view, len(vehicles))) for view in scale.views]
    places = {name: number for number, name in enumerate(site_map.servers)}
    most = max(policy.shown.records.total_cost for policy in policies)
    cost_unit = 10.0 ** (math.floor(math.log10(most)) - 3) if most > 0 else 1.0
    panels = [  # before ``places`` is told: places that a panel names are added to it
        {
            **_moves(policy, site_map, places, scale, clock),
            "cost": encoding.cost(policy.shown.records, shown.objective, clock, cost_unit),
            "waits": encoding.waits(policy.waiting, places, clock),
            "awaited": encoding.waits(policy.awaited, places, clock),
        }
        for policy in policies
    ]
    return {
        "from": clock.from_s,
        "tick": clock.tick_s,
        "length": clock.length,
        "speed": speed,
        "costUnit": cost_unit,
        "vehicles": list(vehicles),
        "places": list(places),
        "xy": [number for name in places for number in scale(site_map.points[name].at_m)],
        "servers": [0 if number is None else number for number in site_map.servers.values()],
        "views": [[view.x, view.y, view.width, view.height, size.glyph, size.text] for view, size in views],
        "labels": [
            [
                label_y(view, size, scale(site_map.points[name].at_m), 2 * ranks[name] + 1) if name in ranks else None
                for name in site_map.servers
            ]
            for view, size in views
            for ranks in (label_ranks(site_map, scale, size),)
        ],
        "states": STATES,
        "glyphs": GLYPHS,
        "marks": [[AWAITED, AWAITED_LATE], [WAITING, WAITING_LATE]],
        "outages": [[clock(from_s), clock(until_s)] for from_s, until_s in shown.demanded.outages_s],
        "still": clock(busiest_s(shown, clock)),
        "panels": panels,
    }


def _moves(
    policy: ReplayedPolicy, site_map: SiteMap, places: dict[str, int], scale: Scale, clock: Clock
) -> dict[str, Any]:
    """Return what the vehicles do under one policy; where they go is added to ``places``."""
    vehicles = site_map.vehicles
    return {
        "name": policy.shown.unit.policy,
        "end": clock(policy.shown.records.end_s),
        "orders": encoding.orders(policy.shown.records, clock),
        "tracks": [encoding.track(policy.legs[name], policy.loads.get(name, ()), scale, clock) for name in vehicles],
        "battery": [encoding.battery(policy.segments[name], vehicle, clock) for name, vehicle in vehicles.items()],
        "targets": [encoding.targets(policy.sent.get(name, ()), places, clock) for name in vehicles],
    }
