"""YAML read with the position of every key and value, so that an error can point at its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from qmix_logistics.errors import Problem, ScenarioError

FieldPath = tuple[str | int, ...]
Position = tuple[int, int]

MOST_VALUES = 200_000
"""Values, those of aliases included, from which on a document is none: a few lines may stand for billions."""
_TOO_DEEP = "is not YAML that can be read: it is nested too deeply, or contains itself"
_TOO_MANY = f"is not YAML that can be read: it stands for more than {MOST_VALUES:,} values, those of aliases included"


@dataclass(slots=True)
class LocatedDocument:
    """
    A YAML 1.2 document as plain Python values, and where each of them stands.

    Parameters
    ----------
    path
        The file, as the user named it.
    values
        The document as dicts, lists and scalars.
    keys, entries
        Line and column, both from 1, of each key and of each value, by path.
    problems
        Duplicate keys, and values that cannot be read.
    """

    path: str
    values: Any = None
    keys: dict[FieldPath, Position] = field(default_factory=dict)
    entries: dict[FieldPath, Position] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def position(self, path: FieldPath, *, of_key: bool) -> Position:
        """
        Return where a field stands, or else the nearest field around it.

        Parameters
        ----------
        path
            Keys and list indices from the top.
        of_key
            The key's position rather than the value's.
        """
        while path:
            places = self.keys if of_key and path in self.keys else self.entries
            if path in places:
                return places[path]
            path = path[:-1]
        return (1, 1)


def read_located(path: str, text: str) -> LocatedDocument:
    """
    Parse a YAML 1.2 document.

    Parameters
    ----------
    path
        The file, for messages.
    text
        Its content.

    Raises
    ------
    ScenarioError
        If it is not YAML.
    """
    yaml = YAML(typ="safe", pure=True)
    try:
        root = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise ScenarioError([Problem(path, line, column, "", f"is not YAML: {error.problem}")]) from error
    except ReaderError as error:
        line, column = text.count("\n", 0, error.position) + 1, error.position - text.rfind("\n", 0, error.position)
        message = f"is not YAML: it has the character {error.character:#04x}, which text does not have"
        raise ScenarioError([Problem(path, line, column, "", message)]) from error
    except YAMLError as error:
        raise ScenarioError([Problem(path, 1, 1, "", f"is not YAML: {error}")]) from error
    except RecursionError as error:
        raise ScenarioError([Problem(path, 1, 1, "", _TOO_DEEP)]) from error
    document = LocatedDocument(path)
    try:
        document.values = _construct(yaml, document, root, ()) if root is not None else None
    except RecursionError as error:
        raise ScenarioError([Problem(path, 1, 1, "", _TOO_DEEP)]) from error
    return document


def parse_scalar(text: str) -> Any:
    """
    Parse a value given on the command line as YAML 1.2 would.

    Parameters
    ----------
    text
        Such as ``4``, ``true``, ``[1, 2]`` or ``5 km/h``.
    """
    return YAML(typ="safe", pure=True).load(text)


def _construct(yaml: YAML, document: LocatedDocument, node: Node, path: FieldPath) -> Any:
    document.entries[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if len(document.entries) > MOST_VALUES:
        raise ScenarioError([Problem(document.path, *document.entries[path], "", _TOO_MANY)])
    if isinstance(node, SequenceNode):
        return [_construct(yaml, document, item, (*path, index)) for index, item in enumerate(node.value)]
    if isinstance(node, MappingNode):
        return _construct_mapping(yaml, document, node.value, path)
    assert isinstance(node, ScalarNode)
    return _construct_scalar(yaml, document, node, path)


def _construct_scalar(yaml: YAML, document: LocatedDocument, node: ScalarNode, path: FieldPath) -> Any:
    """Return a scalar's value, or its text where YAML cannot tell the value."""
    try:
        return yaml.constructor.construct_object(node)
    except (MarkedYAMLError, ValueError) as error:
        reason = error.problem if isinstance(error, MarkedYAMLError) else str(error)
        document.problems.append(
            Problem(
                document.path, *document.entries[path], spell(path), f"is not YAML: {reason}. Quote it if it is text"
            )
        )
        return node.value


def _construct_mapping(
    yaml: YAML, document: LocatedDocument, pairs: Sequence[tuple[Node, Node]], path: FieldPath
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in pairs:
        position = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key_node, ScalarNode):
            message = "has a key that is a list or a mapping; expected a name"
            document.problems.append(Problem(document.path, *position, spell(path), message))
            continue
        key = str(key_node.value)
        if key in values:
            first = document.keys[(*path, key)]
            message = f"stands twice; it was set on line {first[0]} already. Remove one of them"
            document.problems.append(Problem(document.path, *position, spell((*path, key)), message))
            continue
        document.keys[(*path, key)] = position
        values[key] = _construct(yaml, document, value_node, (*path, key))
    return values


def spell(path: FieldPath) -> str:
    """
    Return a path as a reader would write it: ``fleet[0].speed_mps``.

    Parameters
    ----------
    path
        Keys and list indices from the top.
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
