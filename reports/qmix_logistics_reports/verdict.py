"""The answer in words."""

from __future__ import annotations

import math

from qmix_logistics.evaluation.kpis import PRIMARY_KPI
from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.reading import focus_of, ranking
from qmix_logistics_reports.shown import Number, Phrase
from qmix_logistics_reports.tables import Compared, Tables

ZERO = "0.0 %"
_MEANING = {
    "better": "it is better",
    "worse": "it is worse",
    "equivalent": "for your purposes the two are equivalent",
    "inconclusive": "these days do not tell which is better",
}


_INFORMATION = {
    "advised": "deciding on local information and a planner's advice",
    "coordinator": "deciding on local values, assigned jointly",
}
"""How a policy decides, where its information does not say it by itself."""


def verdict_sentence(result: ExperimentResult) -> str:
    """
    Return the headline, and which policy is the cheapest of all.

    Parameters
    ----------
    result
        The experiment.
    """
    rest = cheapest_of_all(result)
    return Phrase(headline(result), f" {rest}") if rest else headline(result)


def headline(result: ExperimentResult) -> str:
    """
    Return how the cheapest learned policy, or else the cheapest of all, stands against the reference.

    Parameters
    ----------
    result
        The experiment.
    """
    tables, focus = Tables(result), focus_of(result)
    compared = tables.compared(focus, result.reference) if focus else None
    if focus is None or compared is None:
        policy = ranking(result)[0]
        cost = tables.kpi(policy, "total_cost", "mean", "short:4")
        return Phrase(f"{policy} costs ", cost, " a day; there is nothing to compare it with.")
    return _compare(result, focus, compared)


def cheapest_of_all(result: ExperimentResult) -> str:
    """
    Return which policy is the cheapest; empty if there is but one.

    Parameters
    ----------
    result
        The experiment.
    """
    order, cost = ranking(result), result.kpis[result.kpis["kpi"] == PRIMARY_KPI].set_index("policy")["mean"]
    if len(order) < 2:
        return ""
    first = [policy for policy in order if math.isclose(cost[policy], cost[order[0]], rel_tol=1e-9, abs_tol=1e-12)]
    are = f"are {', '.join(first[:-1])} and {first[-1]}" if len(first) > 1 else f"is {first[0]}"
    return f"The cheapest of all {len(order)} policies {are}."


def verdict_word(result: ExperimentResult) -> str:
    """
    Return the verdict in a word; empty if there is nothing to compare.

    Parameters
    ----------
    result
        The experiment.
    """
    focus = focus_of(result)
    compared = Tables(result).compared(focus, result.reference) if focus else None
    return compared.verdict if compared else ""


def _compare(result: ExperimentResult, policy: str, compared: Compared) -> Phrase:
    information = next(c.information for c in result.contenders if c.name == policy)
    cell = compared.share if compared.has_share else compared.cell
    form = "pct:1" if compared.has_share else "size:3"
    difference = cell("difference", form)
    reference = compared.row["reference"]
    direction = "less" if compared.row["difference"] < 0 else "more"
    is_same = difference == ZERO
    deciding = _INFORMATION.get(information, f"deciding on {information} information")
    text: tuple[str, ...] = (f"{policy}, {deciding}, costs ",)
    text += (f"as much as {reference}",) if is_same else (difference, f" {direction} than {reference}")
    if not compared.has_interval:
        return Phrase(*text, " on the one test day; one day proves nothing.")
    bound = "signed_pct:1" if compared.has_share else "short:3"
    interval = (" [", cell("ci_low", bound), ", ", cell("ci_high", bound), "]")
    num_days = Number(compared.row["num_days"], "count", f"comparisons.csv#{compared.number}.num_days")
    return Phrase(*text, *interval, " on ", num_days, " paired days: ", *_meaning(compared), ".")


def _meaning(compared: Compared) -> tuple[str, ...]:
    """Return what the verdict means; where the interval alone would say more, why it does not."""
    meaning = _MEANING[compared.verdict]
    is_one_sided = compared.row["ci_low"] * compared.row["ci_high"] > 0
    if compared.verdict != "inconclusive" or not is_one_sided:
        return (meaning,)
    return ("with so many comparisons (adjusted p ", compared.cell("p_adjusted", "short:2"), f") {meaning}")
