"""
Results as marl-eval [1]_ and BenchMARL read them: environment, task, algorithm, run, then steps and absolute metrics.

Two files, since marl-eval wants as many runs and steps of every algorithm:

- ``learning.json``: those that learn, with their costs on the validation days as steps.
- ``final.json``: all policies on the test days; one that does not learn stands in every run with the same days.

The metrics are ``total_cost`` and, as these tools take more for better, ``return``: minus the cost.

References
----------
.. [1] Gorsane et al. (2022), Towards a standardised performance evaluation protocol for cooperative MARL, NeurIPS;
   https://github.com/instadeepai/marl-eval.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from qmix_logistics.evaluation.contender import Contender
from qmix_logistics.evaluation.kpis import PRIMARY_KPI
from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.reading import records

ENVIRONMENT = "qmix-logistics"
Runs = dict[str, dict[str, dict[str, Any]]]
"""Steps and absolute metrics by run."""


def learning_data(result: ExperimentResult) -> dict[str, dict[str, dict[str, Runs]]]:
    """
    Return the learning curves, and what the policy that was kept costs on the test days.

    Parameters
    ----------
    result
        The experiment.
    """
    found = {
        contender.name: {
            f"seed_{seed}": _steps(result.training, contender.name, seed) | _absolute(result, contender, seed)
            for seed in contender.seeds(result.scenario.experiment.training_seeds)
        }
        for contender in result.contenders
        if contender.has_training
    }
    return {ENVIRONMENT: {result.scenario.name: found}}


def final_data(result: ExperimentResult) -> dict[str, dict[str, dict[str, Runs]]]:
    """
    Return what every policy costs on the test days; its one step is the end.

    Parameters
    ----------
    result
        The experiment.
    """
    seeds = range(1, result.scenario.experiment.training_seeds + 1)
    found: dict[str, Runs] = {}
    for contender in result.contenders:
        found[contender.name] = {}
        for seed in seeds if any(c.is_learned for c in result.contenders) else [1]:
            absolute = _absolute(result, contender, seed)
            found[contender.name][f"seed_{seed}"] = {
                "step_1": {"step_count": _epochs(result.training, contender, seed), **absolute["absolute_metrics"]},
                **absolute,
            }
    return {ENVIRONMENT: {result.scenario.name: found}}


def _steps(training: pd.DataFrame, policy: str, seed: int) -> dict[str, dict[str, Any]]:
    own = training[(training["policy"] == policy) & (training["training_seed"] == seed)]
    played = records(own[own["greedy_cost"].notna()])
    return {
        f"step_{number}": {"step_count": int(row["epochs"]), **_metrics([float(row["greedy_cost"])])}
        for number, row in enumerate(played, start=1)
    }


def _absolute(result: ExperimentResult, contender: Contender, seed: int) -> dict[str, dict[str, Any]]:
    """Return what a training costs; a policy that has one only, or none, stands beside each training of the others."""
    table, seeds = result.replications, contender.seeds(result.scenario.experiment.training_seeds)
    number = seed if seed in seeds else seeds[0]
    own = table[(table["policy"] == contender.name) & (table["training_seed"] == number)]
    return {"absolute_metrics": _metrics(own.sort_values("day")[PRIMARY_KPI].tolist())}


def _metrics(costs: Sequence[float]) -> dict[str, list[float]]:
    return {"return": [-cost for cost in costs], PRIMARY_KPI: list(costs)}


def _epochs(training: pd.DataFrame, contender: Contender, seed: int) -> int:
    """Return the joint decisions of a policy's training; 0 where there was none, or it was before."""
    name = contender.trained_as or contender.name
    if not contender.is_learned or contender.is_ready:
        return 0
    return int(training[(training["policy"] == name) & (training["training_seed"] == seed)]["epochs"].max())
