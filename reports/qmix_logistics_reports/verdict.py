"""The answer in words."""

from __future__ import annotations

import math

from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.numbers import short, signed_pct
from qmix_logistics_reports.reading import Difference, costs, difference_to_reference, subject_of

_MEANING = {
    "better": "it is better",
    "worse": "it is worse",
    "equivalent": "for your purposes the two are equivalent",
    "inconclusive": "these days do not tell which is better",
}


def verdict_sentence(result: ExperimentResult) -> str:
    """
    Return how the cheapest learned policy, or else the cheapest of all, stands against the reference.

    Parameters
    ----------
    result
        The experiment.
    """
    ranking = costs(result)
    subject = subject_of(result) or next((c.policy for c in ranking if c.policy != result.reference), None)
    difference = difference_to_reference(result, subject) if subject else None
    if difference is None:
        return f"{ranking[0].policy} costs {short(ranking[0].mean, 4)} a day; there is nothing to compare it with."
    return f"{_compare(result, difference)} The cheapest of all {len(ranking)} policies is {ranking[0].policy}."


def _compare(result: ExperimentResult, difference: Difference) -> str:
    information = next(c.information for c in result.contenders if c.name == difference.policy)
    share, low, high = difference.relative
    has_share = math.isfinite(share)
    number = f"{abs(100 * share):.1f} %" if has_share else short(abs(difference.mean))
    text = (
        f"{difference.policy}, deciding on {information} information, costs {number} "
        f"{'less' if difference.mean < 0 else 'more'} than {difference.reference}"
    )
    if not difference.has_interval:
        return f"{text} on the one test day; one day proves nothing."
    bounds = (signed_pct(low), signed_pct(high)) if has_share else (short(difference.low), short(difference.high))
    interval = f"[{', '.join(bounds)}]"
    return f"{text} {interval} on {difference.num_days} paired days: {_MEANING[difference.verdict]}."
