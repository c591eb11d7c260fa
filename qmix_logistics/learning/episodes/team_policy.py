"""A trained team: kept in a folder without pickles, played like any other."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file

from qmix_logistics.environment.outside.team_environment import TeamSpec
from qmix_logistics.errors import PolicyFileError
from qmix_logistics.learning.episodes.building import build_agents
from qmix_logistics.learning.episodes.flat_network import FlatNetwork
from qmix_logistics.scenario.team_training import TeamTraining

WEIGHTS, CARD = "model.safetensors", "team.json"


def save_team(
    agents: FlatNetwork, spec: TeamSpec, training: TeamTraining, folder: Path, about: Mapping[str, Any]
) -> None:
    """
    Save a team: weights, and what they expect.

    Parameters
    ----------
    agents
        The agents' network.
    spec
        Sizes of the environment.
    training
        Settings.
    folder
        Where to; it exists.
    about
        What else to note: how it came about.
    """
    save_file({name: value.contiguous() for name, value in agents.state_dict().items()}, folder / WEIGHTS)
    card = {"format": 1, "network": "flat", "spec": dataclasses.asdict(spec)}
    card |= {"training": training.model_dump(mode="json"), **about}
    (folder / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def load_team(folder: Path) -> FlatNetwork:
    """
    Load a team that ``save_team`` saved.

    Parameters
    ----------
    folder
        Where it is.

    Raises
    ------
    PolicyFileError
        If there is none.
    """
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        weights = load_file(folder / WEIGHTS)
    except (OSError, ValueError) as error:
        raise PolicyFileError(f"{folder} holds no team: {error}") from error
    agents = build_agents(TeamSpec(**card["spec"]), TeamTraining(**card["training"]))
    agents.load_state_dict(weights)
    return agents.requires_grad_(False)
