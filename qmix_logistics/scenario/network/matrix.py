"""A site of places with a table of trips: every entry is a trip, and no shorter way is looked for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from qmix_logistics.scenario.network.facilities import NodeFacilities
from qmix_logistics.scenario.network.traffic import Traffic


class MatrixNetwork(Traffic, NodeFacilities):
    """
    Distances and times of all trips between places, from two CSV files.

    Published tables break the triangle inequality; they are driven as they are.
    """

    kind: Literal["matrix"]
    places: Path
    """A CSV with the columns ``node`` and, if there are any, ``x_m``, ``y_m``, ``kind`` (by default customer) and
    ``zone``."""
    trips: Path
    """A CSV with the columns ``from``, ``to``, ``distance_m`` and, if there is any, ``travel_time_s``: then this holds
    for all classes of vehicles, whatever their speed. A trip from a place to itself is 0 where it is left out; all
    others must be there."""
