"""A finished run, read again, and its report made anew without simulating anything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qmix_logistics.composition.experiment import assemble_result
from qmix_logistics.composition.stored_scenario import stored_scenario
from qmix_logistics.errors import RunFolderError, ScenarioError
from qmix_logistics.evaluation.run_folder import RunFolder
from qmix_logistics.evaluation.stored import sound, stored_csv, stored_json
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import Site, compile_site

if TYPE_CHECKING:
    from qmix_logistics.evaluation.result import ExperimentResult

PROVENANCE = ("qmix_logistics", "command", "created", "seed", "python", "packages", "machine")
"""What a report reads of ``provenance.json``."""


def load_result(folder: Path) -> ExperimentResult:
    """
    Return the result of a finished run: what ``run_experiment`` returned when it made it.

    Parameters
    ----------
    folder
        The run's. The scenario's own file is not needed, nor that of its orders; without the files of its network
        there is no site.

    Raises
    ------
    RunFolderError
        If it is no run folder, or is not finished, or any of its files cannot be read.
    """
    if not folder.is_dir():
        raise RunFolderError(f"{folder} is no folder; name the folder of a finished run, such as runs/demo")
    spec = stored_scenario(folder)
    provenance, num_days = _provenance(folder), _num_days(folder)
    return assemble_result(spec, RunFolder(folder), provenance, _site(spec), num_days)


def rebuild_report(folder: Path) -> Path:
    """
    Make the report of a finished run anew, from what lies in its folder: the same bytes as it had.

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
        If the run cannot be read, or the report cannot be written.
    """
    from qmix_logistics_reports.html_report import write_report

    result, path = load_result(folder), folder / "report.html"
    try:
        write_report(result, path)
    except OSError as error:
        raise RunFolderError(f"{path} cannot be written: {error.strerror}") from error
    return path


def _provenance(folder: Path) -> dict[str, Any]:
    path = folder / "provenance.json"
    values = stored_json(path)
    if missing := [name for name in PROVENANCE if name not in values]:
        raise RunFolderError(
            f"{path} lacks {', '.join(missing)}; it is not what a run has written. Name another folder"
        )
    return values


def _num_days(folder: Path) -> int:
    """Return how many test days were compared: demand need not be read for that."""
    path = folder / "replications.csv"
    replications = stored_csv(path)
    with sound(path):
        return 1 + int(replications["day"].max())


def _site(spec: ScenarioSpec) -> Site | None:
    try:
        return compile_site(spec)
    except ScenarioError:
        return None
