"""The code that a scenario names, looked at without running it."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
from collections.abc import Iterator
from pathlib import Path

from qmix_logistics.errors import Problem
from qmix_logistics.scenario.messages import did_you_mean

ENTRY_POINTS = "qmix_logistics.policies"
"""Group of the entry points by which packages offer policies."""


def module_file(folder: Path | None, module: str) -> Path | None:
    """
    Return the file of a module in a folder; None if there is none.

    Parameters
    ----------
    folder
        Where to look.
    module
        Its name, with dots.
    """
    if folder is None:
        return None
    path = folder.joinpath(*module.split("."))
    found = (path.with_name(f"{path.name}.py"), path / "__init__.py")
    return next((file.absolute() for file in found if file.is_file()), None)


def check_class(folder: Path | None, policy_class: str) -> Iterator[str | Problem]:
    """
    Yield what is wrong with the name of a class: a sentence, or a problem of the file that it is in.

    Parameters
    ----------
    folder
        Where its module may be.
    policy_class
        ``module:Class``, or the name of an entry point.
    """
    module, colon, name = policy_class.rpartition(":")
    if not colon:
        known = sorted(importlib.metadata.entry_points(group=ENTRY_POINTS).names)
        if name not in known:
            there = f"; there are {', '.join(known)}" if known else ""
            yield f"'{name}' is no entry point of the group {ENTRY_POINTS}{there}. Write module:Class for a file"
        return
    file = module_file(folder, module)
    if file is None:
        if importlib.util.find_spec(module.partition(".")[0]) is None:
            wanted = module.replace(".", "/")
            near = did_you_mean(module, [path.stem for path in (folder or Path()).glob("*.py")])
            yield f"names the module {module}; expected a file {wanted}.py in {folder}, or an installed package.{near}"
        return
    try:
        names = _names(ast.parse(file.read_bytes(), str(file)))
    except SyntaxError as error:
        yield Problem(str(file), error.lineno or 0, error.offset or 1, "", f"is not Python: {error.msg}")
        return
    except (ValueError, OSError) as error:
        yield Problem(str(file), 0, 0, "", f"is not Python: {error}")
        return
    if name not in names:
        yield f"'{name}' is not in {file}.{did_you_mean(name, names)}"


def _names(tree: ast.Module) -> set[str]:
    """Return the names that a module defines or imports at its top."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update(alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names
