from __future__ import annotations

import pandas as pd

from qmix_logistics.evaluation.typical_day import typical_day, typical_seed

COSTS = {("atc", 0): [10, 10, 10, 10], ("qmix", 1): [11, 15, 10, 13], ("qmix", 2): [11, 16, 9, 12],
         ("qmix", 3): [30, 30, 30, 30]}  # fmt: skip
TABLE = pd.DataFrame(
    {"policy": policy, "training_seed": seed, "day": day, "total_cost": float(cost)}
    for (policy, seed), costs in COSTS.items()
    for day, cost in enumerate(costs)
)


def test_the_typical_day_has_the_median_difference_the_lower_one_of_two() -> None:
    """Means over trainings less 10: 7.33, 10.33, 6.33, 8.33: the lower of the two in the middle is day 0."""
    assert typical_day(TABLE, "qmix", "atc") == 0


def test_the_reference_against_itself_has_the_day_of_median_cost() -> None:
    assert typical_day(TABLE[TABLE["policy"] == "qmix"], "qmix", "qmix") == 0


def test_the_typical_training_has_the_median_mean_cost() -> None:
    """12.25, 12 and 30."""
    assert typical_seed(TABLE, "qmix") == 1
    assert typical_seed(TABLE, "atc") == 0
