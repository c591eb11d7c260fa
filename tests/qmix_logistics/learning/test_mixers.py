from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from qmix_logistics.environment.schema import STATE_SITE, STATE_TASK, STATE_VEHICLE
from qmix_logistics.learning.dispatch.entity_network import StopFeatures
from qmix_logistics.learning.dispatch.hindsight import NUM_FEATURES
from qmix_logistics.learning.dispatch.state import StateBatch, StateEncoder
from qmix_logistics.learning.episodes.sample import OneHotChoices
from qmix_logistics.learning.mixers import (
    AdditiveMixer,
    DuplexMixer,
    IndependentMixer,
    Mixer,
    MonotonicMixer,
    UnrestrictedMixer,
)
from qmix_logistics.learning.network.decisions import Decisions, Team, Utilities
from qmix_logistics.learning.network.grouping import Grouping, TeamGrouping
from qmix_logistics.learning.network.heads import FixedHeads, SharedHeads

HIDDEN, NUM_SLOTS = 16, 3
SHARED = SharedHeads(HIDDEN, HIDDEN, NUM_FEATURES)
NUM_AGENTS, STATE_SIZE = 4, 6
FIXED = FixedHeads(NUM_AGENTS, STATE_SIZE, 12, 8)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def decisions_of_vehicles(num_epochs: int, rows_each: int) -> Decisions:
    """Decisions of a fleet, with a choice of three for each row."""
    num_rows = num_epochs * rows_each
    grouping = Grouping(torch.arange(num_epochs).repeat_interleave(rows_each), num_epochs)
    state, embedding = torch.randn(num_epochs, HIDDEN), torch.randn(num_rows, HIDDEN)
    team = Team(grouping, lambda: embedding, lambda: state, torch.rand(num_epochs, NUM_FEATURES))
    stops = StopFeatures(torch.randn(num_rows * NUM_SLOTS, HIDDEN), torch.full((num_rows,), NUM_SLOTS))
    return Decisions(random_utilities(num_rows), team, stops)


def decisions_of_team(num_groups: int) -> Decisions:
    """Decisions of a team of fixed size, with three actions each."""
    num_rows = num_groups * NUM_AGENTS
    state, embedding = torch.randn(num_groups, STATE_SIZE), torch.randn(num_rows, HIDDEN)
    team = Team(TeamGrouping(num_groups, NUM_AGENTS), lambda: embedding, lambda: state)
    return Decisions(random_utilities(num_rows), team, OneHotChoices(num_groups, NUM_AGENTS, NUM_SLOTS))


def random_utilities(num_rows: int) -> Utilities:
    return Utilities(torch.randn(num_rows), torch.randn(num_rows, NUM_SLOTS, requires_grad=True))


def with_utilities(decisions: Decisions, chosen: Tensor) -> Decisions:
    """The same decisions, but every choice of a row has the given utility."""
    utilities = Utilities(torch.zeros(len(chosen)), chosen[:, None].expand(-1, NUM_SLOTS))
    return Decisions(utilities, decisions.team, decisions.choices)


MONOTONE: list[tuple[Callable[[], Mixer], Callable[[], Decisions]]] = [
    (lambda: AdditiveMixer(SHARED), lambda: decisions_of_vehicles(50, 4)),
    (lambda: AdditiveMixer(None), lambda: decisions_of_team(50)),
    (lambda: MonotonicMixer(SHARED, 8), lambda: decisions_of_vehicles(50, 4)),
    (lambda: MonotonicMixer(FIXED, 8), lambda: decisions_of_team(50)),
]


@pytest.mark.parametrize(("make", "see"), MONOTONE)
def test_the_value_rises_with_every_utility(make: Callable[[], Mixer], see: Callable[[], Decisions]) -> None:
    """The condition of Rashid et al. (2018), eq. 5, by autograd, for many states, teams and random weights."""
    smallest = torch.inf
    for _ in range(20):
        mixer, decisions = make(), see()
        assert mixer.is_monotone
        chosen = torch.randn(200, requires_grad=True)
        total = mixer(with_utilities(decisions, chosen), torch.zeros(200, dtype=torch.int64))
        (slope,) = torch.autograd.grad(total.sum(), chosen)
        smallest = min(smallest, slope.min().item())
    assert smallest > 0


