"""A run that is finished, read again."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qmix_logistics.composition.experiment import assemble_result
from qmix_logistics.errors import RunFolderError
from qmix_logistics.evaluation.run_folder import RunFolder, UnitKey, read_json
from qmix_logistics.scenario import ScenarioSpec, load_scenario

if TYPE_CHECKING:
    from qmix_logistics.evaluation.result import ExperimentResult


def load_result(folder: Path) -> ExperimentResult:
    """
    Return the result of a finished run: what ``run_experiment`` returned when it made it.

    Parameters
    ----------
    folder
        The run's.

    Raises
    ------
    RunFolderError
        If it is no run folder, or the run is not finished.
    """
    spec = scenario_of(folder)
    try:
        provenance = read_json(folder / "provenance.json")
        result = assemble_result(spec, RunFolder(folder), provenance["command"])
    except FileNotFoundError as error:
        raise RunFolderError(
            f"{folder} is not finished: {Path(error.filename).relative_to(folder)} is missing; go on with run --resume"
        ) from error
    return dataclasses.replace(result, provenance=provenance)


def scenario_of(folder: Path) -> ScenarioSpec:
    """
    Return the scenario of a run.

    Parameters
    ----------
    folder
        The run's.

    Raises
    ------
    RunFolderError
        If it is no run folder.
    """
    run = RunFolder(folder)
    if not run.scenario.is_file():
        raise RunFolderError(f"{folder} is no run folder: it has no scenario.yaml")
    return load_scenario(run.scenario)


def units_of(result: ExperimentResult) -> Sequence[UnitKey]:
    """
    Return the units of a result, in the order of ``replications.csv``.

    Parameters
    ----------
    result
        The experiment.
    """
    table = result.replications
    rows = zip(table["policy"], table["training_seed"], table["day"], strict=True)
    return [UnitKey(str(policy), int(seed), int(day)) for policy, seed, day in rows]
