"""The papers' agents: a layer, a gated recurrent unit or another layer, and a utility for each action."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from qmix_logistics.learning.episodes.recurrent import SharedGru


class AgentLinear(nn.Module):
    """
    A linear layer, the same for all agents or one for each.

    Parameters
    ----------
    input_size, output_size
        Lengths.
    num_agents
        Size of the team if each agent has its own; None if all share one.
    """

    def __init__(self, input_size: int, output_size: int, num_agents: int | None) -> None:
        super().__init__()
        layers = [nn.Linear(input_size, output_size) for _ in range(num_agents or 1)]
        self.shared = layers[0] if num_agents is None else None
        if num_agents is not None:
            self.weight = nn.Parameter(torch.stack([layer.weight.detach() for layer in layers]))
            self.bias = nn.Parameter(torch.stack([layer.bias.detach() for layer in layers]))

    def forward(self, values: Float[Tensor, "*batch agent input"]) -> Float[Tensor, "*batch agent output"]:
        """
        Return the layer's outputs.

        Parameters
        ----------
        values
            Its inputs.
        """
        if self.shared is not None:
            outputs: Tensor = self.shared(values)
            return outputs
        num_agents, size = values.shape[-2:]
        by_agent = values.reshape(-1, num_agents, size).transpose(0, 1)
        outputs = torch.baddbmm(self.bias[:, None], by_agent, self.weight.transpose(1, 2))
        return outputs.transpose(0, 1).reshape(*values.shape[:-1], -1)


class FlatNetwork(nn.Module):
    """
    Agents of QMIX and VDN: utilities of all actions from an observation, and perhaps from what went before [1]_.

    The agent's number and its last action enter as one-hot codes, as columns of the first layer.

    Parameters
    ----------
    observation_size, num_actions, num_agents
        Of the environment.
    hidden
        Width.
    is_recurrent
        Whether agents remember.
    shares_parameters
        Whether all agents have the same weights.
    sees_agent_id, sees_last_action
        What an agent knows besides its observation.

    References
    ----------
    .. [1] Rashid et al. (2018), QMIX, ICML, Fig. 2 and App. A.
    """

    def __init__(
        self,
        observation_size: int,
        num_actions: int,
        num_agents: int,
        hidden: int,
        *,
        is_recurrent: bool,
        shares_parameters: bool,
        sees_agent_id: bool,
        sees_last_action: bool,
    ) -> None:
        super().__init__()
        self.num_agents, self.num_actions, self.hidden, self.is_recurrent = (
            num_agents,
            num_actions,
            hidden,
            is_recurrent,
        )
        self._sees_agent_id, self._sees_last_action = sees_agent_id, sees_last_action
        sets = None if shares_parameters else num_agents
        extra = num_agents * sees_agent_id + num_actions * sees_last_action
        self.first = AgentLinear(observation_size + extra, hidden, sets)
        if is_recurrent:
            self.memory: nn.ModuleList = nn.ModuleList([SharedGru(hidden) for _ in range(sets or 1)])
        else:
            self.second = AgentLinear(hidden, hidden, sets)
        self.last = AgentLinear(hidden, num_actions, sets)

    def forward(
        self, observations: Float[Tensor, "seen agent feature"], last_actions: Int[Tensor, "seen agent"]
    ) -> tuple[Float[Tensor, "seen agent action"], Float[Tensor, "seen agent hidden"]]:
        """
        Return utilities and embeddings of steps, each by itself: for agents without memory.

        Parameters
        ----------
        observations
            What was seen, of any episodes.
        last_actions
            What each agent did before; -1 at the first step.
        """
        embedding = torch.relu_(self.second(self._encode(observations, last_actions)))
        return self.last(embedding), embedding

    def along(
        self, observations: Float[Tensor, "time episode agent feature"], last_actions: Int[Tensor, "time episode agent"]
    ) -> tuple[Float[Tensor, "time episode agent action"], Float[Tensor, "time episode agent hidden"]]:
        """
        Return utilities and embeddings along whole episodes: for agents that remember.

        Parameters
        ----------
        observations
            From the first step on.
        last_actions
            What each agent did before each step; -1 at the first.
        """
        embedding = self._remember(self._encode(observations, last_actions))
        return self.last(embedding), embedding

    def start(self, num: int) -> Float[Tensor, "env agent hidden"]:
        """
        Return the memory with which episodes begin.

        Parameters
        ----------
        num
            Episodes.
        """
        return torch.zeros(num, self.num_agents, self.hidden)

    def step(
        self,
        observations: Float[Tensor, "env agent feature"],
        last_actions: Int[Tensor, "env agent"],
        memory: Float[Tensor, "env agent hidden"],
    ) -> tuple[Float[Tensor, "env agent action"], Float[Tensor, "env agent hidden"]]:
        """
        Return utilities for one step, and what to remember.

        Parameters
        ----------
        observations
            What is seen.
        last_actions
            What each agent did before; -1 at the first step.
        memory
            From the step before, or from ``start``.
        """
        encoded = self._encode(observations, last_actions)
        if not self.is_recurrent:
            return self.last(torch.relu_(self.second(encoded))), memory
        units = self._units()
        if len(units) == 1:
            memory = units[0].step(encoded.flatten(0, 1), memory.flatten(0, 1)).view_as(memory)
        else:
            own = [unit.step(encoded[:, agent], memory[:, agent]) for agent, unit in enumerate(units)]
            memory = torch.stack(own, dim=1)
        return self.last(memory), memory

    def _encode(
        self, observations: Float[Tensor, "*batch agent feature"], last_actions: Int[Tensor, "*batch agent"]
    ) -> Float[Tensor, "*batch agent hidden"]:
        parts = [observations]
        if self._sees_last_action:
            actions = torch.arange(self.num_actions, device=observations.device)
            parts.append((last_actions[..., None] == actions).to(observations.dtype))
        if self._sees_agent_id:
            code = torch.eye(self.num_agents, device=observations.device)
            parts.append(code.expand(*observations.shape[:-1], -1))
        return torch.relu_(self.first(torch.cat(parts, dim=-1)))

    def _remember(
        self, encoded: Float[Tensor, "time episode agent hidden"]
    ) -> Float[Tensor, "time episode agent hidden"]:
        units = self._units()
        if len(units) == 1:
            outputs: Tensor = units[0](encoded.flatten(1, 2))
            return outputs.view_as(encoded)
        by_agent = [unit(encoded[:, :, agent]) for agent, unit in enumerate(units)]
        return torch.stack(by_agent, dim=2)

    def _units(self) -> list[SharedGru]:
        return [unit for unit in self.memory if isinstance(unit, SharedGru)]
