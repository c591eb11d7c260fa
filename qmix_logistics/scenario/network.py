"""The site: a parametric warehouse with parallel aisles, cross-aisles, stations, chargers and parking places."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from qmix_logistics.scenario.distributions import Duration
from qmix_logistics.scenario.document import Document
from qmix_logistics.scenario.units import Metres

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]


class Spot(Document):
    """Where a facility stands: off the front or the back cross-aisle, at the mouth of an aisle."""

    id: Identifier
    """Name, unique on the site."""
    aisle: Annotated[int, Field(ge=1)]
    """The aisle, counted from 1, at whose mouth it stands."""
    side: Literal["front", "back"] = "front"
    """Off the first cross-aisle (front) or the last (back)."""
    offset_m: Annotated[Metres, Field(gt=0)] = 4.0
    """Distance from the cross-aisle."""


class Station(Spot):
    """Where goods are handed over. Vehicles queue for a server, first come first served."""

    servers: Annotated[int, Field(ge=1)] = 1
    """Vehicles served at the same time."""
    service_s: Duration
    """Time to hand one task over."""


class Charger(Spot):
    """Where batteries are charged. Vehicles queue for a plug, first come first served."""

    side: Literal["front", "back"] = "back"
    """Off the first cross-aisle (front) or the last (back)."""
    plugs: Annotated[int, Field(ge=1)] = 1
    """Vehicles charged at the same time."""


class Parking(Spot):
    """Where a vehicle may wait for work; it holds any number."""


class WarehouseNetwork(Document):
    """
    Parallel aisles crossed by ``num_blocks + 1`` cross-aisles.

    Places are named ``R<aisle>.<block>.<rack>``, all from 1 and from the front; crossings ``X<cross-aisle>.<aisle>``,
    cross-aisle 0 being the front.
    """

    kind: Literal["warehouse"]
    num_aisles: Annotated[int, Field(ge=1, le=500)]
    """Number of aisles."""
    num_blocks: Annotated[int, Field(ge=1, le=50)] = 1
    """Number of blocks of racks along an aisle; a cross-aisle lies between two blocks."""
    racks_per_block: Annotated[int, Field(ge=1, le=500)]
    """Picking places along one aisle in one block; each serves the racks on both sides."""
    rack_pitch_m: Annotated[Metres, Field(gt=0)] = 1.4
    """Distance between neighbouring picking places."""
    aisle_pitch_m: Annotated[Metres, Field(gt=0)] = 3.5
    """Distance between neighbouring aisles."""
    cross_aisle_width_m: Annotated[Metres, Field(gt=0)] = 3.0
    """Width of a cross-aisle."""
    one_way_aisles: bool = False
    """Odd aisles lead from front to back only, even ones from back to front only."""
    closed_arcs: tuple[tuple[str, str], ...] = ()
    """Arcs that are closed, each as ``[from, to]``; close both directions with two entries."""
    congestion: Literal["none"] = "none"
    """Whether vehicles hinder each other on the way; ``none``: they do not."""
    stations: Annotated[tuple[Station, ...], Field(min_length=1)]
    """Where tasks end."""
    chargers: tuple[Charger, ...] = ()
    """Where batteries are charged."""
    parking: tuple[Parking, ...] = ()
    """Where vehicles may wait."""
