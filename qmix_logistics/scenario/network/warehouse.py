"""The site: a parametric warehouse with parallel aisles, cross-aisles, stations, chargers and parking places."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from qmix_logistics.scenario.network.customers import CustomerArea
from qmix_logistics.scenario.network.facilities import Charger, Dock, Parking, Station
from qmix_logistics.scenario.network.traffic import LaneTraffic
from qmix_logistics.scenario.units import Metres


class WarehouseNetwork(LaneTraffic):
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
    two_lane_aisles: bool = True
    """Aisles that are not one-way have a lane for each direction; otherwise one lane, which a vehicle may enter only
    while no other comes towards it. Matters where ``congestion`` is ``segments``."""
    stations: tuple[Station, ...] = ()
    """Where tasks end."""
    docks: tuple[Dock, ...] = ()
    """Where tasks end that go on by road."""
    chargers: tuple[Charger, ...] = ()
    """Where batteries are charged."""
    parking: tuple[Parking, ...] = ()
    """Where vehicles may wait."""
    customers: CustomerArea | None = None
    """Customers around the site; roads lead to them from all docks."""
