"""Trained with eight vehicles, at work with four, sixteen and thirty, beside policies trained with as many."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from learned import costs, difference_pct, policy_of, scenario_of, train_all

from qmix_logistics.scenario import ScenarioSpec

SEEDS, NUM_DAYS = (1, 2, 3), 20
TRAINING_DAYS = {4: 64, 8: 64, 16: 64, 30: 32}
"""Thirty vehicles decide nearly twice as often in 32 days as eight in 64."""
RATE_PER_VEHICLE = 36
"""Orders an hour; eight vehicles do them without a growing queue."""
LIMIT_PCT = 5.0


def of_size(num_vehicles: int) -> ScenarioSpec:
    """Return the warehouse of the planner's outages, without outages, with as many orders for each vehicle."""
    return scenario_of(
        "planner-outage",
        f"fleet.0.count={num_vehicles}",
        f"demand.rate_per_h={RATE_PER_VEHICLE * num_vehicles}",
        "disruptions={}",
        "policies=[{kind: qmix}, {kind: matching, anticipatory: true, lookahead: 3}]",
        f"training.budget={TRAINING_DAYS[num_vehicles]} days",
    )


@pytest.mark.parametrize("num_vehicles", [4, 16, 30])
def test_a_policy_for_eight_vehicles_serves_other_fleets(num_vehicles: int) -> None:
    eight, own = of_size(8), of_size(num_vehicles)
    train_all([eight, own], SEEDS)
    moved, at_home = (
        np.mean([costs(own, functools.partial(policy_of, spec, "qmix", seed), NUM_DAYS) for seed in SEEDS], axis=0)
        for spec in (eight, own)
    )
    matching = costs(own, functools.partial(policy_of, own, "matching-anticipatory"), NUM_DAYS)
    mean, low, high = difference_pct(moved, at_home)
    print(f"\n{num_vehicles} vehicles: trained with 8 {moved.mean():.2f}, with as many {at_home.mean():.2f}: "
          f"{mean:+.1f} % [{low:+.1f}, {high:+.1f}]; anticipatory matching {matching.mean():.2f}")  # fmt: skip
    assert mean <= LIMIT_PCT
