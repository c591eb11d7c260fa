"""Static routing instances: everything known beforehand, one depot, vehicles that are alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visit:
    """
    One end of a transport.

    Parameters
    ----------
    node
        Where.
    from_s, until_s
        When handling may begin.
    service_s
        How long it takes.
    """

    node: str
    from_s: float = 0.0
    until_s: float = math.inf
    service_s: float = 0.0


@dataclass(frozen=True, slots=True)
class StaticTransport:
    """
    One order: a load from one node to another.

    Parameters
    ----------
    order
        Its name.
    pick_up, drop_off
        Its ends.
    load_units
        Its load.
    """

    order: str
    pick_up: Visit
    drop_off: Visit
    load_units: float


@dataclass(frozen=True, slots=True)
class StaticInstance:
    """
    A published instance. A unit of distance is a metre, and vehicles drive one metre a second.

    Parameters
    ----------
    origin
        What it is, in a sentence.
    points
        Name and coordinates of each node, the depot first.
    num_vehicles, capacity_units
        The fleet.
    closes_s
        When the depot closes: vehicles should be back.
    transports
        The orders.
    truncate_decimals
        Decimals to which distances are cut off; None: they are not.
    trips
        Distances where they do not follow from coordinates, by pair of names; None: Euclidean.
    """

    origin: str
    points: Sequence[tuple[str, float, float]]
    num_vehicles: int
    capacity_units: float
    closes_s: float
    transports: Sequence[StaticTransport]
    truncate_decimals: int | None = None
    trips: Sequence[tuple[str, str, float]] | None = None
