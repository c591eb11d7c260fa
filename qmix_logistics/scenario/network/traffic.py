"""How vehicles move: whether they hinder each other, and how travel times vary."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from qmix_logistics.scenario.document import Document
from qmix_logistics.scenario.units import Metres, Seconds


class SegmentRules(Document):
    """
    How vehicles hinder each other where ``congestion`` is ``segments``.

    A segment is a lane between two junctions: first in, first out; at most as many vehicles as stand in its length.
    """

    spacing_m: Annotated[Metres, Field(gt=0)] = 1.5
    """Length of lane that a standing vehicle takes."""
    slowdown: Annotated[float, Field(ge=0, lt=1)] = 0.5
    """Speed at entry is the free speed x (1 - slowdown x (n - 1) / capacity), with n vehicles in the segment."""
    standing_s: Annotated[Seconds, Field(ge=0)] = 8.0
    """What a vehicle that stands in a lane counts for those who look for the quickest way around."""
    route_choices: Annotated[int, Field(ge=1, le=5)] = 1
    """Ways offered to each stop: the shortest, then the quickest others under present congestion. 1: no choice."""
    rescue_s: Annotated[Seconds, Field(gt=0)] = 300.0
    """A vehicle that must leave a deadlock and finds no free bay within ``back_out_m`` is carried away in this time."""
    back_off_s: Annotated[Seconds, Field(ge=0)] = 10.0
    """A vehicle that had to leave a deadlock lets about this time pass before it tries again, and twice as much every
    further time on the same trip, up to a quarter of an hour."""
    back_out_m: Annotated[Metres, Field(ge=0)] = 50.0
    """A vehicle that must leave a deadlock backs out this far at most, to the nearest bay."""


class SpeedStep(Document):
    """From this time of the day on, all speeds are multiplied by this factor."""

    from_s: Annotated[Seconds, Field(ge=0)]
    """Time since the start of the day."""
    factor: Annotated[float, Field(gt=0)]
    """Speed over free speed."""


class TravelNoise(Document):
    """
    Travel times vary: lognormal with mean 1, one factor for each arc or trip and each stretch of time.

    Two vehicles that drive the same way at the same time meet the same conditions, under every policy.
    """

    cv: Annotated[float, Field(gt=0)]
    """Coefficient of variation."""
    bin_s: Annotated[Seconds, Field(gt=0)] = 900.0
    """Length of a stretch of time."""


class Traffic(Document):
    """What all kinds of network have in common."""

    speed_profile: tuple[SpeedStep, ...] = ()
    """Speeds by time of day; empty: always the free speed. A trip that spans steps is driven at each step's speed."""
    travel_noise: TravelNoise | None = None
    """How travel times vary; none: they do not."""

    @model_validator(mode="after")
    def _rising(self) -> Traffic:
        times = [step.from_s for step in self.speed_profile]
        if times and (times[0] != 0 or times != sorted(set(times))):
            raise ValueError(
                "has a speed_profile whose from_s do not rise from 0; write the steps in order, the first at 0"
            )
        return self


class LaneTraffic(Traffic):
    """What networks with lanes have in common."""

    congestion: Literal["none", "segments"] = "none"
    """Whether vehicles hinder each other on the way; ``none``: they do not."""
    segments: SegmentRules = SegmentRules()
    """How they do."""
    closed_arcs: tuple[tuple[str, str], ...] = ()
    """Arcs that are closed, each as ``[from, to]``; close both directions with two entries."""
