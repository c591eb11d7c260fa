"""A trained policy: played like any other, kept in a folder without pickles."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from qmix_logistics.environment.advising import advice_of
from qmix_logistics.environment.codec import Codec
from qmix_logistics.environment.epoch_batch import Advice
from qmix_logistics.environment.joint_decision import Grant, GrantedRound, decide_jointly, grant_slots
from qmix_logistics.environment.joint_matching import match_slots
from qmix_logistics.environment.schema import GROUPS, LIMIT
from qmix_logistics.episode import Policy
from qmix_logistics.errors import PolicyFileError
from qmix_logistics.evaluation.trained import CARD
from qmix_logistics.learning.dispatch.entity_network import UtilityNetwork
from qmix_logistics.learning.dispatch.scorers import GreedyScorer
from qmix_logistics.simulation import DecisionEpoch, Dispatch, Site

WEIGHTS = "model.safetensors"
EXPORTED_WEIGHTS, EXPORTED_SCHEMA = "weights.npz", "schema.json"
"""Names of the files that a vehicle reads, see ``qmix_logistics.deployment.runtime``."""
RELATIVE = "scale_on_any_site"
"""Beside the scale on the site of the training, in which a vehicle counts: the one that holds for all sites."""


class LearnedPolicy:
    """
    Every vehicle scores what it sees; the board grants the best pairs.

    Parameters
    ----------
    network
        The agents' network. Mixers are for training only.
    adviser
        A planner whose advice they know, a central one or their own; None: they decide on what they see.
    is_coordinated
        Whether those who decide at the same time are matched to their stops together, while a centre can be reached.
    """

    def __init__(self, network: UtilityNetwork, adviser: Policy | None = None, *, is_coordinated: bool = False) -> None:
        self._network, self._adviser, self._is_coordinated = network, adviser, is_coordinated
        self._codec: Codec | None = None

    @property
    def information(self) -> str:
        """What it decides on; see ``Policy``."""
        if self._is_coordinated:
            return "coordinator"
        return "local" if self._adviser is None or self._adviser.information == "local" else "advised"

    @property
    def num_cut_off(self) -> int:
        """Decisions that a clock cut short: the adviser's; see ``Policy``."""
        return 0 if self._adviser is None else self._adviser.num_cut_off

    def reset(self, site: Site, rng: np.random.Generator) -> None:
        """Prepare for a new day; see ``Policy``."""
        self._codec = Codec(site)
        if self._adviser is not None:
            self._adviser.reset(site, rng)

    @property
    def network(self) -> UtilityNetwork:
        """The agents' network."""
        return self._network

    def decide(self, epoch: DecisionEpoch) -> Dispatch:
        """Choose without exploration; see ``Policy``."""
        return self.decide_openly(epoch)[0]

    def decide_in_outage(self, epoch: DecisionEpoch) -> Dispatch:
        """Choose as ever: the vehicles decide for themselves; see ``Policy``."""
        return self.decide_openly(epoch)[0]

    def decide_openly(self, epoch: DecisionEpoch, *, with_state: bool = False) -> tuple[Dispatch, list[GrantedRound]]:
        """
        Choose, and show what the vehicles saw.

        Parameters
        ----------
        epoch
            As for ``decide``.
        with_state
            Whether to encode the global state too.
        """
        advice = None if self._adviser is None else [advice_of(self._adviser, epoch)]
        dispatches, rounds = self._decide([epoch], advice, self._grant_at(epoch), with_state=with_state)
        return dispatches[0], rounds

    def decide_together(self, epochs: Sequence[DecisionEpoch], advice: Sequence[Advice] | None) -> list[Dispatch]:
        """
        Choose in epochs of several simulators of one site: the same as one by one, but sooner.

        Parameters
        ----------
        epochs
            The epochs.
        advice
            What the adviser of each simulator says; None without one.
        """
        dispatches: dict[int, Dispatch] = {}
        for is_planner_up in (True, False):
            members = [index for index, epoch in enumerate(epochs) if epoch.is_planner_up is is_planner_up]
            if members:
                told = None if advice is None else [advice[index] for index in members]
                several = [epochs[index] for index in members]
                chosen, _ = self._decide(several, told, self._grant_at(several[0]), with_state=False)
                dispatches.update(zip(members, chosen, strict=True))
        return [dispatches[index] for index in range(len(epochs))]

    def _grant_at(self, epoch: DecisionEpoch) -> Grant:
        return match_slots if self._is_coordinated and epoch.is_planner_up else grant_slots

    def _decide(
        self, epochs: Sequence[DecisionEpoch], advice: Sequence[Advice] | None, grant: Grant, *, with_state: bool
    ) -> tuple[list[Dispatch], list[GrantedRound]]:
        assert self._codec is not None, "reset comes first"
        scorer = GreedyScorer(self._network)
        return decide_jointly(self._codec, epochs, scorer, advice, grant, with_state=with_state)


