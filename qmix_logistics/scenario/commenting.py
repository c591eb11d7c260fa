"""A scenario with what its fields mean, written beside them."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from qmix_logistics.scenario.positions import FieldPath, read_located
from qmix_logistics.scenario.scenario import ScenarioSpec

WIDTH = 118
_SENTENCE = re.compile(r"(.+?[.;:])(?:\s|$)")


def commented(text: str) -> str:
    """
    Return a scenario with a comment above each section, and behind each field that has a line of its own.

    Parameters
    ----------
    text
        A sound scenario, whose paths need not exist.
    """
    document = read_located("", text)
    spec = ScenarioSpec.model_validate(document.values)
    lines = text.splitlines()
    above: dict[int, list[str]] = {}
    for path, (line, column) in document.keys.items():
        if len(path) == 1:
            above[line - 1] = list(_section(spec, str(path[0]), document.values[path[0]]))
        elif _is_first(lines[line - 1], column):
            lines[line - 1] = _with_remark(lines[line - 1], _meaning(spec, path))
    written = [part for number, line in enumerate(lines) for part in (*above.get(number, ()), line)]
    absent = [name for name in ScenarioSpec.model_fields if name not in document.values]
    rest = f"Sections that are left out have their defaults: {', '.join(absent)}."
    return "\n".join([*written, "", *_wrapped(rest), ""])


def _section(spec: ScenarioSpec, name: str, values: Any) -> Iterator[str]:
    """Yield comments that say what a section is, and which fields it may have besides those that are there."""
    if name in ("version", "name", "description"):
        return
    value = getattr(spec, name)
    yield ""
    if isinstance(value, BaseModel):
        paragraph = inspect.cleandoc(type(value).__doc__ or "").split("\n\n")[0]
        used, models = set(values), [type(value)]
    else:
        paragraph = ScenarioSpec.model_fields[name].description or ""
        used, models = {key for entry in values for key in entry}, list(dict.fromkeys(map(type, value)))
    yield from _wrapped(paragraph)
    unused = [field for field in models[0].model_fields if field not in used]
    if unused and len(models) == 1:
        yield from _wrapped(f"It may also have: {', '.join(unused)}.")


def _meaning(spec: ScenarioSpec, path: FieldPath) -> str:
    """Return the first sentence about a field; empty if it is none of a model's."""
    value: Any = spec
    for key in path[:-1]:
        value = value[key] if isinstance(key, int) else getattr(value, str(key), None)
    if not isinstance(value, BaseModel) or str(path[-1]) not in type(value).model_fields:
        return ""
    text = " ".join((type(value).model_fields[str(path[-1])].description or "").replace("``", "").split())
    found = _SENTENCE.match(text)
    return found[1].rstrip(".;:") if found else text


def _is_first(line: str, column: int) -> bool:
    return not line[: column - 1].strip(" -")


def _with_remark(line: str, remark: str) -> str:
    if not remark or "#" in line or len(line) + len(remark) + 4 > WIDTH:
        return line
    return f"{line:<32}  # {remark}"


def _wrapped(text: str) -> Iterator[str]:
    for line in textwrap.wrap(" ".join(text.replace("``", "").split()), WIDTH - 2):
        yield f"# {line}"
