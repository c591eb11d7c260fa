"""An experiment's tables as plain values, for figures and words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from qmix_logistics.evaluation.kpis import PRIMARY_KPI
from qmix_logistics.evaluation.result import ExperimentResult


@dataclass(frozen=True, slots=True)
class Cost:
    """
    A policy's mean total cost.

    Parameters
    ----------
    policy
        Its name.
    mean, low, high
        Mean and interval; NaN where there is no interval.
    days
        Cost of each test day, the mean over trainings.
    """

    policy: str
    mean: float
    low: float
    high: float
    days: tuple[float, ...]


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """
    Return the rows of a table.

    Parameters
    ----------
    table
        The table.
    """
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def costs(result: ExperimentResult) -> list[Cost]:
    """
    Return every policy's total cost, cheapest first.

    Parameters
    ----------
    result
        The experiment.
    """
    by_policy: dict[str, dict[int, list[float]]] = {}
    for row in records(result.replications[["policy", "day", PRIMARY_KPI]]):
        by_policy.setdefault(row["policy"], {}).setdefault(row["day"], []).append(row[PRIMARY_KPI])
    found = [
        Cost(
            policy=row["policy"],
            mean=row["mean"],
            low=row["ci_low"],
            high=row["ci_high"],
            days=tuple(sum(values) / len(values) for values in by_policy[row["policy"]].values()),
        )
        for row in records(result.kpis[result.kpis["kpi"] == PRIMARY_KPI])
    ]
    return sorted(found, key=lambda cost: cost.mean)


def subject_of(result: ExperimentResult) -> str | None:
    """
    Return the policy that the report is about: the cheapest learned one, if any.

    Parameters
    ----------
    result
        The experiment.
    """
    learned = {contender.name for contender in result.contenders if contender.is_learned}
    return next((cost.policy for cost in costs(result) if cost.policy in learned - {result.reference}), None)


def focus_of(result: ExperimentResult) -> str | None:
    """
    Return the policy that is shown beside the reference: the subject, or else the cheapest other one.

    Parameters
    ----------
    result
        The experiment.
    """
    ranking = [cost.policy for cost in costs(result) if cost.policy != result.reference]
    return subject_of(result) or next(iter(ranking), None)
