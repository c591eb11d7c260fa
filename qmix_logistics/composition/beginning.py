"""The files with which a user begins: a scenario, the schema for the editor, and order lines where it reads any."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.evaluation.run_folder import write_atomically
from qmix_logistics.scenario.commenting import commented
from qmix_logistics.scenario.demand import SyntheticTrace
from qmix_logistics.scenario.synthetic_trace import generate_order_lines
from qmix_logistics.scenario.templates import SCHEMA, named, schema_text, template_text

OWN_ORDERS = "own-orders"
NUM_DAYS = 24
"""Days of the order lines that are written as an example."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")


def begin(template: str, path: Path) -> list[Path]:
    """
    Write a scenario to begin with, and what belongs to it, beside it.

    Parameters
    ----------
    template
        Name of a template.
    path
        The scenario's file; its name becomes that of the scenario.

    Returns
    -------
    The files that were written.

    Raises
    ------
    ScenarioError
        If one of them exists and is another, or the name is none for a scenario.
    """
    if not _NAME.fullmatch(path.stem):
        message = "is no name for a scenario; expected letters, digits, - and _ before .yaml"
        raise ScenarioError([Problem(str(path), 0, 0, "", message)])
    text = named(template_text(template), path.stem)
    files = {path.with_name(SCHEMA): schema_text()}
    if template == OWN_ORDERS:
        orders = path.with_name(f"{path.stem}-orders.csv")
        text = re.sub(r"^  synthetic: .*$", f"  path: {orders.name}", text, count=1, flags=re.MULTILINE)
        files[orders] = "".join(_order_lines())
    files[path] = commented(text)
    _refuse_others(files)
    for file, content in files.items():
        write_atomically(file, content)
    return sorted(files, key=lambda file: file != path)


def _order_lines() -> Iterator[str]:
    yield "order_time,order_id,sku,qty\n"
    for line in generate_order_lines(SyntheticTrace(num_days=NUM_DAYS, orders_per_day=36)):
        hours, rest = divmod(round(line.time_s), 3600)
        yield f"{line.date} {hours:02d}:{rest // 60:02d}:{rest % 60:02d},{line.order_id},{line.sku},{line.qty:g}\n"


def _refuse_others(files: dict[Path, str]) -> None:
    """Refuse to replace a file; a schema that is there already may be that of an earlier version."""
    problems = [
        Problem(str(file), 0, 0, "", "exists, and is left as it is; name another file")
        for file in files
        if file.name != SCHEMA and (file.exists() or file.is_symlink())
    ]
    if problems:
        raise ScenarioError(problems)
