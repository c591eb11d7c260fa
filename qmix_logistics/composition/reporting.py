"""A finished run, read again."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from qmix_logistics.composition.experiment import assemble_result
from qmix_logistics.errors import RunFolderError
from qmix_logistics.evaluation.run_folder import RunFolder, read_json
from qmix_logistics.scenario import load_scenario

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
    run = RunFolder(folder)
    if not run.scenario.is_file():
        raise RunFolderError(f"{folder} is no run folder: it has no scenario.yaml")
    try:
        provenance = read_json(folder / "provenance.json")
        result = assemble_result(load_scenario(run.scenario), run, ())
    except FileNotFoundError as error:
        raise RunFolderError(
            f"{error.filename} is missing: the run is not finished; go on with run --resume"
        ) from error
    return dataclasses.replace(result, provenance=provenance)
