"""A finished run, read again, and its report made anew without simulating anything."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from qmix_logistics.composition.experiment import assemble_result
from qmix_logistics.errors import RunFolderError, ScenarioError
from qmix_logistics.evaluation.run_folder import RunFolder, read_json
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.positions import read_located
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
    spec = _scenario(folder)
    provenance, num_days = _provenance(folder), _num_days(folder)
    try:
        return assemble_result(spec, RunFolder(folder), provenance, _site(spec), num_days)
    except FileNotFoundError as error:
        missing = _within(folder, Path(str(error.filename)))
        raise RunFolderError(f"{folder} lacks {missing}; {_GO_ON}") from error
    except (OSError, ValueError, KeyError, TypeError) as error:  # a truncated or foreign file among thousands
        raise RunFolderError(f"{_first_unsound(folder)} cannot be read ({_reason(error)}); {_MEND}") from error


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


_GO_ON = "the run is not finished: go on with it with run --resume --out, or name another folder"
_MEND = "remove its folder and go on with run --resume --out, which makes it again, or name another folder"


def _scenario(folder: Path) -> ScenarioSpec:
    path = RunFolder(folder).scenario
    if not path.is_file():
        raise RunFolderError(f"{folder} is no run folder: it has no scenario.yaml. Name the folder of a finished run")
    try:
        document = read_located(str(path), path.read_text(encoding="utf-8"))
        if document.problems:
            raise ScenarioError(document.problems)
        return ScenarioSpec.model_validate(document.values)
    except ScenarioError as error:
        raise RunFolderError(f"{error}\n{path} is not what a run has written; {_OTHER_FOLDER}") from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise RunFolderError(
            f"{path}: {field} does not fit this version of qmix-logistics ({first['msg']}). Make the report with the "
            "version that made the run, see provenance.json"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise RunFolderError(f"{path} cannot be read ({_reason(error)}); {_OTHER_FOLDER}") from error


_OTHER_FOLDER = "name another folder, or run the scenario again"


def _provenance(folder: Path) -> dict[str, Any]:
    path = folder / "provenance.json"
    try:
        values = read_json(path)
    except FileNotFoundError as error:
        raise RunFolderError(f"{folder} lacks provenance.json, which is written last; {_GO_ON}") from error
    except (OSError, ValueError) as error:
        raise RunFolderError(f"{path} cannot be read ({_reason(error)}); {_GO_ON}") from error
    missing = [name for name in PROVENANCE if name not in values] if isinstance(values, dict) else list(PROVENANCE)
    if missing:
        raise RunFolderError(f"{path} lacks {', '.join(missing)}; it is not what a run has written. {_GO_ON}")
    return values


def _num_days(folder: Path) -> int:
    """Return how many test days were compared: demand need not be read for that."""
    path = folder / "replications.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return 1 + max(int(row["day"]) for row in csv.DictReader(file))
    except FileNotFoundError as error:
        raise RunFolderError(f"{folder} lacks replications.csv; {_GO_ON}") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunFolderError(f"{path} cannot be read ({_reason(error)}); {_GO_ON}") from error


def _site(spec: ScenarioSpec) -> Site | None:
    try:
        return compile_site(spec)
    except ScenarioError:
        return None


def _first_unsound(folder: Path) -> Path:
    """Return the first file of a unit, a search or a training that is no sound JSON or CSV; else the folder."""
    for path in sorted(folder.glob("*/*/*.json")):
        try:
            read_json(path)
        except (OSError, ValueError):
            return path
    for path in sorted(folder.glob("*/*/t*.csv")):
        if path.name in ("timings.csv", "training.csv") and not _is_table(path):
            return path
    return folder


def _is_table(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            width = len(next(csv.reader(file)))
            return all(len(row) == width for row in csv.reader(file))
    except (OSError, ValueError, StopIteration):
        return False


def _within(folder: Path, path: Path) -> Path:
    return path.relative_to(folder) if path.is_relative_to(folder) else path


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"{type(error).__name__}: {text}".splitlines()[0]
