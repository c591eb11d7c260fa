"""The whole state of a training between two rounds, in one file without pickles."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from qmix_logistics.learning.dispatch.curve import CurvePoint
from qmix_logistics.learning.dispatch.trainer import Trainer


def save_checkpoint(trainer: Trainer, path: Path) -> None:
    """
    Save networks, targets, optimiser, replay, schedules and random states.

    Parameters
    ----------
    trainer
        Between two rounds.
    path
        The file; it is replaced at once or not at all.
    """
    learner = trainer.learner
    tensors = {
        **_prefixed("online", learner.network.state_dict()),
        **_prefixed("target", learner.target.state_dict()),
        **_prefixed("optimiser", _optimiser_tensors(learner.optimiser)),
        **_prefixed("replay", {name: torch.from_numpy(array) for name, array in trainer.replay.state().items()}),
    }
    if trainer.best is not None:
        tensors |= _prefixed("best", trainer.best.network.state_dict())
        tensors["best_costs"] = torch.from_numpy(trainer.best.costs)
    state = {**trainer.counters(), "curve": [dataclasses.asdict(point) for point in trainer.curve]}
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".unfinished-{os.getpid()}-{path.name}")
    save_file({name: value.contiguous() for name, value in tensors.items()}, unfinished, {"state": json.dumps(state)})
    unfinished.replace(path)


def load_checkpoint(trainer: Trainer, path: Path) -> None:
    """
    Bring a trainer to where it was saved; what it then does equals what it would have done.

    Parameters
    ----------
    trainer
        A new one, with the same settings.
    path
        The file.
    """
    with safe_open(path, framework="pt") as file:
        state = json.loads(file.metadata()["state"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    learner = trainer.learner
    learner.network.load_state_dict(_of("online", tensors))
    learner.target.load_state_dict(_of("target", tensors))
    _restore_optimiser(learner.optimiser, _of("optimiser", tensors))
    trainer.replay.restore({name: tensor.numpy() for name, tensor in _of("replay", tensors).items()})
    if "best_costs" in tensors:
        trainer.keep(_of("best", tensors), tensors["best_costs"].numpy())
    trainer.curve = [CurvePoint(**point) for point in state.pop("curve")]
    trainer.restore_counters(state)


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
