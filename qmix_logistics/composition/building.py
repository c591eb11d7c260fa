"""Concrete classes for what a scenario names."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import assert_never

from qmix_logistics.composition.custom import build_custom
from qmix_logistics.episode import Policy
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.demand import OrdersDemand, TraceDemand
from qmix_logistics.scenario.orders_csv import read_transports
from qmix_logistics.scenario.policies import (
    AtcPolicy,
    Baseline,
    CustomPolicy,
    MatchingPolicy,
    RollingHorizonPolicy,
    RulePolicy,
)
from qmix_logistics.scenario.trace_days import forget_order_lines, load_order_lines
from qmix_logistics.simulation import (
    DemandModel,
    OrdersDemandModel,
    RandomDemandModel,
    Site,
    Split,
    TraceDemandModel,
    compile_site,
)

DEFAULT_DAYS = 10
"""Test days of random demand where the scenario names no number."""
DEFAULT_HINDSIGHT_MOVES = 50
"""Moves tried for the best plan of a day where the scenario names no number, and records are written."""


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


def hindsight_moves(spec: ScenarioSpec) -> int:
    """
    Return how hard the best plan of each day is looked for; 0: not at all.

    Parameters
    ----------
    spec
        The scenario.
    """
    moves = spec.experiment.hindsight_moves
    if moves is None:
        return 0 if spec.report.records == "none" else DEFAULT_HINDSIGHT_MOVES
    return moves


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
        model = TraceDemandModel(spec, spec.demand, site, load_order_lines(spec.demand))
        forget_order_lines()
        return model
    if isinstance(spec.demand, OrdersDemand):
        return OrdersDemandModel(spec, spec.demand, site, read_transports(spec.demand.path))
    return RandomDemandModel(spec, spec.demand, site)


def build_baseline(entry: Baseline) -> Policy:
    """
    Return a policy that does not learn.

    Parameters
    ----------
    entry
        Its entry in the scenario.
    """
    if entry.information == "local":
        from qmix_logistics_baselines.on_vehicle import OnVehiclePolicy

        return OnVehiclePolicy(functools.partial(_build_planner, entry))
    return _build_planner(entry)


def build_adviser(entry: Baseline) -> Policy:
    """
    Return what tells vehicles what to do: in an outage of a central planner each plans for itself, as it would.

    A custom policy is asked what it itself does in an outage.

    Parameters
    ----------
    entry
        The planner's entry in the scenario.
    """
    adviser = build_baseline(entry)
    if entry.information == "local" or isinstance(entry, CustomPolicy):
        return adviser
    from qmix_logistics_baselines.on_vehicle import FallbackPolicy

    return FallbackPolicy(adviser, build_baseline(entry.model_copy(update={"information": "local"})))


def _build_planner(entry: Baseline) -> Policy:
    if isinstance(entry, CustomPolicy):
        return build_custom(entry)
    from qmix_logistics_baselines import choosing, index_policy, matching, rolling_horizon, rules

    how = choosing.Choosing(entry.facility, entry.route)
    match entry:
        case RulePolicy():
            return index_policy.IndexPolicy(rules.SCORES[entry.kind], how, declines_late=entry.declines_late)
        case AtcPolicy():
            return index_policy.IndexPolicy(rules.AtcScore(entry.lookahead, entry.approach_weight), how)
        case MatchingPolicy():
            return matching.MatchingPolicy(
                entry.lookahead, how, anticipatory=entry.anticipatory, approach_weight=entry.approach_weight
            )
        case RollingHorizonPolicy():
            return rolling_horizon.RollingHorizonPolicy(
                entry.replan_period_s,
                entry.max_planned_tasks,
                entry.solution_limit,
                entry.safety_time_limit_s,
                how,
                travel_weight=entry.travel_weight,
                waiting=entry.waiting,
                waiting_margin_s=entry.waiting_margin_s,
                iteration_limit=entry.iteration_limit if entry.solver == "pyvrp" else None,
            )
    assert_never(entry)
