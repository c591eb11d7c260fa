"""The composition root: the only place where concrete classes are picked."""

from qmix_logistics.composition.building import build_baseline, build_demand
from qmix_logistics.composition.contending import contenders
from qmix_logistics.composition.experiment import plan, run_experiment
from qmix_logistics.composition.reporting import load_result, rebuild_report

__all__ = [
    "build_baseline",
    "build_demand",
    "contenders",
    "load_result",
    "plan",
    "rebuild_report",
    "run_experiment",
]
