"""The scoreboard: a row for each policy, in the report and on the terminal."""

from __future__ import annotations

import math
from dataclasses import dataclass

from qmix_logistics.evaluation.contender import Contender
from qmix_logistics.evaluation.kpis import PRIMARY_KPI
from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.reading import ranking
from qmix_logistics_reports.shown import Phrase
from qmix_logistics_reports.tables import Compared, Tables


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
    relative, relative_interval, p_adjusted, improvement, verdict
        Against the reference: the paired difference and its interval, as shares; the p-value adjusted by Holm; on how
        many per cent of the days it was the better one, with interval.
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
    p_adjusted: str
    improvement: str
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
    tables, contenders = Tables(result), {contender.name: contender for contender in result.contenders}
    return [_row(result, tables, contenders[policy]) for policy in ranking(result)]


def _row(result: ExperimentResult, tables: Tables, contender: Contender) -> ScoreRow:
    policy = contender.name
    low, high = (tables.kpi(policy, PRIMARY_KPI, column) for column in ("ci_low", "ci_high"))
    compared = tables.compared(policy, result.reference)
    is_reference = policy == result.reference
    return ScoreRow(
        policy=policy,
        information=contender.information,
        is_learned=contender.is_learned,
        is_reference=is_reference,
        cost=tables.kpi(policy, PRIMARY_KPI, "mean", "short:4"),
        interval=Phrase(low, " to ", high) if math.isfinite(low.value) else "",
        relative="" if compared is None else compared.share("difference"),
        relative_interval=_interval(compared) if compared and compared.has_interval else "",
        p_adjusted="" if compared is None else compared.cell("p_adjusted", "short:2"),
        improvement="" if compared is None else compared.cell("improvement_pct", "short:3"),
        verdict=compared.verdict if compared else "reference" if is_reference else "",
        regret="" if result.hindsight is None else tables.kpi(policy, "regret_pct"),
        on_time=tables.kpi(policy, "on_time_pct"),
        lead_time=tables.kpi(policy, "lead_time_mean_s"),
        lead_time_p95=tables.kpi(policy, "lead_time_p95_s"),
        latency=Phrase(
            tables.timing(policy, "decision", "p50_ms", "short:2"),
            " / ",
            tables.timing(policy, "decision", "p99_ms", "short:2"),
        ),
    )


def _interval(compared: Compared) -> Phrase:
    return Phrase(compared.share("ci_low"), " to ", compared.share("ci_high"))