IGM: list[tuple[Callable[[], Mixer], Callable[[], Decisions]]] = [
    *MONOTONE,
    (lambda: DuplexMixer(SHARED, HIDDEN), lambda: decisions_of_vehicles(50, 4)),
    (lambda: DuplexMixer(FIXED, NUM_AGENTS * NUM_SLOTS), lambda: decisions_of_team(50)),
]


@pytest.mark.parametrize(("make", "see"), IGM)
@torch.no_grad()
def test_each_agents_best_choice_is_the_teams_best(make: Callable[[], Mixer], see: Callable[[], Decisions]) -> None:
    """Individual-global-max (Son et al. 2019, eq. 1), by enumeration of all 81 joint choices in 50 states."""
    mixer, decisions = make(), see()
    joint = torch.tensor(list(itertools.product(range(NUM_SLOTS), repeat=4)))
    values = torch.stack([mixer(decisions, choice.repeat(50)) for choice in joint])
    best = decisions.utilities.advantage.argmax(dim=1).reshape(50, 4)
    assert torch.equal(joint[values.argmax(dim=0)], best)


def test_an_unrestricted_mixer_claims_nothing() -> None:
    """It falls with some utilities: else it could not tell the target of a game that is not monotone."""
    mixer, decisions = UnrestrictedMixer(FIXED, 16), decisions_of_team(50)
    chosen = torch.randn(200, requires_grad=True)
    total = mixer(with_utilities(decisions, chosen), torch.zeros(200, dtype=torch.int64))
    (slope,) = torch.autograd.grad(total.sum(), chosen)
    assert slope.min() < 0 < slope.max()
    assert not mixer.is_monotone


@pytest.mark.parametrize(("heads", "see"), [(SHARED, decisions_of_vehicles), (FIXED, None)])
def test_qmix_weighs_utilities_by_the_state(
    heads: SharedHeads | FixedHeads, see: Callable[[int, int], Decisions] | None
) -> None:
    """Otherwise it would be a sum: the slopes differ between agents and between states."""
    decisions = see(2, 4) if see is not None else decisions_of_team(2)
    chosen = torch.randn(8, requires_grad=True)
    total = MonotonicMixer(heads, 8)(with_utilities(decisions, chosen), torch.zeros(8, dtype=torch.int64))
    (slope,) = torch.autograd.grad(total.sum(), chosen)
    assert len(set(slope.tolist())) == 8


def test_qplex_weighs_shortfalls_by_the_joint_choice() -> None:
    """Otherwise it could not represent more than QMIX: the same shortfall counts differently beside another choice."""
    mixer, decisions = DuplexMixer(FIXED, NUM_AGENTS * NUM_SLOTS), decisions_of_team(1)
    with torch.no_grad():
        for parameter in mixer.choice.parameters():
            parameter.mul_(5.0)  # random weights tell choices apart, but hardly
    best = decisions.utilities.advantage.argmax(dim=1)
    other = (best + 1) % NUM_SLOTS
    alone, beside = best.clone(), best.clone()
    alone[0], beside[1] = other[0], other[1]
    both = torch.where(torch.arange(4) < 2, other, best)
    at_best, at_alone, at_beside, at_both = (mixer(decisions, slots).item() for slots in (best, alone, beside, both))
    assert max(at_alone, at_beside, at_both) < at_best
    assert at_best - at_both != pytest.approx((at_best - at_alone) + (at_best - at_beside), rel=0.01)


def test_vdn_is_the_sum_and_a_value_of_the_state() -> None:
    mixer, decisions = AdditiveMixer(SHARED), decisions_of_vehicles(3, 4)
    slots = torch.zeros(12, dtype=torch.int64)
    alone = mixer(with_utilities(decisions, torch.zeros(12)), slots)
    expected = decisions.utilities.of(slots).reshape(3, 4).sum(dim=1)
    torch.testing.assert_close(mixer(decisions, slots) - alone, expected)
    torch.testing.assert_close(AdditiveMixer(None)(decisions, slots), expected)


def test_iql_does_not_mix() -> None:
    decisions, slots = decisions_of_team(3), torch.ones(12, dtype=torch.int64)
    torch.testing.assert_close(IndependentMixer()(decisions, slots), decisions.utilities.of(slots))


ANY_SIZE: list[Callable[[], Mixer]] = [
    lambda: AdditiveMixer(SHARED),
    lambda: MonotonicMixer(SHARED, 8),
    lambda: DuplexMixer(SHARED, HIDDEN),
    lambda: UnrestrictedMixer(SHARED, 16),
]


