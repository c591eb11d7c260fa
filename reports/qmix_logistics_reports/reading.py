"""An experiment's tables as plain values, for figures and words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from qmix_logistics.evaluation.comparison import ALL_SEEDS
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


@dataclass(frozen=True, slots=True)
class Difference:
    """
    A policy's total cost less another's, on the same days.

    Parameters
    ----------
    policy, reference
        Who, against whom.
    mean, low, high
        Mean and interval, in cost.
    level
        The reference's mean cost.
    p_adjusted
        p-value, adjusted by Holm.
    verdict
        In a word.
    num_days
        Paired days.
    """

    policy: str
    reference: str
    mean: float
    low: float
    high: float
    level: float
    p_adjusted: float
    verdict: str
    num_days: int

    @property
    def relative(self) -> tuple[float, float, float]:
        """Mean and interval as shares of the reference's cost; NaN where that is 0."""
        level = self.level or math.nan
        return self.mean / level, self.low / level, self.high / level

    @property
    def has_interval(self) -> bool:
        """Whether there was more than one day."""
        return math.isfinite(self.low)


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


def differences(result: ExperimentResult) -> list[Difference]:
    """
    Return the comparisons of total cost, each as the mean over all trainings.

    Parameters
    ----------
    result
        The experiment.
    """
    levels = {cost.policy: cost.mean for cost in costs(result)}
    if not len(result.comparisons):
        return []
    is_mean = (result.comparisons["kpi"] == PRIMARY_KPI) & (result.comparisons["training_seed"] == ALL_SEEDS)
    return [
        Difference(
            policy=row["policy"],
            reference=row["reference"],
            mean=row["difference"],
            low=row["ci_low"],
            high=row["ci_high"],
            level=levels[row["reference"]],
            p_adjusted=row["p_adjusted"],
            verdict=row["verdict"],
            num_days=row["num_days"],
        )
        for row in records(result.comparisons[is_mean])
    ]


def difference_to_reference(result: ExperimentResult, policy: str) -> Difference | None:
    """
    Return a policy's comparison with the reference; None for the reference itself.

    Parameters
    ----------
    result
        The experiment.
    policy
        The policy.
    """
    found = [d for d in differences(result) if d.policy == policy and d.reference == result.reference]
    return found[0] if found else None


def kpi_means(result: ExperimentResult) -> dict[tuple[str, str], float]:
    """
    Return the mean of each KPI by policy and KPI.

    Parameters
    ----------
    result
        The experiment.
    """
    return {(row["policy"], row["kpi"]): row["mean"] for row in records(result.kpis)}


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
