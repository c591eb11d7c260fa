from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
import pytest

from qmix_logistics.evaluation.contender import Contender
from qmix_logistics.evaluation.run_folder import UnitKey
from qmix_logistics.evaluation.shown.choosing import choose

WHO = {
    "nearest": Contender("nearest", "global", is_learned=False),
    "atc": Contender("atc", "global", is_learned=False),
    "qmix": Contender("qmix", "local", is_learned=True),
    "vdn": Contender("vdn", "local", is_learned=True),
}


def table(costs: Mapping[str, Sequence[Sequence[float]]]) -> tuple[pd.DataFrame, list[Contender]]:
    """Return replications from the costs of each policy, by training and day."""
    rows = [
        {"policy": name, "training_seed": seed + WHO[name].is_learned, "day": day, "total_cost": cost}
        for name, trainings in costs.items()
        for seed, days in enumerate(trainings)
        for day, cost in enumerate(days)
    ]
    return pd.DataFrame(rows), [WHO[name] for name in costs]


def test_the_day_is_the_one_whose_difference_from_the_reference_is_the_median_one() -> None:
    # differences 5, 1, 3
    choice = choose(*table({"nearest": [[10, 10, 10]], "atc": [[8, 8, 8]], "qmix": [[13, 9, 11]]}), "atc")
    assert (choice.focus, choice.against, choice.baseline) == ("qmix", "atc", "atc")
    assert (choice.day, choice.difference, choice.num_days) == (2, 3, 3)
    assert choice.units == (UnitKey("qmix", 1, 2), UnitKey("atc", 0, 2))


def test_of_an_even_number_of_days_it_is_the_lower_of_the_two_in_the_middle() -> None:
    choice = choose(*table({"atc": [[0, 0, 0, 0]], "qmix": [[4, 1, 3, 2]]}), "atc")
    assert (choice.day, choice.difference) == (3, 2)


def test_the_cheapest_learned_policy_the_cheapest_baseline_and_the_reference_stand_side_by_side() -> None:
    costs = {"nearest": [[10]], "atc": [[8]], "qmix": [[9]], "vdn": [[7]]}
    choice = choose(*table(costs), "nearest")
    assert [unit.policy for unit in choice.units] == ["vdn", "atc", "nearest"]
    assert [unit.policy for unit in choose(*table(costs), "nearest", ["qmix", "atc"]).units] == ["qmix", "atc"]
    assert choose(*table(costs), "vdn").focus == "qmix"


def test_the_training_is_the_one_whose_mean_cost_is_the_median_one() -> None:
    # means of the trainings 9, 1, 5; of the days 5 and 5.3
    choice = choose(*table({"atc": [[0, 0]], "qmix": [[10, 8], [1, 1], [4, 7]]}), "atc")
    assert choice.training_seed == 3
    assert choice.units[0] == UnitKey("qmix", 3, 0)
    assert choice.difference == 5


@pytest.mark.parametrize("reference", ["nearest", "atc"])
def test_without_learned_policies_it_is_about_the_cheapest_other_than_the_reference(reference: str) -> None:
    choice = choose(*table({"nearest": [[10, 12]], "atc": [[8, 8]]}), reference)
    assert choice.focus == ("atc" if reference == "nearest" else "nearest")
    assert [unit.policy for unit in choice.units] == list(dict.fromkeys([choice.focus, "atc", reference]))


def test_a_policy_alone_is_shown_on_its_median_day() -> None:
    choice = choose(*table({"atc": [[3, 1, 2]]}), "atc")
    assert (choice.focus, choice.day) == ("atc", 2)
    assert math.isnan(choice.difference)
