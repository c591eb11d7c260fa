"""The tables of the report."""

from __future__ import annotations

from dataclasses import dataclass

from qmix_logistics.evaluation.kpis import KPIS
from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.numbers import short, signed_pct
from qmix_logistics_reports.reading import costs, difference_to_reference, kpi_means, records


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """
    One policy in the scoreboard, in words and numbers ready to print.

    Parameters
    ----------
    policy, information
        Who.
    is_learned, is_reference
        What it is.
    cost, interval
        Mean total cost and its interval.
    relative, relative_interval, verdict
        Against the reference.
    regret
        Against the best plan known for each day, in per cent; empty where that was not looked for.
    on_time, lead_time, lead_time_p95
        Service.
    latency
        Time of a decision, median and 99 % quantile.
    """

    policy: str
    information: str
    is_learned: bool
    is_reference: bool
    cost: str
    interval: str
    relative: str
    relative_interval: str
    verdict: str
    regret: str
    on_time: str
    lead_time: str
    lead_time_p95: str
    latency: str


def scoreboard(result: ExperimentResult) -> list[ScoreRow]:
    """
    Return a row for each policy, cheapest first.

    Parameters
    ----------
    result
        The experiment.
    """
    means, contenders = kpi_means(result), {contender.name: contender for contender in result.contenders}
    rows = []
    for cost in costs(result):
        relative, interval, verdict = _against_reference(result, cost.policy)
        rows.append(
            ScoreRow(
                policy=cost.policy,
                information=contenders[cost.policy].information,
                is_learned=contenders[cost.policy].is_learned,
                is_reference=cost.policy == result.reference,
                cost=short(cost.mean, 4),
                interval=f"{short(cost.low)} to {short(cost.high)}",
                relative=relative,
                relative_interval=interval,
                verdict=verdict,
                regret="" if result.hindsight is None else short(means[cost.policy, "regret_pct"]),
                on_time=short(means[cost.policy, "on_time_pct"]),
                lead_time=short(means[cost.policy, "lead_time_mean_s"]),
                lead_time_p95=short(means[cost.policy, "lead_time_p95_s"]),
                latency=_latency(result, cost.policy),
            )
        )
    return rows


def kpi_table(result: ExperimentResult) -> tuple[list[str], list[list[str]]]:
    """
    Return all KPIs: the policies, and for each KPI its name, formula and mean under each policy.

    Parameters
    ----------
    result
        The experiment.
    """
    means, policies = kpi_means(result), [contender.name for contender in result.contenders]
    rows = [
        [kpi.name, kpi.unit, kpi.formula, *(short(means[policy, kpi.name], 4) for policy in policies)] for kpi in KPIS
    ]
    return policies, rows


def settings_table(result: ExperimentResult) -> list[list[str]]:
    """
    Return for each policy its kind, its settings, and how they were chosen.

    Parameters
    ----------
    result
        The experiment.
    """
    rows = []
    for contender, entry in zip(result.contenders, result.scenario.policies, strict=True):
        values = entry.model_dump(mode="json", exclude={"kind", "name", "tuning", "information"})
        settings = ", ".join(f"{name} {value}" for name, value in values.items())
        chosen = "as given, not tuned"
        if contender.is_learned:
            chosen = f"trained for {result.scenario.training.budget}"
            chosen += "" if contender.has_training else f", as {contender.trained_as}"
        rows.append([contender.name, entry.kind, settings or "–", getattr(entry, "tuning", "") or chosen])
    return rows


def timing_table(result: ExperimentResult) -> list[list[str]]:
    """
    Return what each policy computed: training, and the time of its decisions.

    Parameters
    ----------
    result
        The experiment.
    """
    rows = []
    for contender in result.contenders:
        training, decision = (_timing(result, contender.name, what) for what in ("training", "decision"))
        quantiles = (decision.get(column) for column in ("p50_ms", "p95_ms", "p99_ms", "max_ms"))
        rows.append(
            [
                contender.name,
                short(training.get("total_s")),
                short(decision.get("total_s")),
                *(short(value) for value in quantiles),
            ]
        )
    return rows


def _timing(result: ExperimentResult, policy: str, what: str) -> dict[str, float]:
    """Return the mean over trainings of each clock reading."""
    found = [row for row in records(result.timings) if row["policy"] == policy and row["what"] == what]
    names = ("total_s", "p50_ms", "p95_ms", "p99_ms", "max_ms")
    return {name: sum(row[name] for row in found) / len(found) for name in names} if found else {}


def _against_reference(result: ExperimentResult, policy: str) -> tuple[str, str, str]:
    difference = difference_to_reference(result, policy)
    if difference is None:
        return "", "", "reference" if policy == result.reference else ""
    share, low, high = difference.relative
    return signed_pct(share), f"{signed_pct(low)} to {signed_pct(high)}", difference.verdict


def _latency(result: ExperimentResult, policy: str) -> str:
    timing = _timing(result, policy, "decision")
    return f"{short(timing['p50_ms'], 2)} / {short(timing['p99_ms'], 2)}"
