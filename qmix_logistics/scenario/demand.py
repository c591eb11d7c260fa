"""The orders: drawn at random, or read from the order lines of a real shop."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from qmix_logistics.scenario.distributions import Constant, Duration
from qmix_logistics.scenario.document import Document
from qmix_logistics.scenario.identifiers import Identifier, NodeKind, NodeName
from qmix_logistics.scenario.units import Percent, PerHour, Seconds


class SecondsRange(Document):
    """A time: uniform between two bounds."""

    low_s: Annotated[Seconds, Field(ge=0)] = 0.0
    """Shortest."""
    high_s: Annotated[Seconds, Field(ge=0)] = 0.0
    """Longest."""

    @model_validator(mode="after")
    def _ordered(self) -> SecondsRange:
        if self.high_s < self.low_s:
            raise ValueError("has high_s below low_s; expected low_s <= high_s")
        return self


class DeliveryWindow(Document):
    """When goods may be dropped off: the window opens some time after the order came in, and closes at its due time."""

    opens_after_s: SecondsRange
    """From release until the window opens."""
    width_s: Annotated[Seconds, Field(gt=0)]
    """How long it is open."""
    is_hard: bool = True
    """Whether an order that is not dropped off in time is lost; otherwise it is late."""


class OrderClass(Document):
    """Orders that are alike in urgency."""

    id: Identifier
    """Name of the class."""
    share_pct: Annotated[Percent, Field(gt=0, le=100)]
    """Share of all orders."""
    weight: Annotated[float, Field(gt=0)] = 1.0
    """What an hour of waiting costs, relative to other orders."""
    due_s: Annotated[Seconds, Field(gt=0)]
    """Time from release to due; without effect where there is a ``window``."""
    due_per_task_s: Annotated[Seconds, Field(ge=0)] = 0.0
    """More time for every task of the order after the first."""
    window: DeliveryWindow | None = None
    """When its goods may be dropped off; none: at any time."""
    is_declinable: bool = False
    """Whether a policy may decline it while none of its tasks is taken, at ``declined_order_cost``."""


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


Places = NodeKind | Annotated[tuple[NodeName, ...], Field(min_length=1)]
"""All places of a kind, or some by name."""


class Transport(Document):
    """One leg of an order's way: a task."""

    origin: Places | None = None
    """Where it begins; none: where the leg before it ended."""
    destination: Places
    """Where it ends."""


class _Demand(Document):
    destination_choice: bool = False
    """Whether a vehicle chooses among the stations, or docks, once it has picked up; otherwise every order has its
    own. Customers are never a choice."""
    pick_up_s: Duration = Constant(mean_s=10.0)
    """Time to take a task's goods on board."""
    drop_off_s: Duration = Constant(mean_s=0.0)
    """Time to drop them off at a customer; stations, docks and depots have their own ``service_s``."""
    slotting: Literal["popularity", "random"] = "popularity"
    """Where goods lie: the most popular nearest to the stations, or at random. Popularity is counted on training
    days only."""


class _RandomDemand(_Demand):
    transports: Annotated[tuple[Transport, ...], Field(min_length=1)] = (
        Transport(origin="rack", destination="station"),
    )
    """The legs of an order's way, one task each: a leg waits for the one before it. Only the first has an origin."""
    popularity_exponent: Annotated[float, Field(ge=0)] = 0.0
    """Zipf exponent of the racks' popularity; 0: all alike."""
    load: LoadRange | Annotated[tuple[LoadRange, ...], Field(min_length=1)] = LoadRange()
    """Load of a task; a list where vehicles have capacities in several units."""
    mean_tasks_per_order: Annotated[float, Field(ge=1)] = 1.0
    """Goods of an order that are transported each for itself: geometric with this mean."""

    @property
    def loads(self) -> tuple[LoadRange, ...]:
        """Load of a task in each unit."""
        return self.load if isinstance(self.load, tuple) else (self.load,)

    @model_validator(mode="after")
    def _chained(self) -> _RandomDemand:
        has_origin = [transport.origin is not None for transport in self.transports]
        if not has_origin[0] or any(has_origin[1:]):
            raise ValueError("has transports that do not chain; expected an origin in the first, and in no other")
        return self


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


class OrdersDemand(_Demand):
    """
    Orders come from a CSV of transports, one row a task, with places, times and windows of their own.

    Columns: ``order``, ``from``, ``to`` (names of places; several, separated by ``|``, are alternatives) and, if there
    are any: ``day``, ``release_s``, ``class``, ``weight``, ``due_s``, ``load_units`` (several units separated by
    ``;``), ``pick_up_s``, ``drop_off_s``, ``pick_up_from_s``, ``pick_up_until_s``, ``drop_off_from_s``,
    ``drop_off_until_s``, ``is_chained``. Times are seconds since the start of the day; rows with the same order on the
    same day are one order, whose values are those of its first row. A vehicle that comes before ``_from_s`` waits; an
    order that is not begun by an ``_until_s`` is lost. ``is_chained`` is 1 for a task that waits for the row before it.
    """

    kind: Literal["orders"]
    path: Path
    """The CSV."""
    test_days: Annotated[int, Field(ge=1)] = 1
    """The last so many days. Policies are compared on these, and on nothing else."""
    validation_days: Annotated[int, Field(ge=0)] = 0
    """The last so many days before the first test day: they choose which trained policy is kept."""


Demand = Annotated[PoissonDemand | PiecewisePoissonDemand | TraceDemand | OrdersDemand, Field(discriminator="kind")]
