"""A gated recurrent unit over whole sequences."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn


class SharedGru(nn.Module):
    """
    A gated recurrent unit, the same at every step (Cho et al. 2014, as ``torch.nn.GRU``).

    Parameters
    ----------
    size
        Length of its inputs and of its memory.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.unit = nn.GRU(size, size)

    def forward(self, sequences: Float[Tensor, "time sequence size"]) -> Float[Tensor, "time sequence size"]:
        """
        Return the memory after each step, from a memory of 0 on.

        Parameters
        ----------
        sequences
            Inputs.
        """
        outputs: Tensor = self.unit(sequences)[0]
        return outputs

    def step(
        self, inputs: Float[Tensor, "sequence size"], memory: Float[Tensor, "sequence size"]
    ) -> Float[Tensor, "sequence size"]:
        """
        Return the memory after one step.

        Parameters
        ----------
        inputs
            Of the step.
        memory
            Before it.
        """
        unit = self.unit
        return torch.gru_cell(inputs, memory, unit.weight_ih_l0, unit.weight_hh_l0, unit.bias_ih_l0, unit.bias_hh_l0)
