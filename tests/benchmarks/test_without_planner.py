"""What it costs when the planner cannot be reached, is slow, or vehicles fail: trained once, then the world changes."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import pytest
from learned import compare, costs, policy_of, scenario_of, train_all

from qmix_logistics.scenario import ScenarioSpec

SEEDS, NUM_DAYS = (1, 2, 3), 12
POLICIES = (
    "[{kind: atc}, {kind: matching, anticipatory: true, lookahead: 3}, {kind: rolling_horizon}, {kind: qmix}, "
    "{kind: qmix, information: coordinator, weights_of: qmix}, {kind: qmix, information: advised}]"
)
CENTRAL, LEARNED = ("atc", "matching-anticipatory", "rolling_horizon"), ("qmix", "qmix-coordinator", "qmix-advised")
DEMAND_S, SPELLS = 3600, 3
SITE = ("training.budget=96 days", f"policies={POLICIES}")


def with_outages(share_pct: float, *changes: str) -> ScenarioSpec:
    """Return the scenario with three outages, which together last for a share of the time in which orders come."""
    each_s = share_pct / 100 * DEMAND_S / SPELLS
    begins = [spell * DEMAND_S / SPELLS + (DEMAND_S / SPELLS - each_s) / 2 for spell in range(SPELLS)]
    outages = [f"{{earliest_s: {begin}, latest_s: {begin}, duration_s: {each_s}}}" for begin in begins if each_s]
    return scenario_of("planner-outage", *SITE, f"disruptions.planner_outages=[{', '.join(outages)}]", *changes)


def trained() -> ScenarioSpec:
    """Return the scenario in which all learn: as it is shipped."""
    spec = scenario_of("planner-outage", *SITE)
    train_all([spec], SEEDS)
    return spec


def mean_costs(spec: ScenarioSpec, school: ScenarioSpec, names: Sequence[str]) -> dict[str, np.ndarray]:
    """Return each policy's cost of each day, mean over trainings."""
    seeds = {name: SEEDS if name in LEARNED else (1,) for name in names}
    return {
        name: np.mean(
            [costs(spec, functools.partial(policy_of, school, name, seed), NUM_DAYS) for seed in seeds[name]], axis=0
        )
        for name in names
    }


@pytest.mark.parametrize("share_pct", [0, 10, 30, 60, 100])
def test_outages(share_pct: int) -> None:
    found = mean_costs(with_outages(share_pct), trained(), CENTRAL + LEARNED)
    print(f"\nplanner away {share_pct} % of the time: " + ", ".join(f"{n} {c.mean():.2f}" for n, c in found.items()))
    intervals_pct = [compare(found, learned, central) for learned in LEARNED for central in CENTRAL]
    assert share_pct < 30 or all(high < 0 for _, high in intervals_pct)


@pytest.mark.parametrize("central_s", [0, 1, 3, 10, 30])
def test_latency(central_s: float) -> None:
    """What is decided by a centre, or with its advice, comes so late; what vehicles decide does not."""
    spec = with_outages(0, f"decision_time={{kind: fixed, central_s: {central_s}}}")
    central = ("atc", "matching-anticipatory")
    found = mean_costs(spec, trained(), (*central, *LEARNED))
    print(f"\nplanner {central_s} s late: " + ", ".join(f"{n} {c.mean():.2f}" for n, c in found.items()))
    intervals_pct = [compare(found, "qmix", name) for name in central]
    assert central_s < 10 or all(high < 0 for _, high in intervals_pct)


@pytest.mark.parametrize("mean_driving_min", [20, 90, 360])
def test_breakdowns(mean_driving_min: float) -> None:
    """They trained on a failure every 90 minutes; at other rates too, none certainly costs more than a centre."""
    spec = with_outages(0, f"fleet.0.breakdowns.mean_driving_s={mean_driving_min} min")
    central = ("atc", "matching-anticipatory")
    found = mean_costs(spec, trained(), (*central, *LEARNED))
    print(f"\na failure every {mean_driving_min} min: " + ", ".join(f"{n} {c.mean():.2f}" for n, c in found.items()))
    intervals_pct = [compare(found, learned, name) for learned in LEARNED for name in central]
    assert all(low < 1e-9 for low, _ in intervals_pct)  # advised ones play its days, but for rounding
