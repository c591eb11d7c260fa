"""``--set key.path=value``: replace a value of a scenario from the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.error import YAMLError

from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.scenario.positions import FieldPath, LocatedDocument, parse_scalar


@dataclass(frozen=True, slots=True)
class Override:
    """
    A value that replaces one in the document.

    Parameters
    ----------
    path
        Keys and list indices from the top.
    value
        The new value.
    source
        What the user wrote, such as ``--set fleet.0.count=4``.
    """

    path: FieldPath
    value: Any
    source: str


def parse_override(text: str, source: str | None = None) -> Override:
    """
    Parse ``fleet.0.count=4``.

    Parameters
    ----------
    text
        Keys and list indices separated by dots, an equals sign, a YAML value.
    source
        What the user wrote; by default ``--set`` and the text.

    Raises
    ------
    ScenarioError
        If there is no equals sign, or the value is not YAML.
    """
    source = source or f"--set {text}"
    path, equals, value = text.partition("=")
    if not equals or not path:
        raise ScenarioError([Problem(source, 0, 0, "", "has no value; expected key.path=value")])
    keys = tuple(int(part) if part.isdecimal() else part for part in path.split("."))
    try:
        return Override(keys, parse_scalar(value), source)
    except (YAMLError, ValueError, RecursionError) as error:
        raise ScenarioError([Problem(source, 0, 0, "", "has a value that is not YAML")]) from error


def apply_overrides(document: LocatedDocument, overrides: Sequence[Override]) -> list[Problem]:
    """
    Write overrides into a document.

    Parameters
    ----------
    document
        The document; its values change.
    overrides
        What to write, in order.

    Returns
    -------
    Overrides that name a list entry which does not exist, or a field inside a plain value.
    """
    return [problem for override in overrides if (problem := _apply(document.values, override)) is not None]


def _apply(values: Any, override: Override) -> Problem | None:
    parent = values
    for depth, key in enumerate(override.path[:-1]):
        if isinstance(parent, dict) and key not in parent:
            parent[key] = {}
        if not _has(parent, key):
            return _no_place(override, depth)
        parent = parent[key]
    last = override.path[-1]
    if not (isinstance(parent, dict) or _has(parent, last)):
        return _no_place(override, len(override.path) - 1)
    parent[last] = override.value
    return None


def _has(parent: Any, key: str | int) -> bool:
    if isinstance(parent, dict):
        return key in parent
    return isinstance(parent, list) and isinstance(key, int) and key < len(parent)


def _no_place(override: Override, depth: int) -> Problem:
    where = ".".join(map(str, override.path[: depth + 1]))
    return Problem(override.source, 0, 0, where, "does not exist in the scenario; check the path")
