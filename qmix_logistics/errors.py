"""
Everything that this package raises on purpose.

::

    QmixLogisticsError
    ├── ScenarioError      the scenario, or a file that it names, cannot be used
    ├── RunFolderError     the run folder cannot be written, or does not belong to this scenario
    ├── JobError           a part of a run failed
    ├── PolicyFileError    a saved policy cannot be used with this scenario
    ├── CustomPolicyError  a policy of a user's own cannot be built, or fails while it decides
    ├── DeploymentError    an exported policy cannot be written or run
    ├── ComparisonError    runs cannot be compared
    └── TeamError          an environment that is not ours cannot be used
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class QmixLogisticsError(Exception):
    """Base of all errors that a user can mend; the command line prints them without a traceback."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """
    One thing that is wrong with an input, and how to mend it.

    Parameters
    ----------
    path
        The file, as the user named it; or the option, such as ``--set``.
    line, column
        Position in the file, both from 1; 0 where there is none.
    field
        Path of the field in the document, such as ``fleet[1].speed_mps``; may be empty.
    message
        What is wrong, what was expected, and the remedy.
    """

    path: str
    line: int
    column: int
    field: str
    message: str

    def __str__(self) -> str:
        """Return ``path:line:column: field message``."""
        where = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        return f"{where}: {self.field} {self.message}" if self.field else f"{where}: {self.message}"


class ScenarioError(QmixLogisticsError):
    """
    A scenario, or a file that it names, cannot be used.

    Parameters
    ----------
    problems
        Everything that is wrong, not only the first.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


class RunFolderError(QmixLogisticsError):
    """A run folder cannot be written, or does not belong to this scenario."""


class JobError(QmixLogisticsError):
    """
    A part of a run failed; what was finished is kept.

    Parameters
    ----------
    name
        Of the part.
    reason
        Why, in a sentence.
    details
        The traceback, for whoever mends it; may be empty.
    """

    def __init__(self, name: str, reason: str, details: str = "") -> None:
        self.details = details
        super().__init__(f"{name} failed; what was finished is kept.\n{reason}")


class PolicyFileError(QmixLogisticsError):
    """A saved policy cannot be used with this scenario."""


class CustomPolicyError(QmixLogisticsError):
    """A policy of a user's own cannot be built, or fails while it decides."""


class DeploymentError(QmixLogisticsError):
    """An exported policy cannot be written or run."""


class ComparisonError(QmixLogisticsError):
    """Runs cannot be compared: they did not play the same days, or have no policy or indicator in common."""


class TeamError(QmixLogisticsError):
    """An environment that is not ours cannot be used."""
