"""What goes wrong: surges, blocked arcs, charger faults, planner outages. Breakdowns belong to the vehicles."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from qmix_logistics.scenario.document import Document
from qmix_logistics.scenario.identifiers import NodeName
from qmix_logistics.scenario.units import Percent, Seconds


class Disruption(Document):
    """Something that happens once a day, or not, at a time drawn for the day, whatever the policy does."""

    earliest_s: Annotated[Seconds, Field(ge=0)]
    """It begins between this time of the day, uniformly, ..."""
    latest_s: Annotated[Seconds, Field(ge=0)] | None = None
    """... and this; none: at the earliest time exactly."""
    duration_s: Annotated[Seconds, Field(gt=0)]
    """How long it lasts."""
    probability_pct: Annotated[Percent, Field(gt=0, le=100)] = 100.0
    """How likely a day has it."""

    @model_validator(mode="after")
    def _ordered(self) -> Disruption:
        if self.latest_s is not None and self.latest_s < self.earliest_s:
            raise ValueError("has latest_s before earliest_s; expected earliest_s <= latest_s")
        return self


class Surge(Disruption):
    """More orders, or fewer; only for random demand."""

    factor: Annotated[float, Field(ge=0)]
    """The rate of orders is multiplied by this."""


class BlockedArc(Disruption):
    """An arc that no vehicle may enter; those whose way leads over it go around, or wait."""

    arc: tuple[NodeName, NodeName]
    """From one node to the other; block both directions with two entries."""


class ChargerFault(Disruption):
    """A charger that fails: who is charging there leaves, who waits goes on waiting or is sent elsewhere."""

    charger: NodeName
    """Its name."""


class PlannerOutage(Disruption):
    """No central planner can be reached: policies that need one cannot decide."""


class Disruptions(Document):
    """All that may go wrong in a day."""

    surges: tuple[Surge, ...] = ()
    """Surges of demand."""
    blocked_arcs: tuple[BlockedArc, ...] = ()
    """Blocked arcs."""
    charger_faults: tuple[ChargerFault, ...] = ()
    """Charger faults."""
    planner_outages: tuple[PlannerOutage, ...] = ()
    """Planner outages."""
    plan_in_outage: Literal["keep", "lose"] = "keep"
    """What vehicles under a central planner do while it cannot be reached: follow the last plan as far as it goes, or
    only finish what is on board."""
