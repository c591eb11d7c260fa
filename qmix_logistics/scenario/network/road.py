"""A site as a directed graph of nodes and arcs, such as a road network."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from qmix_logistics.scenario.network.facilities import NodeFacilities
from qmix_logistics.scenario.network.traffic import LaneTraffic


class RoadNetwork(LaneTraffic, NodeFacilities):
    """
    Nodes and arcs from two CSV files. Only the largest part whose nodes reach each other is kept.

    Where an arc has a ``travel_time_s``, its length over that is the highest speed on it.
    """

    kind: Literal["road"]
    nodes: Path
    """A CSV with the columns ``node``, ``x_m``, ``y_m`` and, if there are any, ``zone``, ``kind`` (rack, customer or
    junction, the default), and ``lon`` and ``lat`` in degrees, for exported maps."""
    arcs: Path
    """A CSV with the columns ``from``, ``to``, ``length_m`` and, if there is any, ``travel_time_s``."""
    places: Path | None = None
    """A CSV with the columns ``node`` and ``kind`` (rack or customer): more places where tasks begin or end."""
