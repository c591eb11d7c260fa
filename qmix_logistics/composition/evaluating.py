"""Policies that were trained before, put into any scenario."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from qmix_logistics.composition.packing import CARD as EXPORTED_CARD
from qmix_logistics.composition.packing import chosen_training
from qmix_logistics.errors import PolicyFileError
from qmix_logistics.evaluation.run_folder import RunFolder
from qmix_logistics.evaluation.trained import CARD as TRAINED_CARD
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.choosing import with_policies
from qmix_logistics.scenario.policies import LearnedPolicy, policy_name


def with_trained(spec: ScenarioSpec, folders: Sequence[Path]) -> ScenarioSpec:
    """
    Return the scenario with policies that were trained before instead of those that it would train.

    Parameters
    ----------
    spec
        The scenario.
    folders
        Of trained policies, exported policies, or runs: then the training that did best on its validation days.

    Raises
    ------
    PolicyFileError
        If a folder holds none, or one that expects other observations than this version makes.
    """
    kept = [entry for entry in spec.policies if not isinstance(entry, LearnedPolicy) or entry.weights_in is not None]
    names = {policy_name(entry) for entry in kept}
    for folder in folders:
        entry = trained_policy(folder)
        number, name = 2, policy_name(entry)
        while name in names:
            name, number = f"{policy_name(entry)}-{number}", number + 1
        names.add(name)
        kept.append(entry.model_copy(update={"name": name}))
    if not kept:
        raise PolicyFileError(f"{spec.name} has no policy without a training; name a trained one with --policy-file")
    chosen = with_policies(spec, kept)
    return chosen.model_copy(update={"experiment": chosen.experiment.model_copy(update={"training_seeds": 1})})


def trained_policy(folder: Path) -> LearnedPolicy:
    """
    Return the entry of a scenario that uses a policy which was trained before.

    Parameters
    ----------
    folder
        As in ``with_trained``.

    Raises
    ------
    PolicyFileError
        As ``with_trained``.
    """
    from qmix_logistics.learning.dispatch.learned_policy import network_of

    if RunFolder(folder).scenario.is_file():
        folder = chosen_training(folder)[1]
    card = _card(folder)
    network_of(folder)  # a policy that cannot be used is reported before anything is played
    try:
        return LearnedPolicy(
            kind=card["algorithm"],
            name=card["policy"],
            information=card["information"],
            adviser=card["adviser"],
            teacher=None,
            weights_in=folder.absolute(),
        )
    except (KeyError, ValidationError) as error:
        raise PolicyFileError(f"{folder} does not say how its policy was trained; train it anew") from error


def _card(folder: Path) -> dict[str, Any]:
    for name in (TRAINED_CARD, EXPORTED_CARD):
        path = folder / name
        if path.is_file():
            try:
                card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            except ValueError as error:
                raise PolicyFileError(f"{path} cannot be read: {error}") from error
            return card
    expected = f"expected {TRAINED_CARD}, {EXPORTED_CARD}, or the scenario.yaml of a run"
    raise PolicyFileError(f"{folder} holds no policy; {expected}")
