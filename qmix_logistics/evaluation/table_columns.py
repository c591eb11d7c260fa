"""What every column of a run's tables means, and its unit; columns.json and the reference are written from here."""

from __future__ import annotations

from collections.abc import Mapping

from qmix_logistics.evaluation.kpis import KPIS
from qmix_logistics.evaluation.record_columns import RECORD_COLUMNS, Column

_SCENARIO = Column("", "name of the scenario")
_POLICY = Column("", "name of the policy")
_INFORMATION = Column("", "what it decides on: `local`, `advised`, `coordinator` or `global`")
_SEED = Column("", "number of the training, from 1; 0 for a policy that is not learned")
_NUM_SEEDS = Column("", "trainings that went in; 1 for a policy that is not learned")
_NUM_DAYS = Column("", "test days that went in")
_INTERVAL = Column("", "`t over days`, `t over training seeds`, `none: one day only`, or `undefined on some day`")
_KPI = Column("", "name of the KPI")
OF_THE_KPI = "of the KPI"
"""Unit of a column whose rows belong to several KPIs."""

_CURVE: Mapping[str, Column] = {
    "days": Column("", "days trained on so far"),
    "epochs": Column("", "joint decisions so far"),
    "updates": Column("", "gradient steps so far"),
    "guided_share": Column("", "share of the round's choices that were left to the guide"),
    "exploring_cost": Column("cost", "mean total cost of the round's days, with exploration"),
    "greedy_cost": Column(
        "cost", "mean total cost of the validation days, without exploration; empty if they were not played"
    ),
    "is_best": Column("", "whether the policy was the best so far on the validation days, and kept"),
    "loss": Column("", "mean of the objective over the round's gradient steps; empty if there were none"),
    "td_error": Column("reward", "mean absolute difference between values and targets"),
    "mean_value": Column("reward", "mean value of the chosen joint decisions"),
    "mean_return": Column("reward", "mean target"),
    "gradient_norm": Column("", "mean norm of the gradient before clipping"),
    "realised_return": Column(
        "reward",
        "what values would be if the cost of the round's days came evenly: cost of one discount time constant",
    ),
    **{
        f"share_{kind}": Column("", f"share of `{kind}` among the round's choices, where there was one")
        for kind in ("pick_up", "drop_off", "charge", "park", "wait")
    },
}

TABLE_COLUMNS: Mapping[str, Mapping[str, Column]] = {
    "kpis": {
        "scenario": _SCENARIO,
        "policy": _POLICY,
        "information": _INFORMATION,
        "kpi": _KPI,
        "unit": Column("", "its unit; empty for a count"),
        "mean": Column(OF_THE_KPI, "over test days, for a learned policy over trainings too"),
        "ci_low": Column(OF_THE_KPI, "lower end of the interval of the mean at `confidence_pct`"),
        "ci_high": Column(OF_THE_KPI, "its upper end"),
        "interval_kind": _INTERVAL,
        "num_training_seeds": _NUM_SEEDS,
        "num_days": _NUM_DAYS,
    },
    "replications": {
        "scenario": _SCENARIO,
        "policy": _POLICY,
        "information": _INFORMATION,
        "training_seed": _SEED,
        "day": Column("", "number of the test day, from 0"),
        "day_label": Column("", "`test-000`, or the date of a recorded day"),
        "end": Column("", "`completed`: all orders closed; `truncated`: time ran out, or `drain_s` is 0"),
        **{kpi.name: Column(kpi.unit, kpi.formula) for kpi in KPIS},
    },
    "comparisons": {
        "policy": _POLICY,
        "training_seed": Column(
            "", "`all`: the mean over trainings; else one training alone (`total_cost`, two trainings or more)"
        ),
        "reference": Column("", "name of the policy that it is compared with"),
        "kpi": _KPI,
        "difference": Column(OF_THE_KPI, "policy less reference, mean over days"),
        "ci_low": Column(OF_THE_KPI, "lower end of the interval of the mean difference"),
        "ci_high": Column(OF_THE_KPI, "its upper end"),
        "relative": Column("", "difference over the mean of the reference; empty where that is 0"),
        "p_adjusted": Column(
            "", "two-sided p-value; for `all` rows adjusted by Holm over those rows of the KPI, else not adjusted"
        ),
        "verdict": Column("", "`better`, `worse`, `equivalent` or `inconclusive`"),
        "interval_kind": _INTERVAL,
        "coverage_pct": Column(
            "%",
            "how often such an interval holds the mean, judged by the skewness of the daily differences, or by the "
            "number of days where all are the same; below 93 the report warns",
        ),
        "improvement_pct": Column("%", "days on which the policy was the better one, equal days half"),
        "improvement_low_pct": Column(
            "%", "lower end of the exact interval of that probability, over the days that differ"
        ),
        "improvement_high_pct": Column("%", "its upper end"),
        "num_training_seeds": _NUM_SEEDS,
        "num_days": _NUM_DAYS,
    },
    "training": {"policy": _POLICY, "training_seed": _SEED, **_CURVE},
    "timings": {
        "policy": _POLICY,
        "training_seed": _SEED,
        "what": Column("", "`training` or `decision`"),
        "count": Column("", "1, or the number of joint decisions"),
        "total_s": Column("s", "in all"),
        "mean_ms": Column("ms", "mean of a joint decision; empty for `training`, as are the next ones"),
        "p50_ms": Column("ms", "median"),
        "p95_ms": Column("ms", "95 % quantile"),
        "p99_ms": Column("ms", "99 % quantile"),
        "max_ms": Column("ms", "longest"),
    },
}
"""Columns of the tables in a run folder by table and name, in the order of the files."""

PLAN_COLUMNS: Mapping[str, Column] = {
    "vehicle": Column("", "the vehicle, such as `amr-3`"),
    "position": Column("", "number of the stop in its route, from 1"),
    "stop": Column("", "`pick_up`, `drop_off`, `charge` or `park`"),
    "task": Column("", "number of the task; empty for charge and park"),
    "place": Column("", "where"),
    "way": Column("", "which of the ways that were offered; -1 for the quickest"),
    "from_s": Column("s", "when the vehicle sets out; 0 for at once"),
}
"""Columns of the best plan known for a day."""


def columns_by_file(records: str) -> dict[str, Mapping[str, Column]]:
    """
    Return the columns of every table of a run by its path, in which ``*`` stands for any name.

    Parameters
    ----------
    records
        How records are written: ``csv``, ``parquet`` or ``none``.
    """
    found: dict[str, Mapping[str, Column]] = {f"{name}.csv": columns for name, columns in TABLE_COLUMNS.items()}
    if records != "none":
        found |= {f"units/*/{name}.{records}": columns for name, columns in RECORD_COLUMNS.items()}
    found["units/*/timings.csv"] = {"decision_ms": Column("ms", "how long a joint decision took")}
    found["hindsight/*/plan.csv"] = PLAN_COLUMNS
    found["policy/*/training.csv"] = _CURVE
    found["policy/*/timings.csv"] = {"training_s": Column("s", "how long the training took")}
    return found
