"""How long decisions take in the simulated day."""

from __future__ import annotations

import csv
from pathlib import Path

from qmix_logistics.episode import DecisionTimes
from qmix_logistics.errors import RunFolderError
from qmix_logistics.evaluation.run_folder import RunFolder, UnitKey
from qmix_logistics.scenario.operations import DecisionTime


def fixed_s(setting: DecisionTime, information: str, *, is_planner_up: bool = True) -> float:
    """
    Return how long decisions always take; 0 where that is not fixed.

    Parameters
    ----------
    setting
        The scenario's.
    information
        What the policy decides on: ``local`` ones decide on the vehicle.
    is_planner_up
        Whether a central planner can be reached; while it cannot, every policy decides on the vehicle.
    """
    if setting.kind != "fixed":
        return 0.0
    return setting.local_s if information == "local" or not is_planner_up else setting.central_s


def fixed_times(setting: DecisionTime, information: str) -> DecisionTimes:
    """
    Return how long each decision takes where no run recorded it, and none is to be measured; see ``fixed_s``.

    Parameters
    ----------
    setting, information
        As for ``fixed_s``.
    """
    return lambda measured_s, is_planner_up: fixed_s(setting, information, is_planner_up=is_planner_up)


def decision_times(setting: DecisionTime, information: str, unit: UnitKey) -> DecisionTimes:
    """
    Return how long each decision of a unit takes.

    Parameters
    ----------
    setting
        The scenario's.
    information
        What the policy decides on: ``local`` ones decide on the vehicle.
    unit
        Which policy, training and day.

    Raises
    ------
    RunFolderError
        If recorded times are asked for and the folder does not hold this unit, or too few of them.
    """
    if setting.kind == "measured":
        return lambda measured_s, is_planner_up: measured_s
    if setting.recorded_in is not None:
        return _recorded(RunFolder(setting.recorded_in).unit(unit) / "timings.csv")
    return fixed_times(setting, information)


def _recorded(path: Path) -> DecisionTimes:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            times_s = iter([round(1000 * float(row["decision_ms"])) / 1e6 for row in csv.DictReader(file)])
    except (OSError, KeyError, ValueError) as error:
        raise RunFolderError(
            f"{path} holds no decision times; decision_time.recorded_in must name a finished run of this scenario"
        ) from error

    def next_time_s(measured_s: float, is_planner_up: bool) -> float:
        found = next(times_s, None)
        if found is None:
            raise RunFolderError(f"{path} holds too few decision times: that run was of another scenario")
        return found

    return next_time_s
