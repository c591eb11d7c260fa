"""Read a scenario, report everything that is wrong with it at once, each at its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.scenario.checks import check
from qmix_logistics.scenario.messages import describe, models_of
from qmix_logistics.scenario.overrides import Override, apply_overrides
from qmix_logistics.scenario.positions import FieldPath, LocatedDocument, read_located, spell
from qmix_logistics.scenario.scenario import ScenarioSpec

PATHS = {
    "demand": ("path",),
    "decision_time": ("recorded_in",),
    "network": ("map", "nodes", "arcs", "places", "trips", "points"),
}
"""Fields that name files, by section."""
POLICY_PATHS = ("folder", "weights_in")
"""Those of policies."""
MOST_BYTES = 8 * 2**20
"""Size of a scenario from which on it is none."""


def load_scenario(path: Path, overrides: Sequence[Override] = ()) -> ScenarioSpec:
    """
    Read a scenario from a YAML file.

    Paths inside the file are relative to the file; those in overrides to the working directory.

    Parameters
    ----------
    path
        The file.
    overrides
        Values that replace or add to those in the file.

    Raises
    ------
    ScenarioError
        With everything that is wrong: YAML, keys, values, and what only shows when the parts are put together.
    """
    document = read_located(str(path), _text_of(path))
    if not isinstance(document.values, dict):
        what = "is empty" if document.values is None else "is no scenario"
        message = f"{what}; expected a mapping that begins with version: 1. qmix-logistics init writes one"
        raise ScenarioError([Problem(str(path), 1, 1, "", message)])
    problems = list(document.problems)
    problems += apply_overrides(document, overrides)
    _anchor_paths(document.values, path.parent.absolute(), overrides)
    spec = _validate(document, overrides, problems)
    if problems or spec is None:
        raise ScenarioError(problems)
    return spec


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:  # which may be a pipe, or endless
            content = file.read(MOST_BYTES + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise ScenarioError([Problem(str(path), 0, 0, "", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
        message = f"is not text in UTF-8: byte {content[error.start]:#04x}; save the file as UTF-8"
        raise ScenarioError([Problem(str(path), line, column, "", message)]) from error
    if len(content) > MOST_BYTES:
        message = f"has more than {MOST_BYTES >> 20} MiB; put long lists into CSV files of their own"
        raise ScenarioError([Problem(str(path), 0, 0, "", message)])
    return text


def _validate(document: LocatedDocument, overrides: Sequence[Override], problems: list[Problem]) -> ScenarioSpec | None:
    """Validate the whole; where that fails, still check the parts that are sound, so that all errors show at once."""
    spec: ScenarioSpec | None = None
    try:
        spec = ScenarioSpec.model_validate(document.values)
        parts: dict[str, Any] = dict(spec)
    except ValidationError as error:
        problems += [_problem(document, overrides, detail) for detail in _root_causes(error.errors())]
        parts = _sound_parts(document.values)
    for finding in check(parts):
        if isinstance(finding, Problem):
            problems.append(finding)
        else:
            problems.append(_locate(document, overrides, *finding, of_key=False))
    return spec


def _sound_parts(values: dict[str, Any]) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    for name, info in ScenarioSpec.model_fields.items():
        if name not in values:
            continue
        adapter: TypeAdapter[Any] = TypeAdapter(info.rebuild_annotation())
        try:
            parts[name] = adapter.validate_python(values[name])
        except ValidationError:
            continue
    return parts


def _root_causes(errors: Sequence[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Leave out that a list is too short where this only follows from a fault in one of its entries."""
    for error in errors:
        loc = error["loc"]
        follows = any(other["loc"][: len(loc)] == loc and len(other["loc"]) > len(loc) for other in errors)
        if not (error["type"] == "too_short" and follows):
            yield error


def _problem(document: LocatedDocument, overrides: Sequence[Override], error: ErrorDetails) -> Problem:
    path, models = _walk(document.values, error["loc"])
    siblings = {name: info.description or "" for model in models for name, info in model.model_fields.items()}
    message = describe(error, path, siblings)
    return _locate(document, overrides, path, message, of_key=error["type"] == "extra_forbidden")


def _walk(values: Any, loc: Sequence[str | int]) -> tuple[FieldPath, Sequence[type[BaseModel]]]:
    """Return the field's path without pydantic's tags, and the models whose fields may stand at its place."""
    path: list[str | int] = []
    models: Sequence[type[BaseModel]] = [ScenarioSpec]
    for depth, part in enumerate(loc):
        is_last = depth == len(loc) - 1
        if isinstance(values, dict) and (part in values or is_last):
            path.append(part)
            if not is_last:
                models = [found for model in models for found in _field_models(model, part)]
            values = values.get(part)
        elif isinstance(values, list) and isinstance(part, int):
            path.append(part)
            values = values[part] if part < len(values) else None
        else:  # a discriminator's tag: it narrows the models
            models = [model for model in models if part in _tags(model)] or models
    return tuple(path), models


def _field_models(model: type[BaseModel], name: str | int) -> list[type[BaseModel]]:
    info = model.model_fields.get(str(name))
    return models_of(info.annotation) if info is not None else []


def _tags(model: type[BaseModel]) -> Iterator[Any]:
    for name in ("kind", "dist"):
        if name in model.model_fields:
            yield from getattr(model.model_fields[name].annotation, "__args__", ())


def _locate(
    document: LocatedDocument, overrides: Sequence[Override], path: FieldPath, message: str, *, of_key: bool
) -> Problem:
    for override in overrides:
        made_by_it = path not in document.entries and _is_within(override.path, path)
        if _is_within(path, override.path) or made_by_it:
            return Problem(override.source, 0, 0, spell(path), message)
    return Problem(document.path, *document.position(path, of_key=of_key), spell(path), message)


def _anchor_paths(values: dict[str, Any], folder: Path, overrides: Sequence[Override]) -> None:
    """Make paths absolute: those of the file begin at its folder, those of overrides at the working directory."""
    for place, part, fields in _parts_with_paths(values):
        for field in fields:
            if isinstance(part.get(field), str):
                is_override = any(_is_within((*place, field), override.path) for override in overrides)
                part[field] = str((Path.cwd() if is_override else folder) / part[field])


def _parts_with_paths(values: dict[str, Any]) -> Iterator[tuple[FieldPath, dict[str, Any], Sequence[str]]]:
    """Yield the parts of a document that may name files: where they are, what they hold, and in which fields."""
    for section, fields in PATHS.items():
        if isinstance(values.get(section), dict):
            yield (section,), values[section], fields
    policies = values.get("policies")
    for index, entry in enumerate(policies if isinstance(policies, list) else ()):
        for place, policy in _policies_of(entry):
            if isinstance(policy, dict):
                if policy.get("kind") == "custom":
                    policy.setdefault("folder", ".")
                yield ("policies", index, *place), policy, POLICY_PATHS


def _policies_of(entry: Any) -> Iterator[tuple[FieldPath, Any]]:
    yield (), entry
    if isinstance(entry, dict):
        for name in ("adviser", "teacher"):
            yield (name,), entry.get(name)


def _is_within(path: FieldPath, place: FieldPath) -> bool:
    return path[: len(place)] == place
