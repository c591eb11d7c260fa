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
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from command_pages import command_page
from error_pages import error_page
from pydantic import BaseModel, TypeAdapter, ValidationError
from scenario_schema import SCHEMA, plain, scenario_schema, schema_text, tidied, unit_in_words

from qmix_logistics.environment import schema
from qmix_logistics.evaluation.insight import INSIGHT_COLUMNS
from qmix_logistics.evaluation.kpis import KPIS, PRIMARY_KPI
from qmix_logistics.evaluation.record_columns import RECORD_COLUMNS, Column
from qmix_logistics.evaluation.table_columns import PLAN_COLUMNS, TABLE_COLUMNS
from qmix_logistics.scenario import ScenarioSpec, units
from qmix_logistics.scenario.policies import DEFAULT_POLICIES, policy_name
from qmix_logistics.scenario.team_training import TeamTraining

REFERENCE = Path(__file__).parent / "reference"
RUN_FOLDER, PYTHON_API = REFERENCE / "run-folder.md", REFERENCE / "python-api.md"
COLUMNS_OF = re.compile(r"(<!-- columns of (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
NAMES_OF = re.compile(r"(<!-- names of ([\w.]+)(?:: ([\w, ]+))? -->\n).*?(<!-- end -->)", re.DOTALL)
NOTE = "<!-- Written by docs/generate_reference.py; change the docstrings in the code instead. -->"
CHAPTERS = {
    "network.warehouse": "Site: parametric warehouse",
    "network.grid": "Site: grid",
    "network.road": "Site: roads",
    "network.points": "Site: points",
    "network.matrix": "Site: table of trips",
    "network.facilities": "Facilities",
    "network.customers": "Customers",
    "network.traffic": "Traffic",
    "fleet": "Vehicles",
    "demand": "Orders",
    "distributions": "Durations",
    "operations": "Rules of the day",
    "disruptions": "Disruptions",
    "policies": "Kinds of policies",
    "training": "Learning",
    "experiment": "Comparison",
}
"""Headings by module, in the order of the page."""
QUANTITIES = (
    ("time", units.Seconds, "s"),
    ("length", units.Metres, "m"),
    ("speed", units.MetresPerSecond, "m/s"),
    ("energy", units.WattHours, "Wh"),
    ("power", units.Watts, "W"),
    ("rate", units.PerHour, "/h"),
    ("share", units.Percent, "%"),
    ("memory", units.Mebibytes, "MiB"),
)
AS_WRITTEN = {"Budget": "text such as `200 days` or `5 min`, or "}
"""Models that a document may write in another way than as a mapping."""
SIGNS = {"exclusiveMinimum": ">", "minimum": "≥", "exclusiveMaximum": "<", "maximum": "≤"}


def pages() -> dict[Path, str]:
    """Return the text of each page by its path."""
    texts = {
        "scenario": _scenario(),
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


def _scenario() -> list[str]:
    document = scenario_schema()
    models = {"ScenarioSpec": document, **document["$defs"]}
    lines = [NOTE, "", "# Scenario", "", plain(ScenarioSpec.__doc__), ""]
    lines += [
        "Unknown fields are refused. A field without a default must be given. `qmix-logistics validate` names every",
        "fault at once, with line and column.",
        "",
        *_quantities(),
        "## Top level",
        "",
        *_fields(ScenarioSpec, models),
    ]
    for chapter, heading in CHAPTERS.items():
        module = importlib.import_module(f"qmix_logistics.scenario.{chapter}")
        lines += [f"## {heading}", "", plain(module.__doc__), ""]
        for model in vars(module).values():
            if inspect.isclass(model) and model.__module__ == module.__name__ and model.__name__ in models:
                lines += [f"### {model.__name__}", "", plain(model.__doc__), "", *_fields(model, models)]
    return [*lines, *_rules()]


def _quantities() -> list[str]:
    rows = []
    for name, quantity, symbol in QUANTITIES:
        adapter: TypeAdapter[float] = TypeAdapter(quantity)
        accepted = [f"`{unit}` = {adapter.validate_python(f'1 {unit}'):.6g} {symbol}" for unit in _accepted(adapter)]
        rows.append([name, symbol, ", ".join(accepted)])
    return ["## Units", "", *_table(("quantity", "plain number is in", 'as text, such as `"2 min"`'), rows), ""]


def _accepted(adapter: TypeAdapter[float]) -> list[str]:
    """Return the units that a quantity accepts: its error message lists them."""
    try:
        adapter.validate_python("?")
    except ValidationError as error:
        return str(error.errors()[0]["ctx"]["accepted"]).split(", ")
    raise AssertionError("a quantity accepts no question mark")


def _fields(model: type[BaseModel], schemas: Mapping[str, Any]) -> list[str]:
    described, rows = schemas[model.__name__], []
    for field, entry in described["properties"].items():
        is_required = field in described.get("required", ())
        default = "**required**" if is_required else _default(model, field, entry)
        meaning = plain(entry.get("description", "Which of the alternatives this is."))
        limits = "; ".join(dict.fromkeys(_limits(entry)))
        rows.append([f"`{field}`", _type(entry), unit_in_words(field), default, limits, meaning])
    return [*_table(("field", "type", "unit", "default", "range", "meaning"), rows), ""]


def _type(entry: Mapping[str, Any]) -> str:
    if "$ref" in entry:
        name = entry["$ref"].rpartition("/")[2]
        return f"{AS_WRITTEN.get(name, '')}[{name}](#{name.lower()})"
    options = entry.get("anyOf") or entry.get("oneOf")
    if options:
        types = dict.fromkeys(_type(option) for option in options if not _is_said_elsewhere(option, options))
        return " or ".join(sorted(types, key=lambda name: name != "number"))
    if "const" in entry or "enum" in entry:
        return ", ".join(f"`{value}`" for value in entry.get("enum", [entry.get("const")]))
    if entry.get("maxItems") == 2:
        return "pair of names"
    if entry.get("type") == "object":
        return "mapping"
    if entry["type"] == "array":
        return f"list of: {_type(entry['items'])}"
    names = {"number": "number", "integer": "whole number", "boolean": "true or false", "null": "none"}
    return names.get(entry["type"], entry.get("format", "text"))


def _is_said_elsewhere(option: Mapping[str, Any], options: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether an option is another way to write a quantity or a budget: the page says so once."""
    is_budget = any(other.get("$ref", "").rpartition("/")[2] in AS_WRITTEN for other in options)
    is_quantity = "pattern" in option and "maxLength" not in option and len(options) > 1
    return is_quantity or (is_budget and "$ref" not in option)


def _default(model: type[BaseModel], field: str, entry: Mapping[str, Any]) -> str:
    if (model, field) == (ScenarioSpec, "policies"):
        return ", ".join(f"`{policy_name(policy)}`" for policy in DEFAULT_POLICIES)
    default = entry["default"]
    if default is None or default in ("", [], {}):
        return "none"
    if isinstance(default, dict):
        constant = default.get("mean_s") if default.get("dist") == "constant" else None
        return "its defaults" if constant is None else f"{constant:g}"
    if isinstance(default, float):
        return f"{default:g}"
    return f"`{default}`" if isinstance(default, str) else json.dumps(default)


def _limits(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield the bounds of a number, the length of a list or a name, and what a name looks like."""
    bounds = [f"{sign} {entry[key]:g}" for key, sign in SIGNS.items() if key in entry]
    if bounds:
        yield " and ".join(bounds)
    if "minItems" in entry and "maxItems" not in entry:
        yield f"{entry['minItems']} or more entries"
    if "maxLength" in entry:
        yield f"up to {entry['maxLength']} characters"
    if "pattern" in entry and not entry["pattern"].startswith(r"^\s*"):
        yield f"`{entry['pattern']}`"
    for option in entry.get("anyOf", ()):
        yield from _limits(option)
    if "items" in entry:
        yield from _limits(entry["items"])


def _rules() -> list[str]:
    """Return what is validated beyond single fields: by the models' validators and by ``scenario/checks.py``."""
    return [
        "## Checked across fields",
        "",
        "- Facility ids are unique and name aisles that exist; closed arcs are arcs of the warehouse.",
        "- Every rack and facility can be reached and left again.",
        "- A class with a battery needs a charger on the site.",
        "- `demand.load.high_units` is at most the largest `capacity_units` of the fleet.",
        "- `share_pct` of the order classes sum to 100; ids of classes and names of policies are unique.",
        "- `profile` begins at 0, rises, and ends before `horizon.demand_s`.",
        "- Battery levels: `reserve_pct` < `charge_below_pct` ≤ `charge_idle_below_pct` < `charge_to_pct`, and",
        "  `reserve_pct` ≤ `initial.low_pct` ≤ `initial.high_pct`; a `charging_curve` rises from 0 %.",
        "- A trace can be read; all its lines lie between `day_starts_s` and `day_starts_s` + `horizon.demand_s`; at",
        "  least one day is left to train on; `experiment.replications` is at most the number of test days.",
        "- `experiment.reference` is one of the policies.",
    ]


def _team_training() -> list[str]:
    lines = [NOTE, "", "# Team training", "", plain(TeamTraining.__doc__), "", "Set with `--set NAME=VALUE`.", ""]
    return [*lines, *_fields(TeamTraining, {"TeamTraining": tidied(TeamTraining.model_json_schema())})][:-1]


def _records() -> list[str]:
    lines = [
        NOTE,
        "",
        "# Records",
        "",
        "Every day that a policy plays leaves five tables in its folder under `units/`,",
    ]
    lines += ["as CSV, or as Parquet with `report: {records: parquet}`. Times are seconds since the day began.", ""]
    for table, columns in RECORD_COLUMNS.items():
        lines += [f"## {table}", "", *_columns(columns), ""]
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
    for table, columns in INSIGHT_COLUMNS.items():
        lines += [f"## {table}", "", *_columns(columns), ""]
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
        lines = _table((f"in `{match[2]}`", "what it is"), rows)
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
    return _table(("column", "unit", "meaning"), rows)


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
    lines += [*_table(("group", "features", "describes"), sizes), ""]
    for name, group in schema.GROUPS.items():
        rows = [[f"`{f.name}`", f.unit, f"{f.scale:g}", f.meaning] for f in group]
        lines += [f"## {name}", "", docstrings[name.upper()], ""]
        lines += [*_table(("feature", "unit", "divided by", "meaning"), rows), ""]
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
        *_table(("KPI", "unit", "better", "formula"), rows),
    ]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    cells = [header, ["---"] * len(header), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells]


def main() -> None:
    """Write all pages."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
