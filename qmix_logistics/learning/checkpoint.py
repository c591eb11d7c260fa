"""The whole state of a training between two rounds, in one file without pickles."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from qmix_logistics.learning.learner import Learner


def save_checkpoint(
    path: Path,
    learner: Learner,
    replay: Mapping[str, np.ndarray],
    values: Mapping[str, Any],
    others: Mapping[str, Tensor] | None = None,
) -> None:
    """
    Save networks, targets, optimiser and replay, with schedules and random states as plain values.

    Parameters
    ----------
    path
        The file; it is replaced at once or not at all.
    learner
        Networks and optimiser.
    replay
        All that is remembered.
    values
        The rest, as JSON can hold it.
    others
        More tensors.
    """
    tensors = {
        **_prefixed("online", learner.network.state_dict()),
        **_prefixed("target", learner.target.state_dict()),
        **_prefixed("optimiser", _optimiser_tensors(learner.optimiser)),
        **_prefixed("replay", {name: torch.from_numpy(array) for name, array in replay.items()}),
        **_prefixed("other", others or {}),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".unfinished-{os.getpid()}-{path.name}")
    state = json.dumps({**values, "updates": learner.num_updates})
    save_file({name: value.cpu().contiguous() for name, value in tensors.items()}, unfinished, {"state": state})
    unfinished.replace(path)


def load_checkpoint(path: Path, learner: Learner) -> tuple[dict[str, np.ndarray], dict[str, Any], dict[str, Tensor]]:
    """
    Bring a learner to where it was saved.

    Parameters
    ----------
    path
        The file.
    learner
        A new one, with the same settings.

    Returns
    -------
    What was remembered, the plain values, and the other tensors.
    """
    with safe_open(path, framework="pt") as file:
        values = json.loads(file.metadata()["state"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    learner.network.load_state_dict(_of("online", tensors))
    learner.target.load_state_dict(_of("target", tensors))
    _restore_optimiser(learner.optimiser, _of("optimiser", tensors))
    learner.num_updates = values.pop("updates")
    replay = {name: tensor.numpy() for name, tensor in _of("replay", tensors).items()}
    return replay, values, _of("other", tensors)


def _prefixed(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}/{name}": tensor for name, tensor in tensors.items()}


def _of(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.partition("/")[2]: tensor for name, tensor in tensors.items() if name.startswith(f"{prefix}/")}


def _optimiser_tensors(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    return {
        f"{index}/{name}": value
        for index, values in optimiser.state_dict()["state"].items()
        for name, value in values.items()
    }


def _restore_optimiser(optimiser: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    state = optimiser.state_dict()
    for key, tensor in tensors.items():
        index, _, name = key.partition("/")
        state["state"].setdefault(int(index), {})[name] = tensor
    optimiser.load_state_dict(state)