@pytest.mark.parametrize("make", ANY_SIZE)
def test_the_order_of_vehicles_does_not_matter(make: Callable[[], Mixer]) -> None:
    mixer, decisions = make(), decisions_of_vehicles(1, 6)
    slots, order = torch.randint(NUM_SLOTS, (6,)), torch.randperm(6)
    stops = decisions.choices.all()[order].flatten(0, 1)
    team = Team(
        decisions.team.grouping, lambda: decisions.team.embedding[order], lambda: decisions.team.state,
        decisions.team.hindsight,
    )  # fmt: skip
    utilities = Utilities(decisions.utilities.value[order], decisions.utilities.advantage[order])
    shuffled = Decisions(utilities, team, StopFeatures(stops, torch.full((6,), NUM_SLOTS)))
    torch.testing.assert_close(mixer(decisions, slots), mixer(shuffled, slots[order]))


@pytest.mark.parametrize("make", ANY_SIZE)
def test_one_mixer_serves_fleets_of_any_size(make: Callable[[], Mixer]) -> None:
    mixer = make()
    for num_vehicles in (1, 8, 50):
        decisions = decisions_of_vehicles(2, num_vehicles)
        assert mixer(decisions, torch.zeros(2 * num_vehicles, dtype=torch.int64)).shape == (2,)


@pytest.mark.parametrize("make", ANY_SIZE)
def test_hindsight_moves_the_value_of_the_state_only(make: Callable[[], Mixer]) -> None:
    """What is about to come must not touch the comparison of stops: slopes stay, the value moves."""
    mixer, decisions = make(), decisions_of_vehicles(3, 4)
    chosen, slots = torch.randn(12, requires_grad=True), torch.zeros(12, dtype=torch.int64)
    now = mixer(with_utilities(decisions, chosen), slots)
    assert decisions.team.hindsight is not None
    decisions.team.hindsight += 1
    then = mixer(with_utilities(decisions, chosen), slots)
    slopes = [torch.autograd.grad(value.sum(), chosen)[0] for value in (now, then)]
    torch.testing.assert_close(*slopes, rtol=0, atol=0)
    assert (now != then).all()


def test_the_order_of_tasks_and_vehicles_in_the_state_does_not_matter() -> None:
    state = StateBatch(
        torch.randn(1, 6, len(STATE_VEHICLE)), torch.randn(1, 4, len(STATE_TASK)), torch.rand(1, 4) < 0.7,
        torch.randn(1, len(STATE_SITE)),
    )  # fmt: skip
    vehicles, tasks = torch.randperm(6), torch.randperm(4)
    shuffled = StateBatch(state.vehicles[:, vehicles], state.tasks[:, tasks], state.task_mask[:, tasks], state.site)
    encoder = StateEncoder(HIDDEN)
    torch.testing.assert_close(encoder(state), encoder(shuffled))


def test_a_team_without_some_rows_is_the_team_of_the_others() -> None:
    """Losers of claims are left out: what is left must be as if they had never been rows."""
    decisions = decisions_of_vehicles(4, 3)
    kept = torch.arange(12) % 3 != 1
    for make in ANY_SIZE:
        mixer, fewer = make(), decisions.only(kept)
        slots = torch.randint(NUM_SLOTS, (8,))
        alone = Decisions(
            Utilities(decisions.utilities.value[kept], decisions.utilities.advantage[kept]),
            Team(
                Grouping(torch.arange(4).repeat_interleave(2), 4), lambda: decisions.team.embedding[kept],
                lambda: decisions.team.state, decisions.team.hindsight,
            ),
            StopFeatures(decisions.choices.all()[kept].flatten(0, 1), torch.full((8,), NUM_SLOTS)),
        )  # fmt: skip
        torch.testing.assert_close(mixer(fewer, slots), mixer(alone, slots))


def test_what_an_agent_may_not_take_yet_is_not_its_best_choice() -> None:
    """A fallback of 0.3 while pick-ups of 0.1 and 0.09 are left: a joint choice of the best pick-ups loses nothing."""
    advantage = torch.tensor([[0.1, 0.09, 0.3], [0.2, -0.1, 0.5]])
    is_open = torch.tensor([[True, True, False], [True, True, True]])
    utilities = Utilities(torch.tensor([1.0, 2.0]), advantage, is_open)
    assert utilities.best().tolist() == pytest.approx([1.1, 2.5])
    assert Utilities(torch.tensor([1.0, 2.0]), advantage).best().tolist() == pytest.approx([1.3, 2.5])
