"""The layout of a points network."""

from __future__ import annotations

from qmix_logistics.scenario.layout.layout import Layout
from qmix_logistics.scenario.network.points import PointsNetwork


def points_layout(network: PointsNetwork) -> Layout:
    """Not there yet."""
    raise NotImplementedError
