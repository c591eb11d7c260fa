from __future__ import annotations

import dataclasses
from typing import get_args

import numpy as np
import pytest
import torch
from documents import battery_scenario, scenario
from playing import first_orders, test_day
from torch import Tensor

from qmix_logistics.environment.codec import Codec
from qmix_logistics.learning.dispatch.building import build_learner, replay_shape
from qmix_logistics.learning.dispatch.entity_network import UtilityNetwork
from qmix_logistics.learning.dispatch.hindsight import NUM_FEATURES, Hindsight
from qmix_logistics.learning.dispatch.replay import TERMINAL, Replay
from qmix_logistics.learning.dispatch.replay_records import DrawnDecisions
from qmix_logistics.learning.dispatch.sample import DispatchSample, local_batch
from qmix_logistics.learning.learner import Learner, margin_loss
from qmix_logistics.learning.network.decisions import NO_SLOT, Utilities
from qmix_logistics.learning.network.team_network import TeamNetwork
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.policies import Algorithm
from qmix_logistics.scenario.training import Training
from qmix_logistics.simulation import Day, DecisionEpoch, Simulator, Site, compile_site

TRAINING = Training(hidden=16, mixer_hidden=8)
ALGORITHMS: tuple[Algorithm, ...] = get_args(Algorithm)


def two_tasks_at(spec: ScenarioSpec, times_s: list[float]) -> tuple[Site, Day]:
    """A day with an order of one task at each time."""
    day = first_orders(test_day(spec), len(times_s))
    day.orders["release_s"], day.orders["due_s"] = times_s, np.array(times_s) + 300
    return compile_site(spec), day


def first_epoch(spec: ScenarioSpec, times_s: list[float]) -> tuple[Site, DecisionEpoch]:
    """The first epoch of such a day at which there is work."""
    site, day = two_tasks_at(spec, times_s)
    epoch = Simulator(site).reset(day)
    assert epoch.num_pending == len(times_s)
    return site, epoch


def sample_with(site: Site, epoch: DecisionEpoch, slots: list[int] | None = None) -> DrawnDecisions:
    """A sample of one decision, bootstrapped at the same epoch."""
    observation = Codec(site).encode([epoch], with_state=True)
    replay = Replay(replay_shape(site), 2**20)
    rows = np.arange(len(observation.decider))
    slots = [int(observation.mask[row].argmax()) for row in rows] if slots is None else slots
    numbers = [replay.add(observation, 0, rows, np.array(slots), np.zeros(NUM_FEATURES)) for _ in range(2)]
    replay.connect(numbers[0], numbers[1], -1.0, 0.0)
    return replay.sample(1, 100.0, 0.0, np.random.default_rng(0))


def learner_of(algorithm: Algorithm, seed: int = 0, **settings: float) -> Learner:
    """A learner whose advantages are not 0."""
    training = TRAINING.model_copy(update={"learning_rate": 1e-3, "polyak": 0.1, **settings})
    learner = build_learner(algorithm, training, seed)
    torch.manual_seed(seed)
    teams = [learner.network, *([learner.network.central] if learner.network.central is not None else [])]
    for team in teams:
        torch.nn.init.normal_(agents_of(team).advantage.weight)
    learner.target.load_state_dict(learner.network.state_dict())
    return learner


def agents_of(team: TeamNetwork) -> UtilityNetwork:
    assert isinstance(team.agents, UtilityNetwork)
    return team.agents


def values_of(learner: Learner, drawn: DrawnDecisions) -> Tensor:
    return learner.loss(DispatchSample(drawn)).values


def targets_of(learner: Learner, drawn: DrawnDecisions) -> Tensor:
    return learner.loss(DispatchSample(drawn)).targets


@pytest.mark.parametrize("algorithm", ["vdn", "qmix"])
def test_only_one_vehicle_gets_a_task_in_the_bootstrap(algorithm: Algorithm) -> None:
    """
    Two idle vehicles, one task.

    The target is the value of one of them taking it and the other waiting, which is less than both independent maxima.
    """
    site, epoch = first_epoch(scenario(), [0.0])
    learner, sample = learner_of(algorithm), sample_with(site, epoch)
    utilities = agents_of(learner.target)(local_batch(sample.next_rows))
    tasks = sample.next_rows["tasks"][:, : utilities.advantage.shape[1]]
    take = [int((tasks[row] >= 0).argmax()) for row in range(2)]
    wait = [int(((tasks[row] < 0) & (utilities.advantage[row].numpy() > -np.inf)).argmax()) for row in range(2)]
    winner = int(utilities.advantage[[0, 1], take].argmax())
    slots = [take[row] if row == winner else wait[row] for row in range(2)]
    executable = sample_with(site, epoch, slots)
    expected = -1.0 + values_of(learner, executable).item()
    assert targets_of(learner, sample).item() == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_completed_day_is_not_bootstrapped(algorithm: Algorithm) -> None:
    site, epoch = first_epoch(scenario(), [0.0])
    observation, replay = Codec(site).encode([epoch], with_state=True), Replay(replay_shape(site), 2**20)
    rows = np.arange(2)
    number = replay.add(observation, 0, rows, observation.mask.argmax(axis=1), np.zeros(NUM_FEATURES))
    replay.connect(number, TERMINAL, -3.0, 9.0)
    targets = targets_of(learner_of(algorithm), replay.sample(4, 100.0, 0.0, np.random.default_rng(0)))
    assert set(targets.tolist()) == {-3.0}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_vehicles_that_never_decide_change_no_gradient_of_the_agents(algorithm: Algorithm) -> None:
    """Only rows enter the mixer: with the same state, a decision of two among two or among five is learned alike."""
    site, epoch = first_epoch(scenario(), [0.0, 0.0])
    sample = sample_with(site, epoch)
    wide = dataclasses.replace(
        sample, epochs=_with_copies(sample.epochs, 3), next_epochs=_with_copies(sample.next_epochs, 3)
    )
    gradients, targets = [], []
    for each in (sample, wide):
        learner = learner_of(algorithm)
        loss = learner.loss(DispatchSample(each))
        targets.append(loss.targets)
        loss.values.sum().backward()
        gradients.append(
            [parameter.grad.clone() for parameter in learner.network.parameters() if parameter.grad is not None]
        )
    torch.testing.assert_close(targets[0], targets[1])
    for mine, theirs in zip(*gradients, strict=True):
        torch.testing.assert_close(mine, theirs)


