"""The policies that are compared."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from qmix_logistics.scenario.document import Document
from qmix_logistics.scenario.units import Seconds

PolicyName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.+-]*$", max_length=40)]


class _Baseline(Document):
    information: Literal["global", "local"] = "global"
    """What it decides on. ``global``: a centre decides for all, on everything. ``local``: every vehicle decides for
    itself, on what learned policies know too: the board within range, and the vehicles that it hears."""
    facility: Literal["quickest", "nearest"] = "quickest"
    """Which station, dock or charger a vehicle chooses among alternatives: ``quickest`` counts the way and the queue,
    ``nearest`` the way alone."""
    route: Literal["quickest", "shortest"] = "quickest"
    """Which way it chooses among ``route_choices``."""
    tuning: str = ""
    """How its settings were chosen, for the report; ``qmix-logistics tune`` writes it."""


class RulePolicy(_Baseline):
    """
    A rule that ranks the stops of the vehicles that must decide.

    ``random``: any; ``fifo``: the oldest task; ``nearest``: the shortest way; ``earliest_due_date``: the task due
    first.
    """

    kind: Literal["random", "fifo", "nearest", "earliest_due_date"]
    name: PolicyName | None = None
    """Name in the results; by default the kind, and ``-local`` where that is what it decides on."""
    declines_late: bool = False
    """Whether it declines orders that may be declined and would cost more than that if the nearest vehicle left for
    them at once."""


class AtcPolicy(_Baseline):
    """Apparent tardiness cost (Vepsalainen and Morton 1987): weight over time, discounted by slack."""

    kind: Literal["atc"]
    name: PolicyName | None = None
    """Name in the results; by default the kind, and ``-local`` where that is what it decides on."""
    lookahead: Annotated[float, Field(gt=0)] = 2.0
    """Slack, in mean task times, over which urgency falls to 1/e."""
    approach_weight: Annotated[float, Field(ge=0)] = 1.0
    """How often the way to a task counts beside the task itself, for each task that a vehicle may carry, 8 at most:
    what several on board take, they take at the same time. Above 1 where driving costs more than time, such as scarce
    energy."""


class MatchingPolicy(_Baseline):
    """Optimal assignment of tasks to vehicles by the ATC index, at every decision."""

    kind: Literal["matching"]
    name: PolicyName | None = None
    """Name in the results; by default ``matching-myopic`` or ``matching-anticipatory``, and ``-local`` as above."""
    anticipatory: bool = False
    """Count the busy vehicles too, at the time and place at which they become free."""
    lookahead: Annotated[float, Field(gt=0)] = 2.0
    """Slack, in mean task times, over which urgency falls to 1/e."""
    approach_weight: Annotated[float, Field(ge=0)] = 1.0
    """How often the way to a task counts beside the task itself, for each task that a vehicle may carry, 8 at most:
    what several on board take, they take at the same time. Above 1 where driving costs more than time, such as scarce
    energy."""


class RollingHorizonPolicy(_Baseline):
    """Routes for all vehicles by OR-Tools or PyVRP, planned again and again."""

    kind: Literal["rolling_horizon"]
    name: PolicyName | None = None
    """Name in the results; by default the kind, or ``rolling_horizon_pyvrp``, and ``-local`` as above."""
    solver: Literal["ortools", "pyvrp"] = "ortools"
    """Who searches. ``pyvrp`` is stronger where windows and the way decide, but knows neither soft due times nor the
    cost of open orders; it needs ``qmix-logistics[pyvrp]``."""
    replan_period_s: Annotated[Seconds, Field(gt=0)] = 5.0
    """A plan older than this is made anew; so is one that leaves an idle vehicle without a task."""
    max_planned_tasks: Annotated[int, Field(ge=1, le=1000)] = 30
    """Plan at most this many tasks, the most urgent."""
    solution_limit: Annotated[int, Field(ge=1)] = 20
    """Search effort of ``ortools``: solutions that the local search accepts; a count, not a clock, so plans repeat."""
    iteration_limit: Annotated[int, Field(ge=1)] = 200
    """Search effort of ``pyvrp``: iterations; a count, not a clock."""
    waiting: Literal["drive_first", "wait_first", "postpone"] = "drive_first"
    """When a vehicle leaves for its next planned stop. ``drive_first``: at once. ``wait_first``: not while the whole
    route can still be driven in time later, due times and windows included. ``postpone``: the same for empty vehicles
    only, so that routes without an urgent order start later and take more along."""
    waiting_margin_s: Annotated[Seconds, Field(ge=0)] = 900.0
    """Whoever waits leaves so long before it would have to: plans know of no queues and no slow trips."""
    travel_weight: Annotated[float, Field(ge=0)] = 1.0
    """The price of travel in its plans over that of the objective; above 1 where driving costs more than that, such as
    the time of scarce chargers."""
    safety_time_limit_s: Annotated[Seconds, Field(gt=0)] = 30.0
    """A plan that takes longer is cut off, and the report says so: then results depend on the machine."""


class CustomPolicy(Document):
    """
    A policy of one's own: a class in Python, see ``docs/guides/own-policy.md``.

    Running a scenario with such a policy runs its code.
    """

    kind: Literal["custom"]
    name: PolicyName | None = None
    """Name in the results; by default that of the class, and ``-local`` as above."""
    policy_class: Annotated[str, Field(pattern=r"^([A-Za-z_][\w.]*:)?[A-Za-z_][\w-]*$")]
    """Where it is: ``module:Class``. The module is a file in ``folder``, or an installed one; without a colon it is the
    name of an entry point of the group ``qmix_logistics.policies``."""
    folder: Path | None = None
    """Folder of the module; by default that of the scenario."""
    options: dict[str, Any] = {}  # noqa: RUF012
    """Keyword arguments of the class."""
    information: Literal["global", "local"] = "global"
    """What it decides on. ``global``: one decides for all, on everything. ``local``: each vehicle has one of its own,
    which is shown no more than learned policies know."""


Baseline = RulePolicy | AtcPolicy | MatchingPolicy | RollingHorizonPolicy | CustomPolicy
"""A policy that does not learn."""
Algorithm = Literal["iql", "vdn", "qmix", "qplex", "qtran_base", "qtran_alt", "cw_qmix", "ow_qmix"]


class LearnedPolicy(Document):
    """
    A team policy learned by value factorisation.

    Independent (IQL), additive (VDN), monotonic (QMIX, CW-QMIX, OW-QMIX), duplex (QPLEX), or by transformation (QTRAN).
    """

    kind: Algorithm
    name: PolicyName | None = None
    """Name in the results; by default the kind, and the information if it is not ``local``."""
    information: Literal["local", "advised", "coordinator"] = "local"
    """What a vehicle decides on. ``local``: its own state, the board within range, the neighbours within range.
    ``advised``: besides, what a central planner would have it do, while it can be reached. ``coordinator``: as
    ``local``, but those who decide at the same time are matched to their stops together; in an outage they claim."""
    adviser: Annotated[Baseline, Field(discriminator="kind")] | PolicyName | None = "auto"
    """The planner whose advice vehicles know at work: the name of a policy of this scenario, or one given here. Who
    decides on local information runs on each vehicle; any other needs ``information: advised``, and in an outage runs
    on each vehicle too. ``auto``: the teacher with ``information: advised``; else, where vehicles carry several tasks,
    the teacher on each vehicle, routes planned with one solution unless the scenario has them with ``information:
    local``; else none."""
    teacher: Annotated[Baseline, Field(discriminator="kind")] | PolicyName | None = "auto"
    """The planner that shows in training what it would do, whatever vehicles know. ``auto``: where vehicles carry
    several tasks the scenario's ``rolling_horizon``, else its anticipatory matching; ``tune`` puts the better one in
    its place. Routes that are named, not given here, are planned with one solution: in training they are asked all the
    time. An adviser shows what it advises, unless another planner is given here."""
    weights_of: PolicyName | None = None
    """Use what another policy of this scenario has learned, instead of a training of its own."""
    weights_in: Path | None = None
    """Use what was learned before: the folder of a trained policy, such as ``runs/peak/policy/qmix-1``, or one that
    ``qmix-logistics export`` wrote."""


Policy = Annotated[Baseline | LearnedPolicy, Field(discriminator="kind")]


def policy_name(policy: Baseline | LearnedPolicy) -> str:
    """
    Return the name under which a policy appears in the results.

    Parameters
    ----------
    policy
        The policy's entry in the scenario.
    """
    if policy.name is not None:
        return policy.name
    if isinstance(policy, LearnedPolicy):
        return policy.kind if policy.information == "local" else f"{policy.kind}-{policy.information}"
    suffix = "-local" if policy.information == "local" else ""
    if isinstance(policy, MatchingPolicy):
        return f"matching-{'anticipatory' if policy.anticipatory else 'myopic'}{suffix}"
    if isinstance(policy, RollingHorizonPolicy) and policy.solver == "pyvrp":
        return f"rolling_horizon_pyvrp{suffix}"
    if isinstance(policy, CustomPolicy):
        return f"{policy.policy_class.rpartition(':')[2]}{suffix}"
    return f"{policy.kind}{suffix}"


def trained_as(policy: LearnedPolicy) -> str:
    """
    Return the name of the policy whose training a learned policy uses.

    Parameters
    ----------
    policy
        The policy's entry in the scenario.
    """
    return policy.weights_of or policy_name(policy)


DEFAULT_POLICIES: tuple[Baseline | LearnedPolicy, ...] = (
    RulePolicy(kind="random"),
    RulePolicy(kind="fifo"),
    RulePolicy(kind="nearest"),
    RulePolicy(kind="earliest_due_date"),
    AtcPolicy(kind="atc"),
    MatchingPolicy(kind="matching"),
    MatchingPolicy(kind="matching", anticipatory=True),
    RollingHorizonPolicy(kind="rolling_horizon"),
    LearnedPolicy(kind="qmix"),
)
"""What is compared where a scenario names no policies."""
