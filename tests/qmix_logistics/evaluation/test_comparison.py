from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from qmix_logistics.evaluation.comparison import ALL_SEEDS, Settings, compare, summarise_kpis
from qmix_logistics.evaluation.contender import Contender
from qmix_logistics.evaluation.kpis import KPIS, PRIMARY_KPI, Better
from qmix_logistics.evaluation.statistics import holm

SETTINGS = Settings(reference="atc", confidence=0.95, indifference=0.01)
ATC, FIFO = (Contender(name, "global", is_learned=False) for name in ("atc", "fifo"))
QMIX, VDN = (Contender(name, "local", is_learned=True) for name in ("qmix", "vdn"))
KPI_NAMES = [kpi.name for kpi in KPIS]


def table(contenders: tuple[Contender, ...], num_seeds: int, num_days: int = 6) -> pd.DataFrame:
    """Costs and all other KPIs drawn at random."""
    rng = np.random.default_rng(num_seeds)
    rows = [
        {"policy": contender.name, "training_seed": seed, "day": day} | {name: rng.normal(100, 5) for name in KPI_NAMES}
        for contender in contenders
        for seed in contender.seeds(num_seeds)
        for day in range(num_days)
    ]
    return pd.DataFrame(rows)


def costs(replications: pd.DataFrame, policy: str) -> np.ndarray:
    """By training seed and day."""
    own = replications[replications["policy"] == policy].sort_values(["training_seed", "day"])
    return own[PRIMARY_KPI].to_numpy().reshape(own["training_seed"].nunique(), -1)


def row_of(table: pd.DataFrame, **values: str) -> pd.Series:
    for column, value in values.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]


@pytest.mark.parametrize("num_seeds", [1, 3, 5, 8])
def test_differences_are_paired_by_day_and_averaged_over_trainings(num_seeds: int) -> None:
    replications = table((ATC, QMIX), num_seeds)
    differences = costs(replications, "qmix") - costs(replications, "atc")
    found = row_of(
        compare(replications, (ATC, QMIX), SETTINGS), policy="qmix", kpi=PRIMARY_KPI, training_seed=ALL_SEEDS
    )
    axes = (0,) if num_seeds < 5 else (0, 1)
    intervals = [stats.ttest_1samp(differences.mean(axis=axis), 0).confidence_interval() for axis in axes]
    wider = max(intervals, key=lambda interval: interval.high - interval.low)
    assert (found["ci_low"], found["ci_high"]) == pytest.approx((wider.low, wider.high))
    assert found["difference"] == pytest.approx(differences.mean())
    assert found["relative"] == pytest.approx(differences.mean() / costs(replications, "atc").mean())
    assert (found["num_training_seeds"], found["num_days"]) == (num_seeds, 6)
    if num_seeds < 5:
        assert found["interval_kind"] == "t over days"


def test_each_training_is_also_compared_alone() -> None:
    replications = table((ATC, QMIX), 3)
    comparisons = compare(replications, (ATC, QMIX), SETTINGS)
    for seed, mine in enumerate(costs(replications, "qmix"), start=1):
        found = row_of(comparisons, policy="qmix", kpi=PRIMARY_KPI, training_seed=str(seed))
        assert found["p_adjusted"] == pytest.approx(stats.ttest_rel(mine, costs(replications, "atc")[0]).pvalue)
    assert set(comparisons.loc[comparisons["kpi"] != PRIMARY_KPI, "training_seed"]) == {ALL_SEEDS}


def test_who_is_compared_with_whom() -> None:
    """In cost, everyone with the reference and learned policies with all; elsewhere, all with the reference."""
    comparisons = compare(table(everyone := (ATC, FIFO, QMIX, VDN), 1), everyone, SETTINGS)
    pairs = {kpi: set(zip(rows["policy"], rows["reference"], strict=True)) for kpi, rows in comparisons.groupby("kpi")}
    learned = {(a, b) for a, b in itertools.permutations(("atc", "fifo", "qmix", "vdn"), 2) if a in ("qmix", "vdn")}
    to_reference = {("fifo", "atc"), ("qmix", "atc"), ("vdn", "atc")}
    assert pairs.pop(PRIMARY_KPI) == learned | to_reference
    assert set(pairs) == {kpi.name for kpi in KPIS if kpi.better is not Better.NEITHER} - {PRIMARY_KPI}
    assert all(found == to_reference for found in pairs.values())


def test_holm_runs_over_the_comparisons_of_means_in_a_kpi() -> None:
    replications = table(everyone := (ATC, FIFO, QMIX), 2)
    comparisons = compare(replications, everyone, SETTINGS)
    means = comparisons[(comparisons["kpi"] == PRIMARY_KPI) & (comparisons["training_seed"] == ALL_SEEDS)]
    raw = [
        stats.ttest_rel(costs(replications, a).mean(axis=0), costs(replications, b).mean(axis=0)).pvalue
        for a, b in zip(means["policy"], means["reference"], strict=True)
    ]
    assert len(raw) == 3
    assert means["p_adjusted"].tolist() == pytest.approx(holm(raw))


def test_the_indifference_zone_is_a_share_of_the_reference() -> None:
    """Every day 0.9 % or 1.1 % more than 100."""
    for share, verdict in ((0.009, "equivalent"), (0.011, "worse")):
        replications = table((ATC, FIFO), 1)
        base = np.linspace(90, 110, 6)
        replications[PRIMARY_KPI] = np.concatenate([base, base + 100 * share])
        assert row_of(compare(replications, (ATC, FIFO), SETTINGS), kpi=PRIMARY_KPI)["verdict"] == verdict


def test_a_kpi_that_is_undefined_on_some_day_is_not_compared() -> None:
    replications = table((ATC, FIFO), 1)
    replications["lead_time_mean_s"] = replications["lead_time_mean_s"].astype(object)
    replications.loc[3, "lead_time_mean_s"] = None
    assert "lead_time_mean_s" not in set(compare(replications, (ATC, FIFO), SETTINGS)["kpi"])
    kpis = summarise_kpis("s", replications, (ATC, FIFO), SETTINGS)
    found = row_of(kpis, policy="atc", kpi="lead_time_mean_s")
    assert found["interval_kind"] == "undefined on some day"
    assert np.isnan(found["mean"])


def test_a_kpi_s_mean_and_interval() -> None:
    replications = table((ATC, QMIX), 3)
    kpis = summarise_kpis("s", replications, (ATC, QMIX), SETTINGS)
    assert len(kpis) == 2 * len(KPIS)
    for name, seeds in (("atc", 1), ("qmix", 3)):
        by_day = costs(replications, name).mean(axis=0)
        found, interval = row_of(kpis, policy=name, kpi=PRIMARY_KPI), stats.ttest_1samp(by_day, 0).confidence_interval()
        expected = (by_day.mean(), interval.low, interval.high)
        assert (found["mean"], found["ci_low"], found["ci_high"]) == pytest.approx(expected)
        assert (found["num_training_seeds"], found["num_days"]) == (seeds, 6)


def test_one_day_has_differences_but_no_intervals() -> None:
    comparisons = compare(table((ATC, QMIX), 7, num_days=1), (ATC, QMIX), SETTINGS)
    assert np.isfinite(comparisons["difference"]).all()
    assert comparisons[["ci_low", "ci_high", "p_adjusted"]].isna().all(axis=None)
    assert set(comparisons["verdict"]) == {"inconclusive"}
