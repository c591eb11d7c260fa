from __future__ import annotations

import pytest
import torch

from qmix_logistics.learning.episodes.flat_network import FlatNetwork
from qmix_logistics.learning.episodes.recurrent import SharedGru


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def network(**settings: bool) -> FlatNetwork:
    known = {"is_recurrent": False, "shares_parameters": True, "sees_agent_id": True, "sees_last_action": True}
    return FlatNetwork(5, 4, 3, 8, **{**known, **settings})


def test_the_unit_and_its_gradient_are_those_of_torch() -> None:
    unit, reference = SharedGru(6).double(), torch.nn.GRU(6, 6).double()
    pairs = [
        (reference.weight_ih_l0, unit.input_weight), (reference.weight_hh_l0, unit.memory_weight),
        (reference.bias_ih_l0, unit.input_bias), (reference.bias_hh_l0, unit.memory_bias),
    ]  # fmt: skip
    for theirs, mine in pairs:
        theirs.data.copy_(mine.data)
    sequences = torch.randn(7, 5, 6, dtype=torch.float64, requires_grad=True)
    outputs, expected = unit(sequences), reference(sequences)[0]
    torch.testing.assert_close(outputs, expected)
    weights = torch.randn_like(outputs)
    mine = torch.autograd.grad((outputs * weights).sum(), [sequences, *(pair[1] for pair in pairs)])
    theirs = torch.autograd.grad((expected * weights).sum(), [sequences, *(pair[0] for pair in pairs)])
    torch.testing.assert_close(mine, theirs)


def test_a_gradient_taken_too_late_is_refused() -> None:
    """The unit's memory is used again: better no gradient than a wrong one."""
    unit = SharedGru(4)
    first = unit(torch.randn(3, 2, 4, requires_grad=True))
    unit(torch.randn(3, 2, 4))
    with pytest.raises(AssertionError, match="before this gradient was taken"):
        first.sum().backward()


@pytest.mark.parametrize("shares_parameters", [True, False])
@pytest.mark.parametrize("is_recurrent", [True, False])
def test_acting_step_by_step_sees_what_learning_sees(is_recurrent: bool, shares_parameters: bool) -> None:
    """Bug 7: memory begins at 0, goes on within an episode, and is the same in both."""
    agents = network(is_recurrent=is_recurrent, shares_parameters=shares_parameters)
    observations, actions = torch.randn(6, 2, 3, 5), torch.randint(4, (6, 2, 3))
    before = torch.cat([torch.full((1, 2, 3), -1), actions[:-1]])
    memory, acted = agents.start(2), []
    for step in range(6):
        utilities, memory = agents.step(observations[step], before[step], memory)
        acted.append(utilities)
    if is_recurrent:
        learned = agents.along(observations, before)[0]
    else:
        learned = agents(observations.flatten(0, 1), before.flatten(0, 1))[0].view(6, 2, 3, 4)
    torch.testing.assert_close(torch.stack(acted), learned)


def test_agents_that_share_everything_are_alike() -> None:
    agents = network(sees_agent_id=False, sees_last_action=False)
    same = torch.randn(1, 1, 5).expand(1, 3, 5)
    utilities = agents(same, torch.zeros(1, 3, dtype=torch.int64))[0][0]
    torch.testing.assert_close(utilities[0], utilities[1])


@pytest.mark.parametrize("what", ["sees_agent_id", "sees_last_action", "shares_parameters"])
def test_what_makes_agents_differ(what: str) -> None:
    """An id, another last action, or weights of one's own: each makes two agents with one observation differ."""
    settings = {"sees_agent_id": False, "sees_last_action": False, "shares_parameters": True}
    agents = network(**settings | {what: not settings[what]})
    same = torch.randn(1, 1, 5).expand(1, 3, 5)
    utilities = agents(same, torch.tensor([[0, 1, 2]]))[0][0]
    assert (utilities[0] != utilities[1]).any()


def test_separate_agents_learn_apart() -> None:
    """A loss of one agent moves the weights of no other."""
    agents = network(shares_parameters=False)
    agents(torch.randn(4, 3, 5), torch.zeros(4, 3, dtype=torch.int64))[0][:, 1].sum().backward()
    for name in ("first", "second", "last"):
        gradient = dict(agents.named_parameters())[f"{name}.weight"].grad
        assert gradient is not None
        assert gradient[1].abs().sum() > 0 == gradient[[0, 2]].abs().sum()
