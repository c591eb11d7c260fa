"""A gated recurrent unit over whole sequences."""

from __future__ import annotations

import math
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn


class SharedGru(nn.Module):
    """
    A gated recurrent unit, the same at every step; its inputs are as long as its memory (Cho et al. 2014 [1]_).

    It computes what ``torch.nn.GRU`` does. Along sequences its gradient is written out by hand, in memory that is used
    again: on a CPU, a small unit spends most of its time between operations and on memory that is touched for the
    first time.

    Parameters
    ----------
    size
        Length of its inputs and of its memory.

    References
    ----------
    .. [1] Cho et al. (2014), Learning phrase representations using RNN encoder-decoder, EMNLP, eq. 5 to 8, in the
       variant of torch, which applies the reset gate after the product.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        unit = nn.GRUCell(size, size)
        self.input_weight, self.memory_weight = unit.weight_ih, unit.weight_hh
        self.input_bias, self.memory_bias = unit.bias_ih, unit.bias_hh
        self._scratch = _Scratch()

    def forward(self, sequences: Float[Tensor, "time sequence size"]) -> Float[Tensor, "time sequence size"]:
        """
        Return the memory after each step, from a memory of 0 on.

        Its gradient must be taken before it is called again.

        Parameters
        ----------
        sequences
            Inputs.
        """
        unroll: Any = _Unroll.apply
        weights = (self.input_weight, self.memory_weight, self.input_bias, self.memory_bias)
        outputs: Tensor = unroll(sequences, *weights, self._scratch)
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
        return torch.gru_cell(inputs, memory, self.input_weight, self.memory_weight, self.input_bias, self.memory_bias)


class _Scratch:
    """Memory of the size that was last needed, and who uses it."""

    def __init__(self) -> None:
        self._tensors: dict[str, Tensor] = {}
        self.user: Any = None

    def __deepcopy__(self, memo: object) -> _Scratch:
        return _Scratch()

    def get(self, name: str, like: Tensor, *shape: int) -> Tensor:
        """Return a tensor whose contents mean nothing."""
        number = math.prod(shape)
        kept = self._tensors.get(name)
        if kept is None or kept.numel() < number or kept.dtype != like.dtype or kept.device != like.device:
            kept = self._tensors[name] = like.new_empty(number)
        return kept[:number].view(shape)


class _Unroll(torch.autograd.Function):
    """The unit along sequences: gates are reset, update, new."""

    @staticmethod
    def forward(
        ctx: Any,
        inputs: Tensor,
        input_weight: Tensor,
        memory_weight: Tensor,
        input_bias: Tensor,
        memory_bias: Tensor,
        scratch: _Scratch,
    ) -> Tensor:
        num_steps, num_sequences, size = inputs.shape
        bias = input_bias + torch.cat([memory_bias[: 2 * size], memory_bias.new_zeros(size)])
        gates = scratch.get("gates", inputs, num_steps, num_sequences, 3 * size)
        of_memory = scratch.get("of memory", inputs, num_steps, num_sequences, size)
        product = scratch.get("product", inputs, num_sequences, 3 * size)
        memory = inputs.new_empty(num_steps + 1, num_sequences, size)
        memory[0] = 0.0
        into, back, new_bias = input_weight.T.contiguous(), memory_weight.T.contiguous(), memory_bias[2 * size :]
        for step in range(num_steps):
            gate, candidate, before = gates[step], of_memory[step], memory[step]
            torch.addmm(bias, inputs[step], into, out=gate)
            torch.mm(before, back, out=product)
            openings = gate[:, : 2 * size].add_(product[:, : 2 * size]).sigmoid_()
            torch.add(product[:, 2 * size :], new_bias, out=candidate)
            new = gate[:, 2 * size :].addcmul_(openings[:, :size], candidate).tanh_()
            torch.lerp(new, before, openings[:, size:], out=memory[step + 1])
        ctx.save_for_backward(inputs, input_weight, memory_weight, memory)
        ctx.kept, ctx.scratch, scratch.user = (gates, of_memory), scratch, ctx
        return memory[1:]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        scratch: _Scratch = ctx.scratch
        assert scratch.user is ctx, "the unit went on to other sequences before this gradient was taken"
        inputs, input_weight, memory_weight, memory = ctx.saved_tensors
        gates, of_memory = ctx.kept
        num_steps, num_sequences, size = inputs.shape
        at_gates = scratch.get("at gates", inputs, num_steps, num_sequences, 3 * size)  # new: the memory's part of it
        at_new = scratch.get("at new", inputs, num_steps, num_sequences, size)
        kept, rest = (scratch.get(name, inputs, num_sequences, size) for name in ("kept", "rest"))
        carried = inputs.new_zeros(num_sequences, size)
        for step in range(num_steps - 1, -1, -1):
            reset, update, new = torch.split(gates[step], size, dim=1)
            to_reset, to_update, to_memory = torch.split(at_gates[step], size, dim=1)
            carried.add_(gradients[0][step])
            torch.mul(carried, update, out=kept)
            torch.addcmul(carried.sub_(kept), carried, new * new, value=-1.0, out=at_new[step])
            torch.mul(at_new[step], reset, out=to_memory)
            torch.sub(1.0, reset, out=rest)
            torch.mul(rest.mul_(of_memory[step]), to_memory, out=to_reset)
            torch.sub(memory[step], new, out=rest)
            torch.addcmul(rest.mul_(kept), rest, update, value=-1.0, out=to_update)
            carried = torch.addmm(kept, at_gates[step], memory_weight)
        flat_gates, flat_new, flat_inputs = at_gates.flatten(0, 1), at_new.flatten(0, 1), inputs.flatten(0, 1)
        openings, bias = flat_gates[:, : 2 * size], flat_gates.sum(dim=0)
        at_inputs = torch.mm(openings, input_weight[: 2 * size]).addmm_(flat_new, input_weight[2 * size :])
        return (
            at_inputs.view_as(inputs),
            torch.cat([openings.T @ flat_inputs, flat_new.T @ flat_inputs]),
            flat_gates.T @ memory[:-1].flatten(0, 1),
            torch.cat([bias[: 2 * size], flat_new.sum(dim=0)]),
            bias,
            None,
        )
