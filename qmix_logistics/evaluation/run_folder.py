"""The files of a run. What is finished is committed by renaming a folder, so an interruption loses nothing."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qmix_logistics.errors import RunFolderError

BASELINE_SEED = 0
"""Training seed of what is not trained; trainings count from 1."""
UNFINISHED = ".unfinished-"
"""How the names of files and folders begin that are being written."""


@dataclass(frozen=True, slots=True)
class UnitKey:
    """
    One policy on one test day.

    Parameters
    ----------
    policy
        Its name.
    training_seed
        Which training, from 1; ``BASELINE_SEED`` for a policy that does not learn.
    day
        Number of the test day, from 0.
    """

    policy: str
    training_seed: int
    day: int

    def __str__(self) -> str:
        """Return the name of its folder."""
        return f"{self.policy}-{self.training_seed}-{self.day:03d}"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """
    Where a run keeps its files.

    Parameters
    ----------
    path
        The folder.
    """

    path: Path

    @property
    def scenario(self) -> Path:
        """The resolved scenario: all that decides the results."""
        return self.path / "scenario.yaml"

    def unit(self, key: UnitKey) -> Path:
        """
        Return the folder of a unit; it exists once the unit is finished.

        Parameters
        ----------
        key
            Which unit.
        """
        return self.path / "units" / str(key)

    def policy(self, name: str, training_seed: int) -> Path:
        """
        Return the folder of a trained policy; it exists once training is finished.

        Parameters
        ----------
        name, training_seed
            Which training.
        """
        return self.path / "policy" / f"{name}-{training_seed}"

    def checkpoint(self, name: str, training_seed: int) -> Path:
        """
        Return the file from which an interrupted training goes on.

        Parameters
        ----------
        name, training_seed
            Which training.
        """
        return self.path / "checkpoints" / f"{name}-{training_seed}.safetensors"

    def curve(self, name: str, training_seed: int) -> Path:
        """
        Return the file with the learning curve of a training that is not finished.

        Parameters
        ----------
        name, training_seed
            Which training.
        """
        return self.checkpoint(name, training_seed).with_suffix(".csv")

    def hindsight(self, day: int) -> Path:
        """
        Return the folder of the best plan known for a test day; it exists once the search is finished.

        Parameters
        ----------
        day
            Number of the test day.
        """
        return self.path / "hindsight" / f"{day:03d}"

    @property
    def shown_day(self) -> Path:
        """What came in on the day of the replay."""
        return self.path / "shown_day.json"

    @property
    def insight(self) -> Path:
        """The folder of what a learned policy was seen to do on one day; it exists once that is finished."""
        return self.path / "insight"

    def open(self, scenario_text: str, *, resume: bool) -> None:
        """
        Create the folder, or go on with it.

        Parameters
        ----------
        scenario_text
            The resolved scenario.
        resume
            Whether the folder may exist.

        Raises
        ------
        RunFolderError
            If it exists and is not to be resumed, or holds another scenario, or cannot be written.
        """
        try:
            self.check(scenario_text, resume=resume)
            self.path.mkdir(parents=True, exist_ok=True)
            self._remove_leftovers()
            if not self.scenario.exists():
                write_atomically(self.scenario, scenario_text)
        except OSError as error:
            raise RunFolderError(f"{self.path} cannot be written: {error.strerror}") from error

    def check(self, scenario_text: str, *, resume: bool) -> None:
        """
        Refuse a folder that cannot be used, and change nothing.

        Parameters
        ----------
        scenario_text
            The resolved scenario.
        resume
            Whether the folder may exist.

        Raises
        ------
        RunFolderError
            If it is no folder, or exists and is not to be resumed, or holds another scenario.
        """
        if self.path.exists() and not self.path.is_dir():
            raise RunFolderError(f"{self.path} is a file, not a folder; name another with --out")
        if not self._is_used():
            return
        if not resume:
            raise RunFolderError(f"{self.path} exists; add --resume to go on with it, or name another with --out")
        self._check_scenario(scenario_text)

    def _is_used(self) -> bool:
        return self.path.is_dir() and any(not entry.name.startswith(UNFINISHED) for entry in self.path.iterdir())

    def _remove_leftovers(self) -> None:
        for pattern in (f"{UNFINISHED}*", f"*/{UNFINISHED}*"):
            for leftover in self.path.glob(pattern):
                if leftover.is_dir():
                    shutil.rmtree(leftover, ignore_errors=True)
                else:
                    leftover.unlink(missing_ok=True)

    def _check_scenario(self, scenario_text: str) -> None:
        if not self.scenario.is_file():
            raise RunFolderError(f"{self.path} is no run folder: it has no scenario.yaml. Name another with --out")
        if self.scenario.read_text(encoding="utf-8") != scenario_text:
            raise RunFolderError(
                f"{self.path} holds another scenario, or other settings: its results would not belong together. "
                f"Compare {self.scenario} with yours, or begin anew with another --out"
            )


@contextlib.contextmanager
def committed(folder: Path) -> Iterator[Path]:
    """
    Give a folder to write into; it takes its place when all is written.

    Parameters
    ----------
    folder
        Its place.
    """
    unfinished = folder.parent / f"{UNFINISHED}{os.getpid()}-{folder.name}"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    yield unfinished
    try:
        unfinished.replace(folder)
    except OSError:
        if not folder.is_dir():
            raise
        shutil.rmtree(unfinished)  # a worker that outlived its killed run was quicker; its result is the same


def write_atomically(path: Path, text: str) -> None:
    """
    Write a text file so that it is either whole or not there.

    Parameters
    ----------
    path
        The file.
    text
        Its content.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{UNFINISHED}{os.getpid()}-{path.name}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """
    Write a CSV; numbers in full precision, None as nothing.

    Parameters
    ----------
    path
        The file.
    columns
        Its header.
    rows
        Its rows.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """
    Write a JSON file.

    Parameters
    ----------
    path
        The file.
    values
        Its content.
    """
    write_atomically(path, json.dumps(values, indent=2) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """
    Read a JSON file.

    Parameters
    ----------
    path
        The file.
    """
    values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return values
