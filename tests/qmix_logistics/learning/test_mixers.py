from __future__ import annotations

import pytest
import torch
from torch import Tensor

from qmix_logistics.environment.schema import STATE_SITE, STATE_TASK, STATE_VEHICLE
from qmix_logistics.learning.hindsight import NUM_FEATURES
from qmix_logistics.learning.mixers import AdditiveMixer, IndependentMixer, MonotonicMixer, StateBatch

HIDDEN = 16


def states(num_epochs: int, num_vehicles: int = 5, num_tasks: int = 3) -> StateBatch:
    return StateBatch(
        vehicles=torch.randn(num_epochs, num_vehicles, len(STATE_VEHICLE)),
        tasks=torch.randn(num_epochs, num_tasks, len(STATE_TASK)),
        task_mask=torch.rand(num_epochs, num_tasks) < 0.7,
        site=torch.randn(num_epochs, len(STATE_SITE)),
        hindsight=torch.rand(num_epochs, NUM_FEATURES),
    )


def team(num_epochs: int, rows_each: int) -> tuple[Tensor, Tensor, Tensor]:
    """Utilities, embeddings and epochs of some rows."""
    num_rows = num_epochs * rows_each
    epoch = torch.arange(num_epochs).repeat_interleave(rows_each)
    return torch.randn(num_rows, requires_grad=True), torch.randn(num_rows, HIDDEN), epoch


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def test_qmix_is_monotone_in_every_utility() -> None:
    """The condition of Rashid et al. (2018), eq. 5, by autograd, for many states, teams and random weights."""
    smallest, is_flat = torch.inf, 0
    for _ in range(20):
        mixer = MonotonicMixer(HIDDEN, HIDDEN, 8)
        utilities, embeddings, epoch = team(50, 4)
        total = mixer(utilities, embeddings, epoch, states(50))
        (slope,) = torch.autograd.grad(total.sum(), utilities)
        smallest, is_flat = min(smallest, slope.min().item()), is_flat + (slope == 0).sum().item()
    assert smallest >= 0
    assert is_flat == 0


def test_qmix_weighs_utilities_by_the_state() -> None:
    """Otherwise it would be a sum: the slopes differ between vehicles and between states."""
    mixer = MonotonicMixer(HIDDEN, HIDDEN, 8)
    utilities, embeddings, epoch = team(2, 2)
    (slope,) = torch.autograd.grad(mixer(utilities, embeddings, epoch, states(2)).sum(), utilities)
    assert len(set(slope.tolist())) == 4


def test_vdn_is_the_sum_and_a_value_of_the_state() -> None:
    mixer, state = AdditiveMixer(HIDDEN), states(3)
    utilities, embeddings, epoch = team(3, 4)
    total = mixer(utilities, embeddings, epoch, state)
    alone = mixer(torch.zeros(12), embeddings, epoch, state)
    torch.testing.assert_close(total - alone, utilities.reshape(3, 4).sum(dim=1))


def test_iql_does_not_mix() -> None:
    utilities, embeddings, epoch = team(3, 4)
    torch.testing.assert_close(IndependentMixer()(utilities, embeddings, epoch, states(3)), utilities)


@pytest.mark.parametrize("mixer", [AdditiveMixer(HIDDEN), MonotonicMixer(HIDDEN, HIDDEN, 8)])
def test_the_order_of_vehicles_and_tasks_does_not_matter(mixer: AdditiveMixer | MonotonicMixer) -> None:
    state = states(1, num_vehicles=6, num_tasks=4)
    utilities, embeddings, epoch = team(1, 6)
    vehicles, tasks = torch.randperm(6), torch.randperm(4)
    shuffled = StateBatch(
        state.vehicles[:, vehicles], state.tasks[:, tasks], state.task_mask[:, tasks], state.site, state.hindsight
    )
    torch.testing.assert_close(
        mixer(utilities, embeddings, epoch, state), mixer(utilities[vehicles], embeddings[vehicles], epoch, shuffled)
    )


@pytest.mark.parametrize("mixer", [AdditiveMixer(HIDDEN), MonotonicMixer(HIDDEN, HIDDEN, 8)])
def test_one_mixer_serves_fleets_of_any_size(mixer: AdditiveMixer | MonotonicMixer) -> None:
    for num_vehicles in (1, 8, 50):
        utilities, embeddings, epoch = team(2, num_vehicles)
        assert mixer(utilities, embeddings, epoch, states(2, num_vehicles)).shape == (2,)


@pytest.mark.parametrize("mixer", [AdditiveMixer(HIDDEN), MonotonicMixer(HIDDEN, HIDDEN, 8)])
def test_hindsight_moves_the_value_of_the_state_only(mixer: AdditiveMixer | MonotonicMixer) -> None:
    """What is about to come must not touch the comparison of stops: slopes stay, the value moves."""
    state = states(3)
    later = StateBatch(state.vehicles, state.tasks, state.task_mask, state.site, state.hindsight + 1)
    utilities, embeddings, epoch = team(3, 4)
    now, then = (mixer(utilities, embeddings, epoch, each) for each in (state, later))
    slopes = [torch.autograd.grad(value.sum(), utilities)[0] for value in (now, then)]
    torch.testing.assert_close(*slopes, rtol=0, atol=0)
    assert (now != then).all()
