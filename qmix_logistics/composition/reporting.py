"""A finished run, read again: its result, and its report."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from qmix_logistics.composition.experiment import assemble_result
from qmix_logistics.errors import RunFolderError
from qmix_logistics.evaluation.run_folder import RunFolder
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
        If it is no run folder, or the run is not finished, or one of its files is damaged.
    """
    from qmix_logistics.evaluation.stored import stored_json

    run = RunFolder(folder)
    if not run.scenario.is_file():
        raise RunFolderError(f"{folder} is no run folder: it has no scenario.yaml")
    provenance = stored_json(folder / "provenance.json")
    result = assemble_result(load_scenario(run.scenario), run, ())
    return dataclasses.replace(result, provenance=provenance)


def rebuild_report(folder: Path) -> Path:
    """
    Write the report of a finished run anew, from what the run has stored.

    Parameters
    ----------
    folder
        The run's.

    Returns
    -------
    The report.

    Raises
    ------
    RunFolderError
        As ``load_result``.
    """
    from qmix_logistics_reports.html_report import write_report

    path = folder / "report.html"
    write_report(load_result(folder), path)
    return path