def _with_copies(epochs: np.ndarray, times: int) -> np.ndarray:
    """Give the state's vehicles twins: the pooled state is their mean and stays the same."""
    fields = [
        (name, *((epochs.dtype[name].base, (epochs.dtype[name].shape[0] * times, *epochs.dtype[name].shape[1:]))
                 if name == "state_vehicles" else (epochs.dtype[name],)))
        for name in epochs.dtype.names
    ]  # fmt: skip
    wide = np.zeros(len(epochs), fields)
    for name in epochs.dtype.names:
        wide[name] = np.tile(epochs[name], (1, times, 1)) if name == "state_vehicles" else epochs[name]
    return wide


@pytest.mark.usefixtures("shapes_on_trust")
@pytest.mark.parametrize(
    "algorithm",
    ["qmix", "qplex", *(pytest.param(name, marks=pytest.mark.slow) for name in ("iql", "vdn", "cw_qmix", "ow_qmix"))],
)
def test_values_learn_a_known_return(algorithm: Algorithm) -> None:
    """Two choices, worth -1 and -3 for ever after: both are learned, so the better one is taken."""
    site, epoch = first_epoch(battery_scenario(fleet__0__count=1), [0.0, 0.0])
    observation, replay = Codec(site).encode([epoch], with_state=True), Replay(replay_shape(site), 2**20)
    tasks = np.flatnonzero(observation.tasks[0] >= 0)
    for slot, reward in zip(tasks, (-1.0, -3.0), strict=True):
        number = replay.add(observation, 0, np.array([0]), np.array([slot]), np.zeros(NUM_FEATURES))
        replay.connect(number, TERMINAL, reward, 10.0)
    learner = build_learner(algorithm, TRAINING.model_copy(update={"learning_rate": 5e-3, "polyak": 0.05}), 0)
    rng = np.random.default_rng(0)
    for _ in range(700):
        learner.update(DispatchSample(replay.sample(16, 100.0, 0.0, rng)))
    drawn = replay.sample(16, 100.0, 0.0, rng)
    np.testing.assert_allclose(values_of(learner, drawn).detach().numpy(), drawn.returns, atol=0.1)
    advantage = agents_of(learner.network)(local_batch(drawn.rows[:1])).advantage[0]
    assert advantage[tasks[0]] > advantage[tasks[1]]


def test_the_target_network_follows_slowly() -> None:
    site, epoch = first_epoch(scenario(), [0.0])
    learner = learner_of("qmix")
    before = [parameter.clone() for parameter in learner.target.parameters()]
    learner.update(DispatchSample(sample_with(site, epoch)))
    for old, online, target in zip(before, learner.network.parameters(), learner.target.parameters(), strict=True):
        torch.testing.assert_close(target, old + 0.1 * (online - old))


def test_hindsight_counts_what_comes() -> None:
    """Orders at 5, 15 and 100 s, seen from 0 s and from 10 s; windows end after 10, 20, 40, 80 and 160 s."""
    spec = scenario()
    site, day = two_tasks_at(spec, [5.0, 15.0, 100.0])
    day.orders["weight"] = [4.0, 1.0, 1.0]
    hindsight, unit = Hindsight(site, day, 120.0), site.fleet.num_vehicles
    tasks = np.array([1, 1, 0, 0, 1]) / unit
    weights = np.array([4, 1, 0, 0, 1]) / site.mean_weight / unit
    np.testing.assert_allclose(hindsight.after(0.0), [*weights, *tasks])
    np.testing.assert_allclose(hindsight.after(10.0)[5:], np.array([1, 0, 0, 0, 1]) / unit)


def test_the_margin_loss_by_hand() -> None:
    """Shown 0, which is 0.05 better than the next: 0.1 - 0.05 missing. Shown 1, 0.3 below: 0.3 + 0.1. Shown none."""
    advantage = torch.tensor([[0.05, 0.0, -torch.inf], [0.3, 0.0, 0.1], [9.0, 0.0, 0.0]], requires_grad=True)
    utilities = Utilities(torch.zeros(3), advantage)
    weights = torch.tensor([1.0, 1.0, 1.0])
    loss = margin_loss(utilities, torch.tensor([0, 1, NO_SLOT]), 0.1, weights)
    assert loss.item() == pytest.approx((0.05 + 0.4) / 2)
    (gradient,) = torch.autograd.grad(loss, advantage)
    assert gradient.tolist() == [[-0.5, 0.5, 0.0], [0.5, -0.5, 0.0], [0.0, 0.0, 0.0]]
    assert margin_loss(utilities, torch.full((3,), NO_SLOT), 0.1, weights).item() == 0.0
    weights = torch.tensor([0.03, 1.0, 1.0])
    assert margin_loss(utilities, torch.tensor([0, 1, NO_SLOT]), 0.1, weights).item() == pytest.approx(
        (0.03 * 0.05 + 0.4) / 2
    )
