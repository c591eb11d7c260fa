"""A site of points in the plane: every pair is a trip as long as their distance."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from qmix_logistics.scenario.document import Document
from qmix_logistics.scenario.identifiers import NodeKind, NodeName
from qmix_logistics.scenario.network.customers import CustomerArea
from qmix_logistics.scenario.network.facilities import NodeFacilities
from qmix_logistics.scenario.network.traffic import Traffic


class Point(Document):
    """One place."""

    node: NodeName
    """Its name."""
    x_m: float
    """Coordinate to the east."""
    y_m: float
    """Coordinate to the north."""
    kind: NodeKind = "customer"
    """What it is for; facilities get theirs by their list."""
    zone: str = ""
    """Zone to which it belongs."""


class PointsNetwork(Traffic, NodeFacilities):
    """Places by their coordinates; no lanes, so vehicles never hinder each other on the way."""

    kind: Literal["points"]
    points: tuple[Point, ...] | Path = ()
    """The places, or a CSV with the columns ``node``, ``x_m``, ``y_m`` and, if there are any, ``kind`` and ``zone``."""
    customers: CustomerArea | None = None
    """More places, drawn from a seed around the coordinates (0, 0)."""
    metric: Literal["euclidean", "manhattan"] = "euclidean"
    """Distance between two points."""
    circuity: Annotated[float, Field(ge=1)] = 1.0
    """Length of a trip over that distance."""
    truncate_decimals: Annotated[int, Field(ge=0, le=9)] | None = None
    """Distances are cut off after so many decimals, as the DIMACS challenge does with 1; none: they are not."""
