"""What each side has computed, and how its settings were chosen."""

from __future__ import annotations

import math

from qmix_logistics.evaluation.contender import Contender
from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.tables import Tables


def effort_table(result: ExperimentResult) -> list[tuple[str, ...]]:
    """
    Return for each policy what was computed before the test days, and on them.

    Parameters
    ----------
    result
        The experiment.

    Returns
    -------
    Rows of policy, preparation, seconds of training (all trainings together), joint decisions, seconds of deciding on
    all test days, milliseconds of a decision on average.
    """
    tables = Tables(result)
    return [
        (
            contender.name,
            _preparation(result, contender),
            tables.timing(contender.name, "training", "total_s", total=True),
            tables.timing(contender.name, "decision", "count", "count", total=True),
            tables.timing(contender.name, "decision", "total_s", total=True),
            tables.timing(contender.name, "decision", "mean_ms"),
        )
        for contender in result.contenders
    ]


def days_until_even(result: ExperimentResult, policy: str) -> str:
    """
    Say after how many days of decisions a trained policy has computed less than the reference, if ever.

    Parameters
    ----------
    result
        The experiment.
    policy
        The trained policy.
    """
    tables, days = Tables(result), result.replications["day"].nunique()
    training, ours, theirs = (
        tables.timing(name, what, "total_s").value
        for name, what in ((policy, "training"), (policy, "decision"), (result.reference, "decision"))
    )
    if not math.isfinite(training) or not theirs > ours:
        return ""
    number = f"{math.ceil(training * days / (theirs - ours)):,}"
    return (
        f"One training of {policy} is made up after {number} days on which it decides instead of {result.reference}: "
        "so much less it then computes."
    )


def settings_table(result: ExperimentResult) -> list[tuple[str, ...]]:
    """
    Return for each policy its kind, its settings, and how they were chosen.

    Parameters
    ----------
    result
        The experiment.
    """
    rows: list[tuple[str, ...]] = []
    for contender, entry in zip(result.contenders, result.scenario.policies, strict=True):
        values = entry.model_dump(mode="json", exclude={"kind", "name", "tuning", "information"})
        settings = ", ".join(f"{name} {value}" for name, value in values.items())
        rows.append((contender.name, entry.kind, settings or "–", _preparation(result, contender)))
    return rows


def _preparation(result: ExperimentResult, contender: Contender) -> str:
    if contender.is_ready:
        return "trained before"
    if contender.is_learned:
        text = f"trained for {result.scenario.training.budget}"
        seeds = result.scenario.experiment.training_seeds
        text += f", {seeds} times" if seeds > 1 else ""
        return text if contender.has_training else f"{text}, as {contender.trained_as}"
    entries = zip(result.contenders, result.scenario.policies, strict=True)
    entry = next(entry for other, entry in entries if other is contender)
    return str(getattr(entry, "tuning", "")) or "as given, not tuned"
