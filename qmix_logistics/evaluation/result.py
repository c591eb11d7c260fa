"""All that a report reads: tidy tables, one row a fact, and where they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from qmix_logistics.evaluation.alert import Alert
from qmix_logistics.evaluation.contender import Contender
from qmix_logistics.evaluation.insight import Insight
from qmix_logistics.evaluation.kpis import KPIS
from qmix_logistics.evaluation.run_folder import RunFolder, UnitKey
from qmix_logistics.evaluation.shown.shown_day import ShownDay
from qmix_logistics.evaluation.stored import sound, stored_csv, stored_json
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import Site


@dataclass(frozen=True, slots=True)
class ExperimentResult:
    """
    What an experiment brought.

    Parameters
    ----------
    scenario
        The resolved scenario.
    contenders
        The policies, in the scenario's order.
    reference
        Name of the policy that the others are compared with.
    replications
        One row for each policy, training seed and day, a column for each KPI.
    kpis
        Mean and interval of each KPI for each policy.
    comparisons
        Differences between policies.
    hindsight
        Cost of the best plan known for each test day, and the policy from whose plan it was found; None where it was
        not looked for.
    training
        Learning curves.
    timings
        Clock readings; the only ones.
    alerts
        What a reader must know before trusting the numbers.
    provenance
        Versions, seeds, machine, command.
    run
        Where the records of its days lie.
    site
        The site on which they were played; None if files of its network are gone.
    """

    scenario: ScenarioSpec
    contenders: tuple[Contender, ...]
    reference: str
    replications: pd.DataFrame
    kpis: pd.DataFrame
    comparisons: pd.DataFrame
    hindsight: pd.DataFrame | None
    training: pd.DataFrame
    timings: pd.DataFrame
    alerts: tuple[Alert, ...]
    provenance: Mapping[str, Any]
    run: RunFolder
    site: Site | None
    shown: ShownDay | str = ""
    insight: Insight | None = None
    no_insight: str = ""


def collect_replications(
    folder: RunFolder,
    contenders: Sequence[Contender],
    training_seeds: int,
    num_days: int,
    hindsight: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """
    Read the KPIs of all finished units, and add the regret.

    Parameters
    ----------
    folder
        The run.
    contenders
        The policies.
    training_seeds
        Trainings of each learned policy.
    num_days
        Test days.
    hindsight
        Best plans known, to reckon regret.
    """
    rows = []
    for contender in contenders:
        for seed in contender.seeds(training_seeds):
            for day in range(num_days):
                path = folder.unit(UnitKey(contender.name, seed, day)) / "kpis.json"
                unit = stored_json(path)
                head = {
                    "policy": contender.name,
                    "information": contender.information,
                    "training_seed": seed,
                    "day": day,
                }
                with sound(path):
                    of_day = {"day_label": unit["day"], "end": unit["end"], "plans_cut_off": unit["plans_cut_off"]}
                    rows.append(head | of_day | {kpi.name: unit["kpis"][kpi.name] for kpi in KPIS})
    replications = pd.DataFrame(rows)
    if hindsight is not None:
        costs = pd.concat([replications, hindsight.rename(columns={"cost": "total_cost"})])
        best_of_day = replications["day"].map(costs.groupby("day")["total_cost"].min())
        regret = 100 * (replications["total_cost"] - best_of_day) / best_of_day
        replications["regret_pct"] = regret.where(best_of_day > 0)
    return replications


def collect_hindsight(folder: RunFolder, num_days: int) -> pd.DataFrame:
    """
    Read the best plans known of all test days.

    Parameters
    ----------
    folder
        The run.
    num_days
        Test days.

    Returns
    -------
    For each day its number, the plan's cost, and the policy and training from whose plan it was found.
    """
    return pd.DataFrame([stored_json(folder.hindsight(day) / "found.json") for day in range(num_days)])


def collect_training(folder: RunFolder, contenders: Sequence[Contender], training_seeds: int) -> pd.DataFrame:
    """
    Read the learning curves of all trainings.

    Parameters
    ----------
    folder, contenders, training_seeds
        As for ``collect_replications``.
    """
    curves = [
        stored_csv(folder.policy(contender.name, seed) / "training.csv").assign(
            policy=contender.name, training_seed=seed
        )
        for contender in contenders
        if contender.has_training
        for seed in contender.seeds(training_seeds)
    ]
    if not curves:
        return pd.DataFrame(columns=["policy", "training_seed"])
    table = pd.concat(curves, ignore_index=True)
    first = ["policy", "training_seed"]
    return table[first + [column for column in table.columns if column not in first]]


def collect_timings(
    folder: RunFolder, contenders: Sequence[Contender], training_seeds: int, num_days: int
) -> pd.DataFrame:
    """
    Summarise how long decisions and trainings took.

    Parameters
    ----------
    folder, contenders, training_seeds, num_days
        As for ``collect_replications``.
    """
    rows: list[dict[str, Any]] = []
    for contender in contenders:
        for seed in contender.seeds(training_seeds):
            if contender.has_training:
                times = stored_csv(folder.policy(contender.name, seed) / "timings.csv")["training_s"]
                rows.append({"policy": contender.name, "training_seed": seed, "what": "training", "count": 1,
                             "total_s": float(times.sum())})  # fmt: skip
            units = [folder.unit(UnitKey(contender.name, seed, day)) for day in range(num_days)]
            decisions = pd.concat([stored_csv(unit / "timings.csv") for unit in units])["decision_ms"]
            quantiles = decisions.quantile([0.5, 0.95, 0.99]).to_list() if len(decisions) else [0.0] * 3
            rows.append({"policy": contender.name, "training_seed": seed, "what": "decision", "count": len(decisions),
                         "total_s": float(decisions.sum()) / 1000, "mean_ms": float(decisions.mean()),
                         "p50_ms": quantiles[0], "p95_ms": quantiles[1], "p99_ms": quantiles[2],
                         "max_ms": float(decisions.max())})  # fmt: skip
    return pd.DataFrame(rows)
