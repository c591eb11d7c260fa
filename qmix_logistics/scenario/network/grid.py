"""A site on a grid of cells, as MovingAI and the League of Robot Runners publish them, or drawn by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from qmix_logistics.scenario.network.facilities import NodeFacilities
from qmix_logistics.scenario.network.traffic import LaneTraffic
from qmix_logistics.scenario.units import Metres

PlainKind = Literal["rack", "customer"]


class GridNetwork(LaneTraffic, NodeFacilities):
    """
    Cells that are free or not; vehicles move between free cells that share a side.

    Nodes are named ``<row>.<column>``, both from 0 and from the top left. Only the largest part whose cells reach each
    other is kept. Where ``congestion`` is ``segments``, corridors one cell wide are segments of a single lane.
    """

    kind: Literal["grid"]
    map: Path
    """A MovingAI map, or a plain text of cells. ``.`` and ``G`` are free; ``@``, ``T``, ``O`` and ``#`` are not; other
    characters are free and may have a kind by ``legend``."""
    cell_m: Annotated[Metres, Field(gt=0)] = 1.0
    """Side of a cell."""
    legend: dict[Annotated[str, Field(min_length=1, max_length=1)], PlainKind] = {}  # noqa: RUF012
    """Kind of the cells with a character, such as ``{S: rack}``. Cells without a kind are junctions; facilities name
    theirs."""
    places: Path | None = None
    """A CSV with the columns ``node`` and ``kind`` (rack or customer): more places where tasks begin or end."""
