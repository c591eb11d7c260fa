"""The rules of the day: its length, what costs what, and what a vehicle may know and choose."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from qmix_logistics.scenario.document import Document
from qmix_logistics.scenario.units import Metres, Seconds

Cost = Annotated[float, Field(ge=0)]


class Horizon(Document):
    """
    The day: orders come for ``demand_s``, then work goes on until all are closed or ``drain_s`` is over.

    All orders closed is a true end. Running out of time is a truncation: open orders are counted and charged.
    """

    demand_s: Annotated[Seconds, Field(gt=0)]
    """How long orders come in."""
    drain_s: Annotated[Seconds, Field(ge=0)] = 0.0
    """How long the fleet may then go on."""


class Objective(Document):
    """What things cost, in one currency. The total is what policies are compared by and what a learner minimises."""

    open_order_cost_per_h: Cost = 1.0
    """For an order of weight 1, from release until done."""
    late_order_cost_per_h: Cost = 0.0
    """On top, for an order of weight 1 that is past its due time."""
    travel_cost_per_km: Cost = 0.0
    """For each kilometre driven."""
    energy_cost_per_kwh: Cost = 0.0
    """For each kilowatt-hour drawn from a battery."""
    unfinished_order_cost: Cost = 0.0
    """For an order of weight 1 that is still open when the day is cut off."""
    declined_order_cost: Cost = 0.0
    """For an order of weight 1 that is declined."""
    lost_order_cost: Cost = 0.0
    """For an order of weight 1 that is lost because its window closed."""
    stranding_cost: Cost = 0.0
    """For a vehicle that runs out of energy away from a charger."""
    rescue_cost: Cost = 0.0
    """For a vehicle that is carried out of a deadlock, or backs out of it."""


class DecisionTime(Document):
    """
    How long deciding takes, by the clock of the simulated day.

    Meanwhile the vehicles that asked go on waiting, whoever becomes idle waits for the next decision, and the world
    goes on: what cannot be done any more when the decision is there is left out, and its vehicle asks again.
    """

    kind: Literal["zero", "fixed", "measured", "recorded"] = "zero"
    """``zero``: decisions take no time. ``fixed``: always the same. ``measured``: as long as the policy computes on
    this machine, to the microsecond; another run gives other results. ``recorded``: as long as in an earlier run,
    which gives the same results again."""
    central_s: Annotated[Seconds, Field(ge=0)] = 1.0
    """Where ``fixed``: of a policy with a central planner, its communication included."""
    local_s: Annotated[Seconds, Field(ge=0)] = 0.0
    """Where ``fixed``: of a policy that decides on the vehicle, as all do while no planner can be reached."""
    recorded_in: Path | None = None
    """Where ``recorded``: folder of the earlier run, of the same scenario and policies."""

    @model_validator(mode="after")
    def _complete(self) -> DecisionTime:
        if (self.kind == "recorded") != (self.recorded_in is not None):
            raise ValueError("needs recorded_in if kind is recorded, and only then; name the folder of an earlier run")
        return self


class Information(Document):
    """How far a policy that decides on local information can see."""

    board_range_m: Annotated[Metres, Field(gt=0)] | None = None
    """A vehicle sees the tasks that start within this straight-line distance; none: all of them."""
    radio_range_m: Annotated[Metres, Field(gt=0)] | None = None
    """A vehicle hears the other vehicles within this straight-line distance; none: all of them."""
    max_neighbours: Annotated[int, Field(ge=0, le=64)] = 8
    """It hears at most this many, the nearest."""


class Candidates(Document):
    """Which of the feasible stops a learned policy scores."""

    k: Annotated[int, Field(ge=4, le=256)] = 24
    """At most so many: the nearest and the most urgent, at least one of each kind and of each alternative facility."""
    facilities: Literal["all", "nearest"] = "all"
    """Which stations, docks and chargers are candidates where a vehicle may choose: ``nearest`` leaves no choice."""
    routed: Annotated[int, Field(ge=0, le=256)] = 4
    """Of so many of those with a task, the first, it scores every way that is offered (``segments.route_choices``);
    to the others the vehicle takes the quickest."""
    wait_while_pending: bool = False
    """Whether waiting is a candidate while a task could be picked up."""
    max_wait_s: Annotated[Seconds, Field(gt=0)] = 60.0
    """A vehicle that waits while a task could be picked up is asked again after this time at the latest."""
