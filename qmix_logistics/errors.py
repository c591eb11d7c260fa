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
    ├── ExportError        a run cannot be exported in this format
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
    A scenario, an option, or a file that a scenario names cannot be used.

    Every fault is one line: file, line, column, field, what it is, what was expected. Mend the places that are named;
    ``qmix-logistics validate`` checks again without running anything.

    Parameters
    ----------
    problems
        Everything that is wrong, not only the first.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


class RunFolderError(QmixLogisticsError):
    """
    A run folder cannot be read or written, or does not belong to this scenario.

    Name another folder with ``--out``, go on with ``--resume``, or remove the damaged part that the message names and
    then go on: what is missing is made again.
    """


class JobError(QmixLogisticsError):
    """
    A part of a run failed; what was finished is kept.

    The message says which and why. Mend it (room on the disk, memory, a policy of your own) and go on with the command
    that is printed. ``--verbose`` shows the traceback; with it, a fault of this package can be reported.

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
    """
    A trained policy cannot be used.

    Its folder lacks a file or one is cut off: copy it anew, or train again. Or it was trained on other features than
    this version makes: train again, or use the version that its ``policy.json`` names.
    """


class CustomPolicyError(QmixLogisticsError):
    """
    A policy of a user's own cannot be built, or fails while it decides.

    The message begins with the file and line of your code that was the last to run. Mend it, then go on with
    ``--resume``: days that other policies have played are kept.
    """


class DeploymentError(QmixLogisticsError):
    """
    An exported policy cannot be written or run.

    Name a finished run with a policy that learned, and a folder that is not there yet; for ``agents``, a folder that
    ``export`` wrote.
    """


class ComparisonError(QmixLogisticsError):
    """
    Runs cannot be compared.

    They did not play the same days: the message says which differ, and in what. Run them with the same seed, network,
    order classes, demand and horizon. Or they have no policy or indicator in common: name one with ``--reference`` or
    ``--kpi``.
    """


class ExportError(QmixLogisticsError):
    """A run cannot be exported in this format."""


class TeamError(QmixLogisticsError):
    """
    An environment that is not ours cannot be used.

    It is not installed (the message has the command), its name is unknown (``learn --families``), its maker refuses an
    ``--option``, or the folder holds trainings with other settings.
    """
