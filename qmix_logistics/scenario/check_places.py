"""Whether facilities, homes and demand name places that are there and that vehicles can reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import networkx as nx

from qmix_logistics.scenario.positions import FieldPath


def check_places(parts: Mapping[str, Any], graph: nx.DiGraph[str]) -> Iterator[tuple[FieldPath, str]]:
    """
    Yield what is wrong with the places that a scenario names.

    Parameters
    ----------
    parts
        Its sound parts; the network is among them.
    graph
        The network put together.

    Yields
    ------
    The field's path and a sentence.
    """
    yield from ()
