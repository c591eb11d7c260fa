"""Heads of mixers: numbers for each decider, or for each joint decision, made from the global state."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from jaxtyping import Float
from torch import Tensor, nn

from qmix_logistics.learning.network.decisions import Team


class Head(nn.Module, ABC):
    """Numbers for each row, or for each group."""

    @abstractmethod
    def forward(self, team: Team, state: Float[Tensor, "group feature"]) -> Float[Tensor, "item number"]:
        """
        Return the numbers.

        Parameters
        ----------
        team
            Who decides together.
        state
            What is known of each group.
        """

    @abstractmethod
    def start_at(self, bias: float) -> None:
        """
        Set the biases of the last layer.

        Parameters
        ----------
        bias
            Their value.
        """


class Heads(ABC):
    """Makes the heads of a family of networks; the mixers are the same for all families."""

    state_size: int
    """Length of the encoded state."""
    hindsight_size: int = 0
    """Length of what only state values see."""

    @abstractmethod
    def of_rows(self, size: int, extra: int = 0) -> Head:
        """
        Return a head with numbers for each row.

        Parameters
        ----------
        size
            How many numbers.
        extra
            Length of what is appended to the state.
        """

    @abstractmethod
    def of_groups(self, size: int) -> Head:
        """
        Return a head with numbers for each group.

        Parameters
        ----------
        size
            How many numbers.
        """

    @abstractmethod
    def weights_of_groups(self, size: int) -> Head:
        """
        Return a head with weights for each group.

        Parameters
        ----------
        size
            How many numbers.
        """

    @abstractmethod
    def value(self) -> StateValue:
        """Return a value of the state."""


class StateValue(nn.Module):
    """
    Value of a state, given what is about to come, where that is known.

    Parameters
    ----------
    state_size
        Length of the encoded state.
    hidden
        Width.
    hindsight_size
        Length of what is about to come.
    """

    def __init__(self, state_size: int, hidden: int, hindsight_size: int) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(state_size + hindsight_size, hidden), nn.ReLU(), nn.Linear(hidden, 1))

    def forward(self, team: Team) -> Float[Tensor, " group"]:
        """
        Return the value of each group's state.

        Parameters
        ----------
        team
            The groups.
        """
        known = team.state if team.hindsight is None else torch.cat([team.state, team.hindsight], dim=1)
        value: Tensor = self.body(known)
        return value.squeeze(-1)


class SharedHeads(Heads):
    """
    Heads for teams of any size: a row's numbers come from its embedding and the state, by weights that all share.

    Parameters
    ----------
    embedding_size
        Length of the embeddings.
    state_size
        Length of the encoded state, and width of the state value.
    hindsight_size
        Length of what is about to come.
    """

    def __init__(self, embedding_size: int, state_size: int, hindsight_size: int) -> None:
        self._embedding_size = embedding_size
        self.state_size, self.hindsight_size = state_size, hindsight_size

    def of_rows(self, size: int, extra: int = 0) -> Head:
        """Return a head with numbers for each row; see ``Heads``."""
        return _SharedRowHead(self._embedding_size + self.state_size + extra, size)

    def of_groups(self, size: int) -> Head:
        """Return a head with numbers for each group; see ``Heads``."""
        return _GroupHead(nn.Linear(self.state_size, size))

    def weights_of_groups(self, size: int) -> Head:
        """Return a head with weights for each group; see ``Heads``."""
        return self.of_groups(size)

    def value(self) -> StateValue:
        """Return a value of the state; see ``Heads``."""
        return StateValue(self.state_size, self.state_size, self.hindsight_size)


class FixedHeads(Heads):
    """
    Heads for a team of fixed size: hypernetworks that make every agent's numbers from the state alone [1]_.

    Weights come from two layers, biases from one, as in the authors' code.

    Parameters
    ----------
    num_agents
        Size of the team.
    state_size
        Length of the state.
    hyper_hidden
        Width of the hypernetworks.
    value_hidden
        Width of the state value.

    References
    ----------
    .. [1] Rashid et al. (2018), QMIX, ICML, Fig. 2.
    """

    def __init__(self, num_agents: int, state_size: int, hyper_hidden: int, value_hidden: int) -> None:
        self._num_agents, self.state_size = num_agents, state_size
        self._hyper_hidden, self._value_hidden = hyper_hidden, value_hidden

    def of_rows(self, size: int, extra: int = 0) -> Head:
        """Return a head with numbers for each row; see ``Heads``."""
        return _FixedRowHead(self._hypernetwork(self.state_size + extra, self._num_agents * size), self._num_agents)

    def of_groups(self, size: int) -> Head:
        """Return a head with numbers for each group; see ``Heads``."""
        return _GroupHead(nn.Linear(self.state_size, size))

    def weights_of_groups(self, size: int) -> Head:
        """Return a head with weights for each group; see ``Heads``."""
        return _GroupHead(self._hypernetwork(self.state_size, size))

    def value(self) -> StateValue:
        """Return a value of the state; see ``Heads``."""
        return StateValue(self.state_size, self._value_hidden, 0)

    def _hypernetwork(self, state_size: int, size: int) -> nn.Sequential:
        hidden = self._hyper_hidden
        return nn.Sequential(nn.Linear(state_size, hidden), nn.ReLU(inplace=True), nn.Linear(hidden, size))


class _SharedRowHead(Head):
    def __init__(self, input_size: int, size: int) -> None:
        super().__init__()
        self.layer = nn.Linear(input_size, size)

    def forward(self, team: Team, state: Float[Tensor, "group feature"]) -> Float[Tensor, "row number"]:
        numbers: Tensor = self.layer(torch.cat([team.embedding, team.grouping.of_rows(state)], dim=1))
        return numbers

    def start_at(self, bias: float) -> None:
        nn.init.constant_(self.layer.bias, bias)


class _FixedRowHead(Head):
    def __init__(self, layers: nn.Sequential, num_agents: int) -> None:
        super().__init__()
        self.layers, self._num_agents = layers, num_agents

    def forward(self, team: Team, state: Float[Tensor, "group feature"]) -> Float[Tensor, "row number"]:
        numbers: Tensor = self.layers(state)
        return numbers.reshape(len(state) * self._num_agents, -1)

    def start_at(self, bias: float) -> None:
        _set_bias(self.layers, bias)


class _GroupHead(Head):
    def __init__(self, layers: nn.Module) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, team: Team, state: Float[Tensor, "group feature"]) -> Float[Tensor, "group number"]:
        numbers: Tensor = self.layers(state)
        return numbers

    def start_at(self, bias: float) -> None:
        _set_bias(self.layers, bias)


def _set_bias(layers: nn.Module, bias: float) -> None:
    last = layers[-1] if isinstance(layers, nn.Sequential) else layers
    assert isinstance(last, nn.Linear)
    nn.init.constant_(last.bias, bias)
