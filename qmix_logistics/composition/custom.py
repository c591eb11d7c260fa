"""Policies of users: found, built, and watched while they decide."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.metadata
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from qmix_logistics.episode import Policy
from qmix_logistics.errors import CustomPolicyError
from qmix_logistics.scenario.custom_code import ENTRY_POINTS, module_file
from qmix_logistics.scenario.policies import CustomPolicy, policy_name
from qmix_logistics.simulation import DecisionEpoch, Dispatch, Site


def build_custom(entry: CustomPolicy) -> Policy:
    """
    Return a policy of a user.

    Parameters
    ----------
    entry
        Its entry in the scenario.

    Raises
    ------
    CustomPolicyError
        If its code cannot be loaded or built, or lacks ``decide`` and ``score``.
    """
    from qmix_logistics_baselines.index_policy import IndexPolicy

    blame = _Blame(policy_name(entry))
    made = blame.call("cannot be built", lambda: _class_of(entry, blame)(**entry.options))
    if hasattr(made, "decide"):
        return _Watched(made, entry, blame)
    if hasattr(made, "score"):
        return _Watched(IndexPolicy(made.score), entry, blame)
    raise CustomPolicyError(f"{entry.policy_class} has neither decide nor score; see docs/guides/own-policy.md")


class _Watched:
    """A user's policy; what it lacks is added, and what it does wrong is said with its place in the user's file."""

    def __init__(self, policy: Any, entry: CustomPolicy, blame: _Blame) -> None:
        self._policy, self._blame, self.information = policy, blame, entry.information

    @property
    def num_cut_off(self) -> int:
        return getattr(self._policy, "num_cut_off", 0)

    def reset(self, site: Site, rng: np.random.Generator) -> None:
        self._site = site
        if hasattr(self._policy, "reset"):
            self._blame.call("fails in reset", lambda: self._policy.reset(site, rng))

    def decide(self, epoch: DecisionEpoch) -> Dispatch:
        return self._checked(epoch, self._blame.call("fails in decide", lambda: self._policy.decide(epoch)))

    def decide_in_outage(self, epoch: DecisionEpoch) -> Dispatch:
        if hasattr(self._policy, "decide_in_outage"):
            found = self._blame.call("fails in decide_in_outage", lambda: self._policy.decide_in_outage(epoch))
            return self._checked(epoch, found)
        from qmix_logistics_baselines.choosing import QUICKEST
        from qmix_logistics_baselines.index_policy import stand_by

        return stand_by(self._site, epoch, QUICKEST)

    def _checked(self, epoch: DecisionEpoch, found: Any) -> Dispatch:
        """Return a dispatch that the simulator can carry out; the columns alone are one, too."""
        dispatch = found if isinstance(found, Dispatch) else Dispatch(found)
        columns = np.asarray(dispatch.columns)
        if columns.shape != (epoch.num_deciders,) or columns.dtype.kind != "i":
            text = f"{epoch.num_deciders} whole numbers, the column of a stop for each decider"
            raise self._blame.error(f"chose {_described(dispatch.columns)}; expected {text}")
        for row, column in enumerate(columns.tolist()):
            if not (0 <= column < len(epoch.stops) and epoch.feasible[row, column]):
                vehicle = self._site.fleet.names[int(epoch.deciders[row])]
                text = f"sends {vehicle} to stop {column} after {epoch.time_s:.1f} s, which is not feasible for it"
                raise self._blame.error(f"{text}; see epoch.feasible")
        work = columns[columns >= epoch.work.start]
        if len(np.unique(work)) < len(work):
            raise self._blame.error(f"sends two vehicles to one task after {epoch.time_s:.1f} s")
        return dataclasses.replace(dispatch, columns=columns)


class _Blame:
    """Turns errors of a user's code into ones that say where in it they are."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.file: Path | None = None

    def call(self, what: str, function: Callable[[], Any]) -> Any:
        try:
            return function()
        except CustomPolicyError:
            raise
        except Exception as error:  # whatever a user's code raises
            text = f"{what}: {type(error).__name__}: {error}"
            raise self.error(text, self._line_of(error)) from error

    def error(self, text: str, line: int | None = None) -> CustomPolicyError:
        where = "" if self.file is None else f"{self.file}:{line}: " if line else f"{self.file}: "
        return CustomPolicyError(f"{where}policy {self._name} {text}")

    def _line_of(self, error: Exception) -> int | None:
        """Return the line of the user's file that was the last to be run."""
        if isinstance(error, SyntaxError):
            return error.lineno
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(self.file)]
        return frames[-1].lineno if frames else None


def _class_of(entry: CustomPolicy, blame: _Blame) -> Callable[..., Any]:
    module_name, colon, name = entry.policy_class.rpartition(":")
    if not colon:
        found = importlib.metadata.entry_points(group=ENTRY_POINTS, name=name)
        if not found:
            raise CustomPolicyError(f"there is no entry point {name} in the group {ENTRY_POINTS}")
        made = next(iter(found)).load()
        blame.file = Path(inspect.getfile(made))
    else:
        blame.file = module_file(entry.folder, module_name)
        module = importlib.import_module(module_name) if blame.file is None else _loaded(module_name, blame.file)
        blame.file = blame.file or Path(module.__file__ or module_name)
        made = getattr(module, name, None)
    if not callable(made):
        raise blame.error(f"is no class: there is no {name} to call")
    return made


def _loaded(name: str, file: Path) -> ModuleType:
    """Return the module of a file; other files in its folder can be imported by it."""
    known = sys.modules.get(name)
    if known is not None and getattr(known, "__file__", None) == str(file):
        return known
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None, "it ends in .py"
    module = importlib.util.module_from_spec(spec)
    folder = str(file.parents[name.count(".")])
    if folder not in sys.path:
        sys.path.append(folder)
    before = sys.modules.get(name)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name)
        if before is not None:
            sys.modules[name] = before
        raise
    return module


def _described(columns: Any) -> str:
    try:
        array = np.asarray(columns)
    except ValueError:
        return "what is no array"
    return f"an array of {array.dtype} in the shape {array.shape}"
