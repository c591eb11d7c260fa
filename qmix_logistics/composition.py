"""The composition root: the only module that picks concrete classes."""

from __future__ import annotations

from qmix_logistics.scenario.demand import TraceDemand
from qmix_logistics.scenario.scenario import ScenarioSpec
from qmix_logistics.scenario.trace_days import load_order_lines
from qmix_logistics.simulation import DemandModel, RandomDemandModel, Site, TraceDemandModel


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
