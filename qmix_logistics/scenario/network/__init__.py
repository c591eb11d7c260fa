"""The kinds of networks that a scenario may have: its site."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from qmix_logistics.scenario.network.grid import GridNetwork
from qmix_logistics.scenario.network.matrix import MatrixNetwork
from qmix_logistics.scenario.network.points import PointsNetwork
from qmix_logistics.scenario.network.road import RoadNetwork
from qmix_logistics.scenario.network.warehouse import WarehouseNetwork

Network = Annotated[
    WarehouseNetwork | GridNetwork | RoadNetwork | PointsNetwork | MatrixNetwork, Field(discriminator="kind")
]

__all__ = ["GridNetwork", "MatrixNetwork", "Network", "PointsNetwork", "RoadNetwork", "WarehouseNetwork"]
