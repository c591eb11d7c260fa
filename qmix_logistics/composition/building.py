"""Concrete classes for what a scenario names."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import assert_never

from qmix_logistics.episode import Policy
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.demand import TraceDemand
from qmix_logistics.scenario.policies import AtcPolicy, MatchingPolicy, RollingHorizonPolicy, RulePolicy
from qmix_logistics.scenario.trace_days import load_order_lines
from qmix_logistics.simulation import DemandModel, RandomDemandModel, Site, Split, TraceDemandModel, compile_site

DEFAULT_DAYS = 10
"""Test days of random demand where the scenario names no number."""


@dataclass(frozen=True, slots=True)
class World:
    """
    What all jobs of a scenario share in a process.

    Parameters
    ----------
    spec
        The scenario.
    site
        Its site.
    demand
        Its days.
    """

    spec: ScenarioSpec
    site: Site
    demand: DemandModel

    @property
    def num_test_days(self) -> int:
        """Test days that are played."""
        return self.spec.experiment.replications or self.demand.num_days(Split.TEST) or DEFAULT_DAYS

    @property
    def num_validation_days(self) -> int:
        """Days on which the trained policy to keep is chosen."""
        return self.demand.num_days(Split.VALIDATION) or self.spec.experiment.validation_days


@functools.lru_cache(maxsize=2)
def world_of(scenario: str) -> World:
    """
    Return the world of a scenario, built once in a process.

    Parameters
    ----------
    scenario
        The resolved scenario as JSON.
    """
    spec = ScenarioSpec.model_validate_json(scenario)
    site = compile_site(spec)
    return World(spec, site, build_demand(spec, site))


def build_demand(spec: ScenarioSpec, site: Site) -> DemandModel:
    """
    Return the source of days of a scenario.

    Parameters
    ----------
    spec
        The scenario.
    site
        Its site.
    """
    if isinstance(spec.demand, TraceDemand):
        return TraceDemandModel(spec, spec.demand, site, load_order_lines(spec.demand))
    return RandomDemandModel(spec, spec.demand, site)


def build_baseline(
    entry: RulePolicy | AtcPolicy | MatchingPolicy | RollingHorizonPolicy,
) -> Policy:
    """
    Return a policy that does not learn.

    Parameters
    ----------
    entry
        Its entry in the scenario.
    """
    from qmix_logistics_baselines import index_policy, matching, rolling_horizon, rules

    match entry:
        case RulePolicy(kind="random"):
            return index_policy.IndexPolicy(rules.random_score)
        case RulePolicy(kind="fifo"):
            return index_policy.IndexPolicy(rules.fifo_score)
        case RulePolicy(kind="nearest"):
            return index_policy.IndexPolicy(rules.nearest_score)
        case RulePolicy():
            return index_policy.IndexPolicy(rules.earliest_due_date_score)
        case AtcPolicy():
            return index_policy.IndexPolicy(rules.AtcScore(entry.lookahead))
        case MatchingPolicy():
            return matching.MatchingPolicy(entry.lookahead, anticipatory=entry.anticipatory)
        case RollingHorizonPolicy():
            return rolling_horizon.RollingHorizonPolicy(
                entry.replan_period_s, entry.max_planned_tasks, entry.solution_limit, entry.safety_time_limit_s
            )
    assert_never(entry)
