"""Imported scenarios written to files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.importers.imported import ImportedScenario


def write_imported(imported: ImportedScenario, source: str, out: Path, *, force: bool = False) -> list[Path]:
    """
    Write a scenario, and its other files beside it as ``<stem>-<name>``; all of them, or none.

    Parameters
    ----------
    imported
        The scenario.
    source
        What it was imported from, for the comment at its head.
    out
        The scenario's file.
    force
        Whether files that exist are replaced.

    Returns
    -------
    The files, the scenario first.

    Raises
    ------
    ScenarioError
        If a file exists, or cannot be written.
    """
    names = {name: f"{out.stem}-{name}" for name in imported.files}
    texts = {out: _yaml(imported, source, names)}
    texts |= {out.parent / names[name]: text for name, text in imported.files.items()}
    existing = [] if force else [path for path in texts if path.exists()]
    if existing:
        message = "exists; add --force to replace it, or name another file with -o"
        raise ScenarioError([Problem(str(path), 0, 0, "", message) for path in existing])
    unfinished = {path: path.with_name(f".unfinished-{path.name}") for path in texts}
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            unfinished[path].write_text(text, encoding="utf-8", newline="")
        for path, temporary in unfinished.items():
            temporary.replace(path)
    except OSError as error:
        for temporary in unfinished.values():
            temporary.unlink(missing_ok=True)
        raise ScenarioError([Problem(str(out), 0, 0, "", f"cannot be written: {error.strerror}")]) from error
    return list(texts)


def _yaml(imported: ImportedScenario, source: str, names: dict[str, str]) -> str:
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.width = 120
    stream = io.StringIO()
    yaml.dump(_renamed(imported.document, names), stream)
    lines = [f"# Imported from {source}.", *(f"# {sentence}" for sentence in imported.note.split(". ") if sentence)]
    return "\n".join([*lines, stream.getvalue()])


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value
