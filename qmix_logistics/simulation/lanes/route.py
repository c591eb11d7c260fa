"""A way through the lanes, stretch by stretch."""

from __future__ import annotations

from typing import NamedTuple

from qmix_logistics.simulation.lanes.segments import Gate

PresentTimes = dict[tuple[int, int], float]
"""Time through a segment in a direction, at one instant."""


class Step(NamedTuple):
    """A stretch of lane in one direction; positions count from the segment's tail."""

    segment: int
    direction: int
    from_m: float
    to_m: float


class Route(NamedTuple):
    """A way to a place: stretches of lane, then its gate if it lies off the lanes."""

    steps: tuple[Step, ...]
    gate: Gate | None
    time_s: float
    """At free speed for the shortest; under present congestion for the quickest."""


class Start(NamedTuple):
    """A junction from which to go on, and the stretch that leads there."""

    steps: tuple[Step, ...]
    junction: int
    cost_s: float
