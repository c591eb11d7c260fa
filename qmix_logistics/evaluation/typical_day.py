"""Which day is shown where only one can be: the one that is most like all others."""

from __future__ import annotations

import pandas as pd

from qmix_logistics.evaluation.kpis import PRIMARY_KPI


def typical_day(replications: pd.DataFrame, policy: str, reference: str) -> int:
    """
    Return the test day on which the difference between two policies is the median one.

    Parameters
    ----------
    replications
        One row for each policy, training seed and day.
    policy, reference
        The policies; of one that was trained several times, the mean counts. If both are the same, its own cost does.
    """
    cost = replications.pivot_table(index="day", columns="policy", values=PRIMARY_KPI, aggfunc="mean")
    compared = cost[policy] if policy == reference else cost[policy] - cost[reference]
    return _median_label(compared)


def typical_seed(replications: pd.DataFrame, policy: str) -> int:
    """
    Return the training whose mean total cost is the median one; 0 for a policy that is not trained.

    Parameters
    ----------
    replications
        One row for each policy, training seed and day.
    policy
        Its name.
    """
    own = replications[replications["policy"] == policy]
    return _median_label(own.groupby("training_seed")[PRIMARY_KPI].mean())


def _median_label(values: pd.Series[float]) -> int:
    """Return the label of the median; of an even number, that of the lower one in the middle; ties by label."""
    ranked = sorted(zip(values.tolist(), values.index.tolist(), strict=True))
    return int(ranked[(len(ranked) - 1) // 2][1])
