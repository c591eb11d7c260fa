"""The composition root: the only place where concrete classes are picked."""

from qmix_logistics.composition.building import build_baseline, build_demand
from qmix_logistics.composition.contending import contenders
from qmix_logistics.composition.experiment import plan, run_experiment

__all__ = ["build_baseline", "build_demand", "contenders", "plan", "run_experiment"]
