"""Which planners a learned policy learns from, and which it knows at work."""

from __future__ import annotations

from qmix_logistics.scenario.policies import (
    Baseline,
    CustomPolicy,
    LearnedPolicy,
    MatchingPolicy,
    RollingHorizonPolicy,
    policy_name,
)
from qmix_logistics.scenario.scenario import ScenarioSpec

FEW_SOLUTIONS = 1
"""Search effort of routes that only teach, or are planned on a vehicle: a third of the time, and as good there."""


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
    teacher, adviser = _planner(spec, entry.teacher), adviser_of(spec, entry)
    if teacher == adviser or (entry.adviser == "auto" and adviser is not None):
        return None
    return _with_few_solutions(teacher) if isinstance(entry.teacher, str) else teacher


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
    teacher = _planner(spec, entry.teacher)
    if entry.information == "advised":
        return teacher
    if teacher is None or isinstance(teacher, CustomPolicy) or not _carries_several(spec):
        return None
    own = teacher.model_copy(update={"information": "local", "name": None})
    for given in _baselines(spec).values():
        if policy_name(given.model_copy(update={"name": None})) == policy_name(own):
            return given
    return _with_few_solutions(own) if isinstance(entry.teacher, str) else own


def _planner(spec: ScenarioSpec, named: Baseline | str | None) -> Baseline | None:
    if not isinstance(named, str):
        return named
    baselines = _baselines(spec)
    if named != "auto":
        return baselines[named]
    central = [policy for policy in baselines.values() if policy.information == "global"]
    if _carries_several(spec):
        routes = [policy for policy in central if isinstance(policy, RollingHorizonPolicy)]
        return routes[0] if routes else RollingHorizonPolicy(kind="rolling_horizon")
    matchings = [policy for policy in central if isinstance(policy, MatchingPolicy) and policy.anticipatory]
    return matchings[0] if matchings else MatchingPolicy(kind="matching", anticipatory=True)


def _baselines(spec: ScenarioSpec) -> dict[str, Baseline]:
    return {policy_name(policy): policy for policy in spec.policies if not isinstance(policy, LearnedPolicy)}


def _carries_several(spec: ScenarioSpec) -> bool:
    return any(vehicle_class.max_tasks_on_board > 1 for vehicle_class in spec.fleet)


def _with_few_solutions(planner: Baseline | None) -> Baseline | None:
    if isinstance(planner, RollingHorizonPolicy):
        return planner.model_copy(update={"solution_limit": FEW_SOLUTIONS})
    return planner
