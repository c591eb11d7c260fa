"""Scenario documents: what they may say, and how they are read."""

from qmix_logistics.scenario.dumping import dump_scenario
from qmix_logistics.scenario.loading import load_scenario
from qmix_logistics.scenario.overrides import Override, parse_override
from qmix_logistics.scenario.scenario import ScenarioSpec

__all__ = ["Override", "ScenarioSpec", "dump_scenario", "load_scenario", "parse_override"]
