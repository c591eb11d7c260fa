"""Which central planner shows a learned policy what it would do."""

from __future__ import annotations

from qmix_logistics.scenario.policies import (
    Baseline,
    LearnedPolicy,
    MatchingPolicy,
    RollingHorizonPolicy,
    policy_name,
)
from qmix_logistics.scenario.scenario import ScenarioSpec


def adviser_of(spec: ScenarioSpec, entry: LearnedPolicy) -> Baseline | None:
    """
    Return the planner that shows a learned policy what it would do; None if there is none.

    Parameters
    ----------
    spec
        The scenario.
    entry
        The policy.
    """
    if not isinstance(entry.adviser, str):
        return entry.adviser
    baselines = {policy_name(policy): policy for policy in spec.policies if not isinstance(policy, LearnedPolicy)}
    if entry.adviser != "auto":
        return baselines[entry.adviser]
    if any(vehicle_class.max_tasks_on_board > 1 for vehicle_class in spec.fleet):
        routes = [policy for policy in baselines.values() if isinstance(policy, RollingHorizonPolicy)]
        return routes[0] if routes else RollingHorizonPolicy(kind="rolling_horizon")
    matchings = [policy for policy in baselines.values() if isinstance(policy, MatchingPolicy) and policy.anticipatory]
    return matchings[0] if matchings else MatchingPolicy(kind="matching", anticipatory=True)
