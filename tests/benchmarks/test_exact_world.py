"""
QMIX through the whole stack against the optimum of a world that is small enough for value iteration.

Codec, claims, irregular discounts, drain, replay, trainer: a fault in any of them costs more than the 2 % allowed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Figures
from jaxtyping import Float
from oracles.tiny_fleet import OptimalPolicy, TinyFleet, solve

from qmix_logistics.composition import build_demand
from qmix_logistics.episode import Policy, play
from qmix_logistics.learning.dispatch.learned_policy import LearnedPolicy
from qmix_logistics.learning.dispatch.trainer import Trainer
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import DayKey, Simulator, Split, compile_site

WORLD = TinyFleet(max_express=6, max_standard=20)
NUM_DAYS, ALLOWED_PCT = 40, 2.0
TRAINING = {
    "budget": "128 days", "envs_per_batch": 16, "discount_time_constant_s": 300, "return_horizon_s": 60,
    "epochs_per_update": 4, "batch_epochs": 128, "hidden": 32, "mixer_hidden": 16, "replay_mib": 64,
    "validate_every_days": 32,
    "exploration": {"guide": "random", "guide_days": 60, "best_share": 0.1, "num_best": 3, "any_share": 0.05},
}  # fmt: skip


def costs(spec: ScenarioSpec, policy: Policy) -> Float[np.ndarray, " day"]:
    """Costs of the test days, an hour."""
    site = compile_site(spec)
    demand, simulator = build_demand(spec, site), Simulator(site)
    days = [demand.realise(DayKey(Split.TEST, index)) for index in range(NUM_DAYS)]
    total = [play(simulator, policy, day, np.random.default_rng(0)).records.total_cost for day in days]
    return np.array(total) / (spec.horizon.demand_s / 3600)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_qmix_comes_close_to_the_optimum(seed: int, tmp_path: Path, figures: Figures) -> None:
    torch.set_num_threads(1)
    short = WORLD.scenario(tmp_path, training=TRAINING, horizon__demand_s=3600)
    site = compile_site(short)
    trainer = Trainer(site, build_demand(short, site), "qmix", short.training, 1, seed, 20)
    while trainer.progress < 1:
        trainer.train_round()
    assert trainer.best is not None
    spec, solution = WORLD.scenario(tmp_path), solve(WORLD, 1e-5)
    best, learned = costs(spec, OptimalPolicy(solution)), costs(spec, LearnedPolicy(trainer.best.network))
    above_pct = 100 * (learned - best) / best.mean()
    half_pct = 1.96 * above_pct.std(ddof=1) / NUM_DAYS**0.5
    note = f"+- {half_pct:.1f} %; optimum {best.mean():.3f} an hour, value iteration {solution.cost_per_h:.3f}"
    figures.add(f"tiny world, QMIX above the optimum, {seed}", [above_pct.mean()], "%", budget=ALLOWED_PCT, note=note)
    assert above_pct.mean() <= ALLOWED_PCT
