"""How each kind of network is put together."""

from __future__ import annotations

from typing import assert_never

from qmix_logistics.scenario.layout.grid import grid_layout
from qmix_logistics.scenario.layout.layout import Layout, Trips, chargers, facilities, handovers, has_access
from qmix_logistics.scenario.layout.matrix import matrix_layout
from qmix_logistics.scenario.layout.points import points_layout
from qmix_logistics.scenario.layout.road import road_layout
from qmix_logistics.scenario.layout.warehouse import warehouse_layout
from qmix_logistics.scenario.network import (
    GridNetwork,
    MatrixNetwork,
    Network,
    PointsNetwork,
    RoadNetwork,
    WarehouseNetwork,
)

__all__ = ["Layout", "Trips", "build_layout", "chargers", "facilities", "handovers", "has_access"]


def build_layout(network: Network) -> Layout:
    """
    Return a network put together.

    Parameters
    ----------
    network
        Its specification.

    Raises
    ------
    ScenarioError
        If a file that it names, or any of its rows, cannot be read.
    """
    match network:
        case WarehouseNetwork():
            return warehouse_layout(network)
        case GridNetwork():
            return grid_layout(network)
        case RoadNetwork():
            return road_layout(network)
        case PointsNetwork():
            return points_layout(network)
        case MatrixNetwork():
            return matrix_layout(network)
    assert_never(network)
