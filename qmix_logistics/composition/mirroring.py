"""Mirrors beside a run: in a thread of their own, so that neither their faults nor their slowness reach it."""

from __future__ import annotations

import csv
import functools
import importlib.util
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, assert_never

from qmix_logistics.evaluation.contender import Contender
from qmix_logistics.evaluation.mirrors import Mirror, MirrorName
from qmix_logistics.evaluation.run_folder import RunFolder
from qmix_logistics.scenario import ScenarioSpec

if TYPE_CHECKING:
    from qmix_logistics.evaluation.result import ExperimentResult

PERIOD_S = 2.0
"""How often the learning curves are looked at."""
PATIENCE_S = 60.0
"""How long a finished run waits for its mirrors."""
Training = tuple[str, int]
"""Name of a policy, and the number of its training."""


class Mirroring:
    """
    Shows what a run writes in other programs.

    Parameters
    ----------
    names
        Which mirrors.
    spec
        The scenario.
    run
        The run's folder.
    trainings
        Whose learning curves there will be.
    patience_s
        How long to wait for them at the end.
    """

    def __init__(
        self,
        names: Sequence[MirrorName],
        spec: ScenarioSpec,
        run: RunFolder,
        trainings: Sequence[Training],
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.failures: list[str] = []
        """What went wrong, a line for each mirror that failed."""
        self._spec, self._run, self._patience_s = spec, run, patience_s
        self._num_seen: dict[Training, int] = dict.fromkeys(trainings, 0)
        self._mirrors: dict[MirrorName, Mirror] = {}
        self._is_over = threading.Event()
        self._result: ExperimentResult | None = None
        self._names = tuple(dict.fromkeys(names))
        self._thread = threading.Thread(target=self._work, name="mirrors", daemon=True)
        if self._names:
            self._thread.start()

    def finish(self, result: ExperimentResult) -> None:
        """
        Show the result, and wait until that is done, but not for long.

        Parameters
        ----------
        result
            The experiment.
        """
        self._result = result
        self.stop()
        if not self._names:
            return
        self._thread.join(self._patience_s)
        if self._thread.is_alive():
            self.failures.append(f"{', '.join(self._names)}: did not finish within {self._patience_s:g} s; given up")

    def stop(self) -> None:
        """Show nothing more that is not there yet; do not wait."""
        self._is_over.set()

    def _work(self) -> None:
        for name in self._names:
            self._attempt(name, functools.partial(self._open, name))
        while not self._is_over.wait(PERIOD_S):
            self._look()
        self._look()
        for name, mirror in tuple(self._mirrors.items()):
            if self._result is not None:
                self._attempt(name, functools.partial(mirror.finish, self._result))
            if name in self._mirrors:
                self._attempt(name, mirror.close)

    def _attempt(self, name: MirrorName, action: Callable[[], None]) -> None:
        """Do something with a mirror; one that fails is noted and left alone from then on."""
        try:
            action()
        except Exception as error:  # whatever it was, a mirror may not stop a run
            self._mirrors.pop(name, None)
            reason = str(error).strip().splitlines() or [type(error).__name__]
            self.failures.append(f"{name}: {reason[0]}")

    def _look(self) -> None:
        """Show the points of the learning curves that are new."""
        for training, num_seen in self._num_seen.items():
            points = _points(self._run, training)
            for point in points[num_seen:]:
                for name, mirror in tuple(self._mirrors.items()):
                    self._attempt(name, functools.partial(mirror.add_point, *training, point))
            self._num_seen[training] = max(num_seen, len(points))

    def _open(self, name: MirrorName) -> None:
        self._mirrors[name] = self._make(name)

    def _make(self, name: MirrorName) -> Mirror:
        if importlib.util.find_spec(name.value) is None:
            raise ModuleNotFoundError(f'not installed; pip install "qmix-logistics[{name}]"')
        match name:
            case MirrorName.TENSORBOARD:
                from qmix_logistics_reports.mirrors.tensorboard_mirror import TensorBoardMirror

                return TensorBoardMirror(self._run.path / "tensorboard")
            case MirrorName.MLFLOW:
                from qmix_logistics_reports.mirrors.mlflow_mirror import MlflowMirror

                return MlflowMirror(self._run.path.name, self._spec)
        assert_never(name)


def trainings_of(contenders: Sequence[Contender], training_seeds: int) -> list[Training]:
    """
    Return all trainings of a run.

    Parameters
    ----------
    contenders
        The policies.
    training_seeds
        Trainings of each learned policy.
    """
    return [(each.name, seed) for each in contenders if each.has_training for seed in each.seeds(training_seeds)]


def _points(run: RunFolder, training: Training) -> list[dict[str, float]]:
    """Return the learning curve as far as it is there: under way beside the checkpoint, then with the policy."""
    for path in (run.policy(*training) / "training.csv", run.curve(*training)):
        try:
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
        except OSError:
            continue
        return [{name: _number(cell) for name, cell in row.items() if cell} for row in rows]
    return []


def _number(cell: str) -> float:
    return float(cell == "True") if cell in ("True", "False") else float(cell)
