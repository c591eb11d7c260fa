"""The orders: drawn at random, or read from the order lines of a real shop."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from qmix_logistics.scenario.distributions import Constant, Duration
from qmix_logistics.scenario.document import Document
from qmix_logistics.scenario.network import Identifier
from qmix_logistics.scenario.units import Percent, PerHour, Seconds


class OrderClass(Document):
    """Orders that are alike in urgency."""

    id: Identifier
    """Name of the class."""
    share_pct: Annotated[Percent, Field(gt=0, le=100)]
    """Share of all orders."""
    weight: Annotated[float, Field(gt=0)] = 1.0
    """What an hour of waiting costs, relative to other orders."""
    due_s: Annotated[Seconds, Field(gt=0)]
    """Time from release to due."""
    due_per_task_s: Annotated[Seconds, Field(ge=0)] = 0.0
    """More time for every task of the order after the first."""


class LoadRange(Document):
    """Load of a task: uniform between two bounds."""

    low_units: Annotated[float, Field(gt=0)] = 1.0
    """Lightest."""
    high_units: Annotated[float, Field(gt=0)] = 1.0
    """Heaviest."""

    @model_validator(mode="after")
    def _ordered(self) -> LoadRange:
        if self.high_units < self.low_units:
            raise ValueError("has high_units below low_units; expected low_units <= high_units")
        return self


class _Demand(Document):
    station_choice: bool = False
    """Whether a vehicle chooses the station once it has picked up; otherwise every task has its own."""
    pick_up_s: Duration = Constant(mean_s=10.0)
    """Time to take a task's goods on board at the rack."""
    slotting: Literal["popularity", "random"] = "popularity"
    """Where goods lie: the most popular nearest to the stations, or at random. Popularity is counted on training
    days only."""


class _RandomDemand(_Demand):
    popularity_exponent: Annotated[float, Field(ge=0)] = 0.0
    """Zipf exponent of the racks' popularity; 0: all alike."""
    load: LoadRange = LoadRange()
    """Load of a task."""
    mean_tasks_per_order: Annotated[float, Field(ge=1)] = 1.0
    """Tasks of an order: geometric with this mean."""


class PoissonDemand(_RandomDemand):
    """Orders arrive by a Poisson process of constant rate."""

    kind: Literal["poisson"]
    rate_per_h: Annotated[PerHour, Field(gt=0)]
    """Orders per hour."""


class RateStep(Document):
    """From this time on, orders arrive at this rate."""

    from_s: Annotated[Seconds, Field(ge=0)]
    """Time since the start of the day."""
    rate_per_h: Annotated[PerHour, Field(ge=0)]
    """Orders per hour."""


class PiecewisePoissonDemand(_RandomDemand):
    """Orders arrive by a Poisson process whose rate changes in steps: peaks and lulls."""

    kind: Literal["piecewise_poisson"]
    profile: Annotated[tuple[RateStep, ...], Field(min_length=1)]
    """Rates by time; the first step begins at 0."""

    @model_validator(mode="after")
    def _ordered(self) -> PiecewisePoissonDemand:
        times = [step.from_s for step in self.profile]
        if times[0] != 0 or times != sorted(set(times)):
            raise ValueError("has a profile whose from_s do not rise from 0; write the steps in order, the first at 0")
        if not any(step.rate_per_h for step in self.profile):
            raise ValueError("has a profile without any orders; expected at least one rate_per_h above 0")
        return self


class TraceColumns(Document):
    """What the columns of the CSV are called."""

    order_time: str = "order_time"
    """When the order came in: ISO 8601 date and time."""
    order_id: str = "order_id"
    """Lines with the same id on the same day are one order."""
    sku: str = "sku"
    """What was ordered."""
    qty: str = "qty"
    """How many."""


class SyntheticTrace(Document):
    """
    Order lines of an imaginary shop, generated from a seed.

    Their shape follows the UCI "Online Retail" data (Chen et al. 2012, doi 10.24432/C5BW33): arrivals between 8 and
    18 h with a peak at noon, lognormal numbers of lines, Zipf popularity.
    """

    seed: Annotated[int, Field(ge=0)] = 1
    """The same seed gives the same lines."""
    num_days: Annotated[int, Field(ge=3, le=3660)] = 40
    """Days with orders."""
    orders_per_day: Annotated[float, Field(gt=0)] = 45.0
    """Mean number of orders in a day."""
    median_lines_per_order: Annotated[float, Field(ge=1)] = 15.0
    """Median number of lines of an order."""
    num_skus: Annotated[int, Field(ge=1)] = 2400
    """Number of different goods."""
    zipf_exponent: Annotated[float, Field(ge=0)] = 0.7
    """Popularity of goods."""


class TraceDemand(_Demand):
    """Orders come from a CSV of order lines, one transport task a line."""

    kind: Literal["trace"]
    path: Path | None = None
    """The CSV; without one, ``synthetic`` generates the lines."""
    synthetic: SyntheticTrace = SyntheticTrace()
    """The lines to generate where there is no ``path``."""
    columns: TraceColumns = TraceColumns()
    """Names of the CSV's columns."""
    load_units_per_piece: Annotated[float, Field(gt=0)] = 1.0
    """Load of one piece. A line above the largest vehicle's capacity is split into several tasks."""
    day_starts_s: Annotated[Seconds, Field(ge=0, lt=86400)] = 0.0
    """Time of day at which the simulated day begins, such as ``"7 h"``."""
    test_days: Annotated[int, Field(ge=1)] | Annotated[tuple[datetime.date, ...], Field(min_length=1)] = 5
    """The last so many days with orders, or a list of dates. Policies are compared on these, and on nothing else."""
    validation_days: Annotated[int, Field(ge=1)] = 4
    """The last so many days before the first test day: they choose which trained policy is kept."""
    resample: bool = True
    """Train on new days, drawn order by order from the training days; otherwise on the training days themselves."""


Demand = Annotated[PoissonDemand | PiecewisePoissonDemand | TraceDemand, Field(discriminator="kind")]
