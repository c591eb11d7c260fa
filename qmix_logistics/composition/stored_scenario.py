"""The scenario of a run, read again from its folder."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from qmix_logistics.errors import RunFolderError, ScenarioError
from qmix_logistics.evaluation.run_folder import RunFolder
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.positions import read_located

_OTHER_FOLDER = "name another folder, or run the scenario again"


def stored_scenario(folder: Path) -> ScenarioSpec:
    """
    Return the scenario of a run as it was written there; the files that it names are not read.

    Parameters
    ----------
    folder
        The run's.

    Raises
    ------
    RunFolderError
        If it is no run folder, or its scenario is not of this version.
    """
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
            f"{path}: {field} does not fit this version of qmix-logistics ({first['msg']}). Use the "
            "version that made the run, see provenance.json"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise RunFolderError(f"{path} cannot be read ({_reason(error)}); {_OTHER_FOLDER}") from error


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"{type(error).__name__}: {text}".splitlines()[0]
