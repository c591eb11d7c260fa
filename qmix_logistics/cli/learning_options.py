"""What a user writes behind ``qmix-logistics learn``, as a plan."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, get_args

from pydantic import ValidationError

from qmix_logistics.composition.learning import LearningPlan
from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.scenario.messages import did_you_mean
from qmix_logistics.scenario.policies import Algorithm
from qmix_logistics.scenario.team_training import TeamTraining

_STEPS = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kM]?)\s*")
_FACTORS = {"": 1, "k": 1_000, "M": 1_000_000}


def learning_plan(
    environment: str,
    algorithms: Sequence[str],
    num_seeds: int,
    steps: str | None,
    settings: Sequence[str],
    options: Sequence[str],
) -> LearningPlan:
    """
    Return what is to be learned.

    Parameters
    ----------
    environment
        Its name.
    algorithms
        Names of algorithms.
    num_seeds
        Trainings of each.
    steps
        Steps, such as ``1M``; None for the default.
    settings, options
        ``KEY=VALUE`` for the training and for the environment's own maker.

    Raises
    ------
    ScenarioError
        If anything of it is wrong; it names all that is.
    """
    problems: list[Problem] = []
    known = get_args(Algorithm)
    for name in algorithms:
        if name not in known:
            text = f"is no algorithm; expected one of {', '.join(known)}.{did_you_mean(name, known)}"
            problems.append(Problem(f"--algorithm {name}", 0, 0, "", text))
    values = _pairs("--set", settings, problems)
    if steps is not None:
        values["steps"] = _steps(steps, problems)
    training = _training(values, problems)
    made = _pairs("--option", options, problems)
    if problems:
        raise ScenarioError(problems)
    chosen = tuple(name for name in known if name in algorithms)
    return LearningPlan(environment, made, chosen, num_seeds, training)


def _pairs(option: str, texts: Sequence[str], problems: list[Problem]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for text in texts:
        key, separator, value = text.partition("=")
        if not separator or not key:
            problems.append(Problem(f"{option} {text}", 0, 0, "", "is no setting; expected KEY=VALUE"))
            continue
        values[key] = _value(value)
    return values


def _value(text: str) -> Any:
    """Return a number, a truth value, a list or the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return {"True": True, "False": False, "None": None}.get(text, text)


def _steps(text: str, problems: list[Problem]) -> int:
    match = _STEPS.fullmatch(text)
    if match is None:
        problems.append(Problem(f"--steps {text}", 0, 0, "", "is no number of steps; expected one such as 50k or 2M"))
        return 1
    return round(float(match[1]) * _FACTORS[match[2]])


def _training(values: dict[str, Any], problems: list[Problem]) -> TeamTraining:
    try:
        return TeamTraining(**values)
    except ValidationError as error:
        for entry in error.errors():
            key = str(entry["loc"][0]) if entry["loc"] else ""
            if entry["type"] == "extra_forbidden":
                known = TeamTraining.model_fields
                text = f"is no setting; expected one of {', '.join(known)}.{did_you_mean(key, known)}"
            else:
                text = f"is {entry['input']!r}; {entry['msg'][0].lower()}{entry['msg'][1:]}"
            problems.append(Problem(f"--set {key}", 0, 0, "", text))
        return TeamTraining()
