"""How fast teams learn: as one process on one core, beside what the environment takes alone."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch
from conftest import Figures
from teams import random_episode
from torch import nn

from qmix_logistics.environment.outside.registry import make_environments
from qmix_logistics.environment.outside.team_environment import TeamSpec
from qmix_logistics.learning.episodes.building import build_learner
from qmix_logistics.learning.episodes.recurrent import SharedGru
from qmix_logistics.learning.episodes.replay import EpisodeReplay
from qmix_logistics.learning.episodes.sample import EpisodeSample
from qmix_logistics.learning.episodes.trainer import TeamTrainer
from qmix_logistics.scenario.team_training import TeamTraining

PUBLIC = {
    "foraging": ("lbforaging", "Foraging-8x8-2p-2f-coop-v3", {}, 4000),
    "spread": ("mpe2", "simple_spread_v3", {"N": 3, "max_cycles": 25}, 2000),
}


@pytest.mark.parametrize("name", PUBLIC)
def test_complete_training(name: str, figures: Figures) -> None:
    """QMIX as EPyMARL ships it: layers of 64, mixer 32, 32 episodes a batch, one update an episode, no memory."""
    family, environment, options, budget = PUBLIC[name]
    pytest.importorskip(family)
    torch.set_num_threads(1)
    training = TeamTraining(steps=10**9, envs=32, trace=0.0, evaluate_every_steps=10**9, evaluation_episodes=1)
    made = [make_environments(f"{family}:{environment}", num, options) for num in (training.envs, 1)]
    trainer, rates, alone = TeamTrainer(*made, "qmix", training, 1), [], []
    for _ in range(3):
        trainer.train_round()  # the first fills a batch
    for _ in range(5):
        alone.append(environment_rate(f"{family}:{environment}", options))
        before, start_s = trainer.steps, time.process_time()
        for _ in range(4):
            trainer.train_round()
        rates.append((trainer.steps - before) / (time.process_time() - start_s))
    note = f"steps of the environment, learning included; its own alone: {np.median(alone):,.0f}"
    figures.add(f"training on {name}", rates, "/s", budget=budget, more_is_better=True, note=note)


def environment_rate(name: str, options: dict[str, int]) -> float:
    environments = make_environments(name, 1, options)
    spec, live, number, seed = environments.spec, np.arange(1), 0, 0
    start_s = time.process_time()
    while number < 2000:
        environments.reset([seed])
        seed, is_over = seed + 1, False
        while not is_over:
            step = environments.step(live, np.ones((1, spec.num_agents), np.int64))
            number, is_over = number + 1, bool(step.is_terminated[0] or step.is_truncated[0])
    return number / (time.process_time() - start_s)


@pytest.mark.parametrize("recurrent", [True, False])
def test_one_update(recurrent: bool, figures: Figures) -> None:
    """32 episodes of 50 steps of 8 agents; observation 48, state 96, 16 actions, width 64, mixer 32."""
    torch.set_num_threads(1)
    spec = TeamSpec(8, 16, 48, 96, has_masks=True)
    learner = build_learner("qmix", spec, TeamTraining(recurrent=recurrent, trace=0.0), 0)
    replay, rng, times_ms = EpisodeReplay(spec, 2**26, 5000), np.random.default_rng(0), []
    for _ in range(64):
        replay.add(random_episode(spec, 50, rng))
    for _ in range(25):
        start_s = time.process_time()
        learner.update(EpisodeSample(replay.sample(32, rng), 0.99, 0.0, 1.0))
        times_ms.append(1e3 * (time.process_time() - start_s))
    what = "one QMIX update, agents that remember" if recurrent else "one QMIX update, feed-forward"
    note = "32 episodes x 50 steps x 8 agents"
    figures.add(what, times_ms[5:], "ms", budget=60 if recurrent else None, note=note)


def test_the_gated_unit(figures: Figures) -> None:
    """Forward and backward along 51 steps of 256 sequences, ours and torch's in turns."""
    torch.set_num_threads(1)
    units = {"ours": SharedGru(64), "torch's": nn.GRU(64, 64)}
    sequences, weights = torch.randn(51, 256, 64, requires_grad=True), torch.randn(51, 256, 64)
    times_ms: dict[str, list[float]] = {name: [] for name in units}
    for _ in range(12):
        for name, unit in units.items():
            start_s = time.process_time()
            outputs = unit(sequences)
            ((outputs[0] if isinstance(outputs, tuple) else outputs) * weights).sum().backward()
            times_ms[name].append(1e3 * (time.process_time() - start_s))
    for name, measured in times_ms.items():
        figures.add(f"gated unit with its gradient, {name}", measured[2:], "ms", note="51 steps, 256 sequences of 64")
