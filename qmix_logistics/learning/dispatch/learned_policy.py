"""A trained policy: played like any other, kept in a folder without pickles."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.torch import load_file, save_file

from qmix_logistics.environment.codec import Codec
from qmix_logistics.environment.joint_decision import decide_jointly
from qmix_logistics.environment.schema import GROUPS
from qmix_logistics.errors import PolicyFileError
from qmix_logistics.learning.dispatch.entity_network import UtilityNetwork
from qmix_logistics.learning.dispatch.scorers import GreedyScorer
from qmix_logistics.simulation import DecisionEpoch, Dispatch, Site

WEIGHTS, CARD = "model.safetensors", "policy.json"


class LearnedPolicy:
    """
    Every vehicle scores what it sees; the board grants the best pairs.

    Parameters
    ----------
    network
        The agents' network. Mixers are for training only.
    """

    information = "local"
    num_cut_off = 0

    def __init__(self, network: UtilityNetwork) -> None:
        self._network = network
        self._codec: Codec | None = None

    def reset(self, site: Site, rng: np.random.Generator) -> None:
        """Prepare for a new day; see ``Policy``."""
        self._codec = Codec(site)

    def decide(self, epoch: DecisionEpoch) -> Dispatch:
        """Choose without exploration; see ``Policy``."""
        assert self._codec is not None, "reset comes first"
        dispatches, _ = decide_jointly(self._codec, [epoch], GreedyScorer(self._network))
        return dispatches[0]

    def decide_in_outage(self, epoch: DecisionEpoch) -> Dispatch:
        """Choose as ever: the vehicles decide for themselves; see ``Policy``."""
        return self.decide(epoch)


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


def load_policy(folder: Path) -> LearnedPolicy:
    """
    Load a policy that ``save_policy`` saved.

    Parameters
    ----------
    folder
        Where it is.

    Raises
    ------
    PolicyFileError
        If there is none, or it was trained on other observations than this version makes.
    """
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        weights = load_file(folder / WEIGHTS)
    except (OSError, ValueError) as error:
        raise PolicyFileError(f"{folder} holds no policy: {error}") from error
    if card["schema"] != _schema():
        raise PolicyFileError(f"{folder} was trained on other observations than this version makes; train it anew")
    network = UtilityNetwork(card["hidden"])
    network.load_state_dict(weights)
    return LearnedPolicy(network.requires_grad_(False))


def _schema() -> dict[str, list[dict[str, Any]]]:
    return {
        name: [dataclasses.asdict(feature) for feature in GROUPS[name]] for name in ("vehicle", "stop", "neighbour")
    }
