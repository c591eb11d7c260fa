"""The layout of a matrix network."""

from __future__ import annotations

from qmix_logistics.scenario.layout.layout import Layout
from qmix_logistics.scenario.network.matrix import MatrixNetwork


def matrix_layout(network: MatrixNetwork) -> Layout:
    """Not there yet."""
    raise NotImplementedError
