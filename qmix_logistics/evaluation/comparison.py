"""KPIs with intervals, and policies compared day by day."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float

from qmix_logistics.evaluation.contender import Contender
from qmix_logistics.evaluation.kpis import KPIS, PRIMARY_KPI, Better, Kpi
from qmix_logistics.evaluation.statistics import (
    days_needed,
    estimate,
    estimate_difference,
    holm,
    judge,
    probability_of_improvement,
    t_coverage,
)

ALL_SEEDS = "all"
"""Instead of a training seed: the mean over all of them."""


@dataclass(frozen=True, slots=True)
class Settings:
    """
    How policies are compared.

    Parameters
    ----------
    reference
        Name of the policy that all others are compared with, in every KPI.
    confidence
        Of the intervals, in (0, 1).
    indifference
        Share of the reference's mean within which a difference does not matter.
    """

    reference: str
    confidence: float
    indifference: float


def summarise_kpis(
    scenario: str, replications: pd.DataFrame, contenders: Sequence[Contender], settings: Settings
) -> pd.DataFrame:
    """
    Return mean and interval of each KPI for each policy.

    Parameters
    ----------
    scenario
        Name of the scenario.
    replications
        One row for each policy, training seed and day.
    contenders
        The policies.
    settings
        How they are compared.
    """
    rows, days = [], _Days(replications)
    for contender in contenders:
        for kpi in KPIS:
            values = days.matrix(contender.name, kpi.name)
            found = estimate(values, settings.confidence) if values.size else None
            rows.append(
                {
                    "scenario": scenario,
                    "policy": contender.name,
                    "information": contender.information,
                    "kpi": kpi.name,
                    "unit": kpi.unit,
                    "mean": found.mean if found else math.nan,
                    "ci_low": found.low if found else math.nan,
                    "ci_high": found.high if found else math.nan,
                    "interval_kind": found.kind.value if found else "undefined on some day",
                    "num_training_seeds": found.num_seeds if found else 0,
                    "num_days": found.num_days if found else 0,
                }
            )
    return pd.DataFrame(rows)


Pairs = Callable[[Kpi], Iterable[tuple[Contender, Contender]]]
"""Who is compared with whom in an indicator: policy and reference."""


def compare(
    replications: pd.DataFrame, contenders: Sequence[Contender], settings: Settings, pairs: Pairs | None = None
) -> pd.DataFrame:
    """
    Compare policies on the days that both have played.

    In the primary KPI every learned policy is compared with every other policy, as a mean over its trainings and each
    training alone, and every policy with the reference. In the other KPIs, which are exploratory, every policy is
    compared with the reference. Holm's adjustment runs over all comparisons of means in a KPI; a comparison and its
    reverse are one test.

    Parameters
    ----------
    replications
        One row for each policy, training seed and day.
    contenders
        The policies.
    settings
        How they are compared.
    pairs
        Who is compared with whom, if it is not as said above.
    """
    chosen = pairs or functools.partial(_pairs, contenders=contenders, reference=settings.reference)
    days = _Days(replications)
    tables = [_compare_in(kpi, days, chosen(kpi), settings) for kpi in KPIS if kpi.better is not Better.NEITHER]
    return pd.concat(tables, ignore_index=True)


def days_for_precision(
    replications: pd.DataFrame, contenders: Sequence[Contender], settings: Settings, precision: float
) -> int:
    """
    Return the days after which every policy's difference from the reference is known closely enough.

    Parameters
    ----------
    replications
        One row for each policy, training seed and day of the first stage, two days or more.
    contenders
        The policies.
    settings
        How they are compared.
    precision
        Largest half-width of the interval over days, as a share of the reference's mean total cost.
    """
    played = _Days(replications)
    reference = played.matrix(settings.reference, PRIMARY_KPI).mean(axis=0)
    half_width = precision * abs(float(reference.mean()))
    days = [len(reference)]
    for contender in contenders:
        differences = played.matrix(contender.name, PRIMARY_KPI).mean(axis=0) - reference
        if contender.name != settings.reference and half_width > 0:
            days.append(days_needed(differences, half_width, settings.confidence))
    return max(days)


def _compare_in(
    kpi: Kpi, days: _Days, pairs: Iterable[tuple[Contender, Contender]], settings: Settings
) -> pd.DataFrame:
    found: list[_Found] = []
    for policy, reference in pairs:
        mine = days.matrix(policy.name, kpi.name)
        others = days.matrix(reference.name, kpi.name)
        if not (mine.size and others.size):
            continue
        rows = {ALL_SEEDS: mine}
        if kpi.name == PRIMARY_KPI and len(mine) > 1:
            rows |= {str(seed): row[None] for seed, row in enumerate(mine, start=1)}
        for seed, values in rows.items():
            found.append(_Found(policy.name, seed, reference.name, values, others, settings.confidence))
    tests = {entry.pair: entry.estimate.p_value for entry in found if entry.training_seed == ALL_SEEDS}
    of_pair = dict(zip(tests, holm(list(tests.values())), strict=True))
    adjusted = [of_pair[entry.pair] if entry.training_seed == ALL_SEEDS else entry.estimate.p_value for entry in found]
    return pd.DataFrame([_row(kpi, entry, p, settings) for entry, p in zip(found, adjusted, strict=True)])


def _pairs(kpi: Kpi, contenders: Sequence[Contender], reference: str) -> Iterator[tuple[Contender, Contender]]:
    for policy in contenders:
        for other in contenders:
            is_asked = other.name == reference or (kpi.name == PRIMARY_KPI and policy.is_learned)
            if policy.name != other.name and is_asked:
                yield policy, other


class _Found:
    """A policy less another, by training seed and day."""

    def __init__(
        self,
        policy: str,
        training_seed: str,
        reference: str,
        values: Float[np.ndarray, "seed day"],
        others: Float[np.ndarray, "other_seed day"],
        confidence: float,
    ) -> None:
        self.policy, self.training_seed, self.reference = policy, training_seed, reference
        self.pair, self.level = frozenset((policy, reference)), float(others.mean())
        self.estimate = estimate_difference(values, others, confidence)
        self.by_day = values.mean(axis=0) - others.mean(axis=0)


def _row(kpi: Kpi, found: _Found, p_adjusted: float, settings: Settings) -> dict[str, object]:
    difference, level = found.estimate, found.level
    indifference = settings.indifference * abs(level)
    gain = -found.by_day if kpi.better is Better.LOWER else found.by_day
    improvement, low, high = probability_of_improvement(gain, settings.confidence)
    verdict = judge(difference, p_adjusted, kpi.better, indifference, settings.confidence)
    return {
        "policy": found.policy,
        "training_seed": found.training_seed,
        "reference": found.reference,
        "kpi": kpi.name,
        "difference": difference.mean,
        "ci_low": difference.low,
        "ci_high": difference.high,
        "relative": difference.mean / level if level else math.nan,
        "p_adjusted": p_adjusted,
        "verdict": verdict.value,
        "interval_kind": difference.kind.value,
        "coverage_pct": 100 * t_coverage(found.by_day, settings.confidence),
        "improvement_pct": 100 * improvement,
        "improvement_low_pct": 100 * low,
        "improvement_high_pct": 100 * high,
        "num_training_seeds": difference.num_seeds,
        "num_days": difference.num_days,
    }


class _Days:
    """The KPIs of all days; where each policy's rows stand is looked up once."""

    def __init__(self, replications: pd.DataFrame) -> None:
        self._replications = replications
        numbered = replications[["policy", "training_seed", "day"]].reset_index(drop=True)
        self._rows = {
            str(policy): rows.reset_index().pivot(index="training_seed", columns="day", values="index").to_numpy()
            for policy, rows in numbered.groupby("policy", sort=False)
        }

    def matrix(self, policy: str, kpi: str) -> Float[np.ndarray, "seed day"]:
        """Return a KPI by training seed and day; empty if it is undefined on some day."""
        table: Float[np.ndarray, "seed day"] = self._replications[kpi].to_numpy(float)[self._rows[policy]]
        return table if np.isfinite(table).all() else np.zeros((0, 0))
