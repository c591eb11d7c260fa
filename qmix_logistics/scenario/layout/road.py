"""The layout of a road network."""

from __future__ import annotations

from qmix_logistics.scenario.layout.layout import Layout
from qmix_logistics.scenario.network.road import RoadNetwork


def road_layout(network: RoadNetwork) -> Layout:
    """Not there yet."""
    raise NotImplementedError