def save_policy(network: UtilityNetwork, folder: Path, hidden: int, about: Mapping[str, Any]) -> None:
    """
    Save a policy: weights, and what they expect to see.

    Parameters
    ----------
    network
        The agents' network.
    folder
        Where to; it exists.
    hidden
        Its width.
    about
        What else to note: how it came about.
    """
    save_file({name: value.contiguous() for name, value in network.state_dict().items()}, folder / WEIGHTS)
    card = {"format": 1, "network": "entity", "hidden": hidden, "schema": _schema(), **about}
    (folder / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def load_policy(folder: Path, adviser: Policy | None = None, *, is_coordinated: bool = False) -> LearnedPolicy:
    """
    Load a policy that ``save_policy`` saved.

    Parameters
    ----------
    folder
        Where it is.
    adviser
        A planner whose advice its vehicles know.
    is_coordinated
        Whether those who decide at the same time are matched to their stops together.

    Raises
    ------
    PolicyFileError
        If there is none, or it was trained on other observations than this version makes.
    """
    return LearnedPolicy(network_of(folder), adviser, is_coordinated=is_coordinated)


def network_of(folder: Path) -> UtilityNetwork:
    """
    Load the network of a policy that ``save_policy`` saved, or one that was exported for use on vehicles.

    Parameters
    ----------
    folder
        Where it is.

    Raises
    ------
    PolicyFileError
        As ``load_policy``.
    """
    is_exported = not (folder / CARD).exists() and (folder / EXPORTED_WEIGHTS).exists()
    try:
        schema, weights = _read_exported(folder) if is_exported else _read_saved(folder)
        if schema != _schema():
            raise PolicyFileError(f"{folder} was trained on other observations than this version makes; train it anew")
        network = UtilityNetwork(len(weights["body.0.bias"]))
        network.load_state_dict(weights)
    except (OSError, ValueError, KeyError, RuntimeError, EOFError, BadZipFile, SafetensorError) as error:
        raise PolicyFileError(f"{folder} holds no whole policy: {error}") from error
    return network.requires_grad_(False)


def _read_saved(folder: Path) -> tuple[Any, dict[str, Tensor]]:
    return json.loads((folder / CARD).read_text(encoding="utf-8"))["schema"], load_file(folder / WEIGHTS)


def _read_exported(folder: Path) -> tuple[Any, dict[str, Tensor]]:
    with np.load(folder / EXPORTED_WEIGHTS) as file:
        weights = {name: torch.from_numpy(file[name]) for name in file.files}
    groups = json.loads((folder / EXPORTED_SCHEMA).read_text(encoding="utf-8"))["features"]
    schema = {
        name: [{"scale" if key == RELATIVE else key: value for key, value in feature.items() if key != "scale"}
               for feature in features]
        for name, features in groups.items()
    }  # fmt: skip
    return schema, weights


def weights_of(network: UtilityNetwork, path: Path) -> None:
    """
    Write a network's weights for numpy.

    Parameters
    ----------
    network
        The agents' network.
    path
        The file.
    """
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **{name: value.numpy() for name, value in network.state_dict().items()})


def schema_of(site: Site) -> dict[str, Any]:
    """
    Return what each number that a policy sees means, its scale on a site and on any, and the bound of all.

    Parameters
    ----------
    site
        The site.
    """
    features = {
        name: [
            dataclasses.asdict(feature) | {"scale": feature.scale_on(site), RELATIVE: feature.scale}
            for feature in GROUPS[name]
        ]
        for name in _SEEN
    }
    return {"limit": LIMIT, "features": features}


_SEEN = ("vehicle", "stop", "neighbour")


def _schema() -> dict[str, list[dict[str, Any]]]:
    return {name: [dataclasses.asdict(feature) for feature in GROUPS[name]] for name in _SEEN}
