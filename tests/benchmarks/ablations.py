"""
What each lever of learning is worth: one is changed at a time, three trainings each, on two scenarios.

``python tests/benchmarks/ablations.py [lever ...]`` trains what is missing in ``runs/benchmarks`` and writes the rows
of the levers that are named, or of all, into ``docs/background/ablations.csv``.
"""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from learned import costs, difference_pct, policy_of, scenario_of, train_all

from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.policies import policy_name

FILE = Path(__file__).parents[2] / "docs" / "background" / "ablations.csv"
SCENARIOS, SEEDS, NUM_DAYS, TRAINING_DAYS = ("quickstart", "planner-outage"), (1, 2, 3), 20, 64
BEST, ANY = "training.exploration.best_share", "training.exploration.any_share"
MATCHING = "{kind: matching, anticipatory: true, lookahead: 3}"
LEVERS: dict[str, tuple[str, ...]] = {
    "local": ("{kind: qmix}",),
    "local, costs alone (no imitation)": ("{kind: qmix}", "training.imitation_weight=0"),
    "local, no teacher": ("{kind: qmix, teacher: null}",),
    "local, told what its own matching would do": (
        f"{{kind: qmix, adviser: {MATCHING[:-1]}, information: local}}}}",
    ),
    "local, imitation weighs 3": ("{kind: qmix}", "training.imitation_weight=3"),
    "local, little chance": ("{kind: qmix}", f"{BEST}=0.1", f"{ANY}=0.02"),
    "local, values span 60 s": ("{kind: qmix}", "training.discount_time_constant_s=60"),
    "local, values span 300 s": ("{kind: qmix}", "training.discount_time_constant_s=300"),
    "local, sees the whole site": ("{kind: qmix}", "information.board_range_m=null", "information.radio_range_m=null"),
    "coordinator": ("{kind: qmix, information: coordinator}",),
    "advised": ("{kind: qmix, information: advised}",),
    "advised, costs alone (no imitation)": ("{kind: qmix, information: advised}", "training.imitation_weight=0"),
    "advised, little chance": (
        "{kind: qmix, information: advised}", f"{BEST}=0.05", f"{ANY}=0.01",
    ),
    **{f"local, {kind}": (f"{{kind: {kind}}}",) for kind in ("iql", "vdn", "qplex", "ow_qmix", "qtran_base")},
}  # fmt: skip


def spec_of(scenario: str, lever: str) -> ScenarioSpec:
    """Return a scenario with one learner, under a lever."""
    entry, *changes = LEVERS[lever]
    return scenario_of(scenario, f"policies=[{MATCHING}, {entry}]", f"training.budget={TRAINING_DAYS} days", *changes)


def row(scenario: str, lever: str) -> dict[str, object]:
    """Train, play, and compare with the matching on the same days."""
    spec = spec_of(scenario, lever)
    train_all([spec], SEEDS)
    name = policy_name(spec.policies[-1])
    each = [costs(spec, functools.partial(policy_of, spec, name, seed), NUM_DAYS) for seed in SEEDS]
    matching = costs(spec, functools.partial(policy_of, spec, "matching-anticipatory"), NUM_DAYS)
    mean, low, high = difference_pct(np.mean(each, axis=0), matching)
    return {
        "scenario": scenario, "lever": lever, "cost": np.mean(each), "against_matching_pct": mean, "ci_low_pct": low,
        "ci_high_pct": high, "trainings": " ".join(f"{one.mean():.2f}" for one in each), "training_days": TRAINING_DAYS,
        "test_days": NUM_DAYS,
    }  # fmt: skip


def main() -> None:
    """Run the levers that are named, or all."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for lever in sys.argv[1:] or LEVERS:
        for scenario in SCENARIOS:
            found = pd.DataFrame([row(scenario, lever)])
            print(found.to_string(header=False, index=False), flush=True)
            if FILE.exists():
                known = pd.read_csv(FILE)
                is_same = (known["scenario"] == scenario) & (known["lever"] == lever)
                found = pd.concat([known[~is_same], found], ignore_index=True)
            order = found["lever"].map(list(LEVERS).index)
            found = found.assign(order=order).sort_values(["scenario", "order"]).drop(columns="order")
            found.to_csv(FILE, index=False, float_format="%.5g", lineterminator="\n")


if __name__ == "__main__":
    main()
