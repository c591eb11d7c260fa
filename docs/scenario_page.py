"""The page on scenarios: every field of every model."""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markdown_tables import table
from pydantic import BaseModel, TypeAdapter, ValidationError
from scenario_schema import plain, scenario_schema, unit_in_words

from qmix_logistics.scenario import ScenarioSpec, units
from qmix_logistics.scenario.policies import DEFAULT_POLICIES, policy_name

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


def scenario_page(note: str) -> list[str]:
    """
    Return the page on scenarios as lines.

    Parameters
    ----------
    note
        Its first line.
    """
    document = scenario_schema()
    models = {"ScenarioSpec": document, **document["$defs"]}
    lines = [note, "", "# Scenario", "", plain(ScenarioSpec.__doc__), ""]
    lines += [
        "Unknown fields are refused. A field without a default must be given. `qmix-logistics validate` names every",
        "fault at once, with line and column.",
        "",
        *_quantities(),
        "## Top level",
        "",
        *fields_table(ScenarioSpec, models),
    ]
    for chapter, heading in CHAPTERS.items():
        module = importlib.import_module(f"qmix_logistics.scenario.{chapter}")
        lines += [f"## {heading}", "", plain(module.__doc__), ""]
        for model in vars(module).values():
            if inspect.isclass(model) and model.__module__ == module.__name__ and model.__name__ in models:
                lines += [f"### {model.__name__}", "", plain(model.__doc__), "", *fields_table(model, models)]
    return [*lines, *_rules()]


def _quantities() -> list[str]:
    rows = []
    for name, quantity, symbol in QUANTITIES:
        adapter: TypeAdapter[float] = TypeAdapter(quantity)
        accepted = [f"`{unit}` = {adapter.validate_python(f'1 {unit}'):.6g} {symbol}" for unit in _accepted(adapter)]
        rows.append([name, symbol, ", ".join(accepted)])
    return ["## Units", "", *table(("quantity", "plain number is in", 'as text, such as `"2 min"`'), rows), ""]


def _accepted(adapter: TypeAdapter[float]) -> list[str]:
    """Return the units that a quantity accepts: its error message lists them."""
    try:
        adapter.validate_python("?")
    except ValidationError as error:
        return str(error.errors()[0]["ctx"]["accepted"]).split(", ")
    raise AssertionError("a quantity accepts no question mark")


def fields_table(model: type[BaseModel], schemas: Mapping[str, Any]) -> list[str]:
    """
    Return the fields of a model as a table.

    Parameters
    ----------
    model
        The model.
    schemas
        JSON schemas by name of the model, this one's among them.
    """
    described, rows = schemas[model.__name__], []
    for field, entry in described["properties"].items():
        is_required = field in described.get("required", ())
        default = "**required**" if is_required else _default(model, field, entry)
        meaning = plain(entry.get("description", "Which of the alternatives this is."))
        limits = "; ".join(dict.fromkeys(_limits(entry)))
        rows.append([f"`{field}`", _type(entry), unit_in_words(field), default, limits, meaning])
    return [*table(("field", "type", "unit", "default", "range", "meaning"), rows), ""]


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
