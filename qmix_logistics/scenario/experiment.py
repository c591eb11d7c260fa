"""How the comparison is made, and what is written."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from qmix_logistics.scenario.document import AlsoAccepts, Document
from qmix_logistics.scenario.policies import PolicyName
from qmix_logistics.scenario.units import Percent, Seconds


class Experiment(Document):
    """Days, seeds and confidence. Training, validation and test days never share a random number."""

    seed: Annotated[int, Field(ge=0)] = 1
    """Root of all random numbers."""
    replications: Annotated[int, Field(ge=1, le=10000)] | None = None
    """Test days that every policy plays; by default 10, or all ``test_days`` of a trace."""
    precision_pct: Annotated[Percent, Field(gt=0)] | None = None
    """Add test days until the interval of every policy's difference in total cost from the reference is at most this
    share of the reference's mean wide, to either side. ``replications`` are the first stage, from whose variance the
    number is reckoned (Stein 1945); none: no days are added."""
    max_replications: Annotated[int, Field(ge=1, le=10000)] = 200
    """At most so many days, where ``precision_pct`` asks for more."""
    validation_days: Annotated[int, Field(ge=1, le=1000)] = 12
    """Days on which the trained policy to keep is chosen; a trace has its own."""
    training_seeds: Annotated[int, Field(ge=1, le=100)] = 1
    """Independent trainings of each learned policy."""
    reference: PolicyName | None = None
    """The policy that the others are compared with; by default the last listed rule or optimiser, and one of your own
    only if there is no other."""
    hindsight_moves: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    """How hard the best plan of each test day is looked for, with hindsight, as the denominator of regret: so many
    changes to the best of the plans that the policies followed are tried, each by simulating the day. By default 50;
    0: no regret. It needs ``report.records``."""
    confidence_pct: Annotated[Percent, Field(gt=50, lt=100)] = 95.0
    """Confidence of the intervals."""
    indifference_pct: Annotated[Percent, Field(ge=0)] = 1.0
    """A difference smaller than this does not matter to you: ``equivalent`` if the whole interval lies within."""


def _records_kind(value: Any) -> Any:
    return {True: "csv", False: "none"}[value] if isinstance(value, bool) else value


def _insight_decisions(value: Any) -> Any:
    return {True: 4000, False: 0}[value] if isinstance(value, bool) else value


class Report(Document):
    """What is written beside the CSV files."""

    html: bool = True
    """Write ``report.html``."""
    records: Annotated[Literal["csv", "parquet", "none"], AlsoAccepts(_records_kind, ({"type": "boolean"},))] = "csv"
    """How every day's records (orders, tasks, vehicles, visits) are written; ``true`` means ``csv``, ``false`` none.
    ``parquet`` needs the package pyarrow."""
    tables: Literal["csv", "parquet"] = "csv"
    """How the tables of the run are written: ``parquet`` means as Parquet besides the CSV files."""
    replay: bool = True
    """Whether ``report.html`` shows the vehicles on the map, on the test day whose cost difference from the reference
    is the median one. It needs ``records``."""
    replay_policies: Annotated[tuple[PolicyName, ...], Field(max_length=3)] = ()
    """Which policies stand side by side; by default the cheapest learned one, the cheapest other one, and the
    reference."""
    replay_from_s: Annotated[Seconds, Field(ge=0)] = 0.0
    """When the replay begins. A day that takes too much room is shown from then on as far as there is room."""
    insight_decisions: Annotated[int, AlsoAccepts(_insight_decisions, ({"type": "boolean"},)), Field(ge=0)] = 4000
    """How much is computed to show what the cheapest learned policy has learned: on the day of the replay, some of the
    decisions in which the best baseline would have chosen otherwise are played its way, and the rest of the day by the
    learned policy, until so many joint decisions are made. More of them tell more surely what the differences cost; 0
    or ``false``: nothing is computed."""
