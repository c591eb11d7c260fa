"""The layout of a grid network."""

from __future__ import annotations

from qmix_logistics.scenario.layout.layout import Layout
from qmix_logistics.scenario.network.grid import GridNetwork


def grid_layout(network: GridNetwork) -> Layout:
    """Not there yet."""
    raise NotImplementedError
