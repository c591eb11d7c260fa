"""Text files that are to be imported."""

from __future__ import annotations

from pathlib import Path

from qmix_logistics.errors import Problem, ScenarioError


def read_text(path: Path) -> str:
    """
    Return the text of a file, its line ends made alike.

    Parameters
    ----------
    path
        The file, in UTF-8.

    Raises
    ------
    ScenarioError
        If it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ScenarioError([Problem(str(path), 0, 0, "", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise ScenarioError([Problem(str(path), 0, 0, "", f"is not a text in UTF-8: {error}")]) from error


def read_lines(path: Path) -> list[str]:
    """
    Return the lines of a file, without empty ones at its end.

    Parameters
    ----------
    path
        The file, in UTF-8.

    Raises
    ------
    ScenarioError
        If it cannot be read.
    """
    text = read_text(path)
    return text.rstrip("\n").split("\n") if text.strip() else []
