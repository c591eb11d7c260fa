"""An experiment's tables as plain values, for figures and words."""

from __future__ import annotations

from typing import Any

import pandas as pd

from qmix_logistics.evaluation.kpis import PRIMARY_KPI
from qmix_logistics.evaluation.result import ExperimentResult


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """
    Return the rows of a table.

    Parameters
    ----------
    table
        The table.
    """
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def ranking(result: ExperimentResult) -> list[str]:
    """
    Return the policies, the cheapest first.

    Parameters
    ----------
    result
        The experiment.
    """
    columns = (result.kpis[name].tolist() for name in ("kpi", "mean", "policy"))
    means = {str(policy): mean for kpi, mean, policy in zip(*columns, strict=True) if kpi == PRIMARY_KPI}
    return sorted(means, key=means.__getitem__)


def subject_of(result: ExperimentResult) -> str | None:
    """
    Return the policy that the report is about: the cheapest learned one, if any.

    Parameters
    ----------
    result
        The experiment.
    """
    learned = {contender.name for contender in result.contenders if contender.is_learned}
    return next((policy for policy in ranking(result) if policy in learned - {result.reference}), None)


def focus_of(result: ExperimentResult) -> str | None:
    """
    Return the policy that is shown beside the reference: the subject, or else the cheapest other one.

    Parameters
    ----------
    result
        The experiment.
    """
    others = (policy for policy in ranking(result) if policy != result.reference)
    return subject_of(result) or next(others, None)
