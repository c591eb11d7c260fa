"""Facilities: where goods are handed over, where batteries are charged, where vehicles wait."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from qmix_logistics.scenario.distributions import Constant, Duration
from qmix_logistics.scenario.document import Document
from qmix_logistics.scenario.identifiers import Identifier, NodeName
from qmix_logistics.scenario.units import Metres, Seconds


class Spot(Document):
    """Where a facility of a parametric warehouse stands: off the front or the back cross-aisle, at an aisle's mouth."""

    id: Identifier
    """Name, unique on the site."""
    aisle: Annotated[int, Field(ge=1)]
    """The aisle, counted from 1, at whose mouth it stands."""
    side: Literal["front", "back"] = "front"
    """Off the first cross-aisle (front) or the last (back)."""
    offset_m: Annotated[Metres, Field(gt=0)] = 4.0
    """Distance from the cross-aisle."""


class NodeSpot(Document):
    """Where a facility stands: at a node of the network."""

    node: NodeName
    """The node; the facility bears its name."""

    @property
    def id(self) -> str:
        """Name of the facility."""
        return self.node


class Handover(Document):
    """Where goods are handed over. Vehicles queue for a server, first come first served."""

    servers: Annotated[int, Field(ge=1)] | None = 1
    """Vehicles served at the same time; none: any number."""
    service_s: Duration = Constant(mean_s=0.0)
    """Time to hand one task over."""
    approach_s: Annotated[Seconds, Field(ge=0)] = 0.0
    """Time to dock, once for each arrival, at the server."""
    bays: Annotated[int, Field(ge=1)] | None = None
    """Vehicles that find room off the lane, the ones being served included; others wait on the lane, where
    ``congestion`` is ``segments``. None: any number."""


class Plugs(Document):
    """Where batteries are charged. Vehicles queue for a plug, first come first served."""

    plugs: Annotated[int, Field(ge=1)] = 1
    """Vehicles charged at the same time."""


class Station(Spot, Handover):
    """A station of a warehouse, where orders leave it."""

    service_s: Duration
    """Time to hand one task over."""


class Dock(Spot, Handover):
    """A dock of a warehouse, where vehicles of the site and of the road meet."""


class Charger(Spot, Plugs):
    """A charger of a warehouse."""

    side: Literal["front", "back"] = "back"
    """Off the first cross-aisle (front) or the last (back)."""


class Parking(Spot):
    """Where a vehicle may wait for work; it holds any number."""


class NodeHandover(NodeSpot, Handover):
    """A station, dock or depot at a node."""


class NodeCharger(NodeSpot, Plugs):
    """A charger at a node."""


class NodeParking(NodeSpot):
    """A node where a vehicle may wait for work; it holds any number."""


class NodeFacilities(Document):
    """The facilities of a network whose nodes have names."""

    stations: tuple[NodeHandover, ...] = ()
    """Where tasks of a warehouse end."""
    docks: tuple[NodeHandover, ...] = ()
    """Where vehicles load and unload, such as factories and cross-docks."""
    depots: tuple[NodeHandover, ...] = ()
    """Where vehicles are at home."""
    chargers: tuple[NodeCharger, ...] = ()
    """Where batteries are charged."""
    parking: tuple[NodeParking, ...] = ()
    """Where vehicles may wait."""
