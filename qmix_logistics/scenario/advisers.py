"""Which planners a learned policy learns from, and which it knows at work."""

from __future__ import annotations

from qmix_logistics.scenario.policies import (
    Baseline,
    LearnedPolicy,
    MatchingPolicy,
    RollingHorizonPolicy,
    policy_name,
)
from qmix_logistics.scenario.scenario import ScenarioSpec

SOLUTIONS_TO_SHOW = 1
"""Search effort of routes that only teach: a third of the time, and no difference beyond that between trainings."""


def teacher_of(spec: ScenarioSpec, entry: LearnedPolicy) -> Baseline | None:
    """
    Return the planner that shows a learned policy in training what it would do; None if there is none.

    Parameters
    ----------
    spec
        The scenario.
    entry
        The policy.
    """
    teacher = _planner(spec, entry.teacher)
    if teacher == adviser_of(spec, entry):
        return None
    if isinstance(teacher, RollingHorizonPolicy) and isinstance(entry.teacher, str):
        return teacher.model_copy(update={"solution_limit": SOLUTIONS_TO_SHOW})
    return teacher


def adviser_of(spec: ScenarioSpec, entry: LearnedPolicy) -> Baseline | None:
    """
    Return the planner whose advice a learned policy knows at work; None if there is none.

    Parameters
    ----------
    spec
        The scenario.
    entry
        The policy.
    """
    if entry.adviser != "auto":
        return _planner(spec, entry.adviser)
    return _planner(spec, entry.teacher) if entry.information == "advised" else None


def _planner(spec: ScenarioSpec, named: Baseline | str | None) -> Baseline | None:
    if not isinstance(named, str):
        return named
    baselines = {policy_name(policy): policy for policy in spec.policies if not isinstance(policy, LearnedPolicy)}
    if named != "auto":
        return baselines[named]
    central = [policy for policy in baselines.values() if policy.information == "global"]
    if any(vehicle_class.max_tasks_on_board > 1 for vehicle_class in spec.fleet):
        routes = [policy for policy in central if isinstance(policy, RollingHorizonPolicy)]
        return routes[0] if routes else RollingHorizonPolicy(kind="rolling_horizon")
    matchings = [policy for policy in central if isinstance(policy, MatchingPolicy) and policy.anticipatory]
    return matchings[0] if matchings else MatchingPolicy(kind="matching", anticipatory=True)
