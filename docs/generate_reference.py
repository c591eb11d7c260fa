"""
Write the reference pages that the code itself knows, and the JSON schema of scenarios.

The pages are scenario, features, kpis, records, insight, team-training, command-line and errors.

Of run-folder.md and python-api.md it writes the tables between ``<!-- columns of ... -->`` or ``<!-- names of ... -->``
and ``<!-- end -->``. Run ``python docs/generate_reference.py``; a test fails where the pages and the code differ.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from command_pages import command_page
from error_pages import error_page
from markdown_tables import table
from scenario_page import fields_table, scenario_page
from scenario_schema import SCHEMA, plain, schema_text, tidied

from qmix_logistics.environment import schema
from qmix_logistics.evaluation.insight import INSIGHT_COLUMNS
from qmix_logistics.evaluation.kpis import KPIS, PRIMARY_KPI
from qmix_logistics.evaluation.record_columns import RECORD_COLUMNS, Column
from qmix_logistics.evaluation.table_columns import PLAN_COLUMNS, TABLE_COLUMNS
from qmix_logistics.scenario.team_training import TeamTraining

REFERENCE = Path(__file__).parent / "reference"
RUN_FOLDER, PYTHON_API = REFERENCE / "run-folder.md", REFERENCE / "python-api.md"
COLUMNS_OF = re.compile(r"(<!-- columns of (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
NAMES_OF = re.compile(r"(<!-- names of ([\w.]+)(?:: ([\w, ]+))? -->\n).*?(<!-- end -->)", re.DOTALL)
NOTE = "<!-- Written by docs/generate_reference.py; change the docstrings in the code instead. -->"


def pages() -> dict[Path, str]:
    """Return the text of each page by its path."""
    texts = {
        "scenario": scenario_page(NOTE),
        "features": _features(),
        "kpis": _kpis(),
        "records": _records(),
        "insight": _insight(),
        "team-training": _team_training(),
    }
    written = {"command-line": command_page(NOTE), "errors": error_page(NOTE)}
    written |= {name: "\n".join([*lines, ""]) for name, lines in texts.items()}
    found = {REFERENCE / f"{name}.md": text for name, text in written.items()} | {SCHEMA: schema_text()}
    found[RUN_FOLDER] = _run_folder(RUN_FOLDER.read_text(encoding="utf-8"))
    found[PYTHON_API] = _python_api(PYTHON_API.read_text(encoding="utf-8"))
    return found


def _team_training() -> list[str]:
    lines = [NOTE, "", "# Team training", "", plain(TeamTraining.__doc__), "", "Set with `--set NAME=VALUE`.", ""]
    return [*lines, *fields_table(TeamTraining, {"TeamTraining": tidied(TeamTraining.model_json_schema())})][:-1]


def _records() -> list[str]:
    lines = [
        NOTE,
        "",
        "# Records",
        "",
        "Every day that a policy plays leaves five tables in its folder under `units/`,",
    ]
    lines += ["as CSV, or as Parquet with `report: {records: parquet}`. Times are seconds since the day began.", ""]
    for name, columns in RECORD_COLUMNS.items():
        lines += [f"## {name}", "", *_columns(columns), ""]
    return lines[:-1]


def _insight() -> list[str]:
    lines = [
        NOTE,
        "",
        "# Insight",
        "",
        "What the cheapest learned policy was seen to do on the day of the replay, in `insight/` of the run folder;",
        "`insight.json` says which policy, training, day and planner. See [look at a day](../guides/look-at-a-day.md).",
        "`offers.csv` goes on with the [features](features.md#stop) of each stop, in their units. Utilities are",
        "rewards: -1 is the cost of one order of mean weight for each vehicle, open for the discount time constant.",
        "What networks say has six significant digits.",
        "",
    ]
    for name, columns in INSIGHT_COLUMNS.items():
        lines += [f"## {name}", "", *_columns(columns), ""]
    return lines[:-1]


def _run_folder(text: str) -> str:
    """Return the page with its tables written anew."""
    names = {kpi.name for kpi in KPIS}

    def written(match: re.Match[str]) -> str:
        columns = PLAN_COLUMNS if match[2] == "plan" else TABLE_COLUMNS[match[2]]
        shown = {name: column for name, column in columns.items() if name not in names}
        lines = _columns(shown)
        if len(shown) < len(columns):
            lines.append("| one for each KPI |  | as in [KPIs](kpis.md) |")
        return "\n".join([match[1], *lines, "", match[3]])

    return COLUMNS_OF.sub(written, text)


def _python_api(text: str) -> str:
    """Return the page with its tables written anew: names of a module, and what they are."""

    def written(match: re.Match[str]) -> str:
        module = importlib.import_module(match[2])
        names = match[3].split(", ") if match[3] else getattr(module, "__all__", None) or _defined_in(module)
        found = {name: getattr(module, name) for name in names}
        explained = {
            name: value for name, value in found.items() if inspect.isclass(value) or inspect.isfunction(value)
        }
        rows = [[f"`{name}`", _first_sentence(value)] for name, value in explained.items()]
        lines = table((f"in `{match[2]}`", "what it is"), rows)
        others = ", ".join(f"`{name}`" for name in found if name not in explained)
        return "\n".join([match[1], *lines, *(["", f"Besides: {others}."] if others else []), "", match[4]])

    return NAMES_OF.sub(written, text)


def _defined_in(module: Any) -> list[str]:
    """Return the public classes of a module that says nothing in ``__all__``."""
    return [
        n for n, v in vars(module).items() if inspect.isclass(v) and v.__module__ == module.__name__ and n[0] != "_"
    ]


def _first_sentence(value: Any) -> str:
    return re.sub(r" ?\[\d+\]_", "", plain(value.__doc__).split("\n\n")[0])


def _columns(columns: Mapping[str, Column]) -> list[str]:
    rows = [[f"`{name}`", column.unit, column.meaning] for name, column in columns.items()]
    return table(("column", "unit", "meaning"), rows)


def _features() -> list[str]:
    tree = ast.parse(inspect.getsource(schema))
    docstrings = dict(_attribute_docstrings(tree.body))
    lines = [NOTE, "", "# Features", "", plain(schema.__doc__), ""]
    lines += [f"LIMIT is {schema.LIMIT:g}. {docstrings['LIMIT']}", ""]
    lines += [
        "A learned policy decides on the groups `vehicle`, `stop` and `neighbour`. The groups `state_…` are seen by",
        "the mixing network in training, and by no vehicle when it decides.",
        "",
    ]
    sizes = [[f"[{name}](#{name})", str(len(group)), docstrings[name.upper()]] for name, group in schema.GROUPS.items()]
    lines += [*table(("group", "features", "describes"), sizes), ""]
    for name, group in schema.GROUPS.items():
        rows = [[f"`{f.name}`", f.unit, f"{f.scale:g}", f.meaning] for f in group]
        lines += [f"## {name}", "", docstrings[name.upper()], ""]
        lines += [*table(("feature", "unit", "divided by", "meaning"), rows), ""]
    return lines[:-1]


def _attribute_docstrings(body: Sequence[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Yield each name that a module assigns to with the string below it."""
    for statement, below in itertools.pairwise(body):
        if isinstance(statement, ast.AnnAssign | ast.Assign) and isinstance(below, ast.Expr):
            target = statement.target if isinstance(statement, ast.AnnAssign) else statement.targets[0]
            if isinstance(target, ast.Name) and isinstance(below.value, ast.Constant):
                yield target.id, plain(str(below.value.value))


def _kpis() -> list[str]:
    module = importlib.import_module("qmix_logistics.evaluation.kpis")
    rows = [[f"`{kpi.name}`", kpi.unit or "count", kpi.better.value, kpi.formula] for kpi in KPIS]
    return [
        NOTE,
        "",
        "# KPIs",
        "",
        plain(module.__doc__),
        "",
        f"`{PRIMARY_KPI}` is the declared indicator; all others are exploratory. An indicator that is not defined on a",
        "day, such as a mean over no orders, is empty in `replications.csv`; it then has no mean over days and is not",
        "compared. Indicators that are better neither way are reported but not compared.",
        "",
        *table(("KPI", "unit", "better", "formula"), rows),
    ]


def main() -> None:
    """Write all pages."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
