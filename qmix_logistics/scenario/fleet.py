"""The vehicles: classes with speed, capacity and battery."""

from __future__ import annotations

import functools
from typing import Annotated, Literal

from pydantic import Field, model_validator

from qmix_logistics.scenario.distributions import Duration
from qmix_logistics.scenario.document import Document
from qmix_logistics.scenario.identifiers import Identifier, NodeKind, NodeName
from qmix_logistics.scenario.units import MetresPerSecond, Percent, Seconds, WattHours, Watts

Share = Annotated[Percent, Field(ge=0, le=100)]


class ChargingStep(Document):
    """From this level on, the battery takes this power."""

    from_pct: Share
    """Battery level at which the step begins."""
    power_w: Annotated[Watts, Field(gt=0)]
    """Power into the battery."""


class InitialLevel(Document):
    """Battery levels at the start of a day: uniform between two levels, drawn by vehicle."""

    low_pct: Share = 60.0
    """Lowest."""
    high_pct: Share = 100.0
    """Highest."""


class Battery(Document):
    """
    Battery, charging, and the rules that keep a vehicle from being stranded.

    A stop is feasible only if, after it, what is on board can be finished and a charger reached with
    ``reserve_pct`` left.
    """

    capacity_wh: Annotated[WattHours, Field(gt=0)]
    """Energy when full."""
    drive_wh_per_m: Annotated[float, Field(ge=0)]
    """Energy to drive one metre, empty or loaded."""
    standby_w: Annotated[Watts, Field(ge=0)] = 0.0
    """Power drawn at all times except while charging."""
    charging_curve: Annotated[tuple[ChargingStep, ...], Field(min_length=1)]
    """Charging power by level; the first step begins at 0 %."""
    charging: Literal["rule", "free"] = "rule"
    """``rule``: below ``charge_below_pct`` a vehicle must charge, and below ``charge_idle_below_pct`` if it has no
    work; otherwise it may not. ``free``: below ``charge_to_pct`` it may, and below ``reserve_pct`` it must."""
    charge_below_pct: Share = 25.0
    """Level below which ``rule`` sends any vehicle to charge."""
    charge_idle_below_pct: Share = 70.0
    """Level below which ``rule`` sends a vehicle without work to charge."""
    charge_to_pct: Share = 90.0
    """Charging ends at this level."""
    interruptible_above_pct: Share = 50.0
    """Above this level a charging vehicle may leave for work."""
    reserve_pct: Share = 5.0
    """Level that must remain on reaching a charger."""
    rescue_s: Annotated[Seconds, Field(gt=0)] = 600.0
    """Time until a stranded vehicle is helped; it gets ``charge_below_pct``."""
    initial: InitialLevel = InitialLevel()
    """Levels at the start of a day."""

    @property
    def must_charge_pct(self) -> float:
        """Level at or below which a vehicle must charge."""
        return self.reserve_pct if self.charging == "free" else self.charge_below_pct

    @functools.cached_property
    def charging_steps(self) -> tuple[tuple[float, float], ...]:
        """Power of each charging step, and energy at its end in watt-hours."""
        ends_pct = [*(step.from_pct for step in self.charging_curve[1:]), 100.0]
        return tuple(
            (step.power_w, end_pct / 100 * self.capacity_wh)
            for step, end_pct in zip(self.charging_curve, ends_pct, strict=True)
        )

    @model_validator(mode="after")
    def _ordered(self) -> Battery:
        names = ("reserve_pct", "charge_below_pct", "charge_idle_below_pct", "charge_to_pct")
        values = [getattr(self, name) for name in names]
        if not values[0] < values[1] <= values[2] < values[3]:
            found = ", ".join(f"{name} {value:g}" for name, value in zip(names, values, strict=True))
            raise ValueError(f"has {found}; expected {names[0]} < {names[1]} <= {names[2]} < {names[3]}")
        levels = [step.from_pct for step in self.charging_curve]
        if levels[0] != 0 or levels != sorted(set(levels)):
            raise ValueError(
                "has a charging_curve whose from_pct do not rise from 0; write the steps in order, the first at 0"
            )
        if not self.reserve_pct <= self.initial.low_pct <= self.initial.high_pct:
            raise ValueError("has initial levels out of order; expected reserve_pct <= low_pct <= high_pct")
        return self


class Access(Document):
    """Where the vehicles of a class may drive and stop."""

    kinds: Annotated[tuple[NodeKind, ...], Field(min_length=1)] | None = None
    """Only nodes of these kinds; none: all."""
    zones: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """Only nodes of these zones; none: all."""


class Shift(Document):
    """When the vehicles of a class work. After it they finish what is on board and take no more."""

    from_s: Annotated[Seconds, Field(ge=0)] = 0.0
    """Time since the start of the day."""
    until_s: Annotated[Seconds, Field(gt=0)]
    """No task is taken that is expected to end later."""

    @model_validator(mode="after")
    def _ordered(self) -> Shift:
        if self.until_s <= self.from_s:
            raise ValueError(f"ends at {self.until_s:g} s, not after it begins; expected from_s < until_s")
        return self


class Breakdowns(Document):
    """
    Failures while driving; a vehicle stands where it is, with its load, until it is repaired.

    A task that it was about to pick up goes back to the board; if no one else has taken it, the vehicle goes on with
    it.
    """

    mean_driving_s: Annotated[Seconds, Field(gt=0)]
    """Driving time between failures: exponential with this mean."""
    repair_s: Duration
    """Time to repair."""


Capacity = Annotated[float, Field(gt=0)]


class VehicleClass(Document):
    """Vehicles that are alike."""

    id: Identifier
    """Name of the class."""
    count: Annotated[int, Field(ge=1, le=1000)]
    """Number of vehicles."""
    speed_mps: Annotated[MetresPerSecond, Field(gt=0)]
    """Speed, empty or loaded."""
    capacity_units: Capacity | Annotated[tuple[Capacity, ...], Field(min_length=1)] = 1.0
    """Load that it can carry; a list where loads are measured in several units, such as kilograms and litres."""
    max_tasks_on_board: Annotated[int, Field(ge=1, le=1000)] = 1
    """Tasks that it may carry at the same time. With 1, a vehicle that has picked up goes straight to the drop-off."""
    unloading: Literal["any", "lifo"] = "any"
    """``lifo``: only the task that was loaded last can be dropped off."""
    travels: Literal["ways", "straight"] = "ways"
    """``ways``: on the network. ``straight``: through the air, from place to place."""
    access: Access = Access()
    """Where it may drive and stop."""
    home: tuple[NodeName, ...] = ()
    """Places where its vehicles start, in turn; empty: the parking places or depots that it has access to, else its
    stations or docks."""
    returns_home: bool = False
    """Whether it goes back to where it started once all orders are taken; the day ends when all are back."""
    shift: Shift | None = None
    """When it works; none: always."""
    battery: Battery | None = None
    """Its battery; without one it never needs to charge."""
    breakdowns: Breakdowns | None = None
    """Its failures; none: it has none."""

    @property
    def capacities_units(self) -> tuple[float, ...]:
        """Capacity in each unit of load."""
        return self.capacity_units if isinstance(self.capacity_units, tuple) else (self.capacity_units,)
