"""The JSON schema of scenarios: what editors complete, explain and check while one is written."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from qmix_logistics.scenario import ScenarioSpec, units

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "qmix_logistics" / "scenario" / "scenario.schema.json"
OTHER_UNITS = {"per_km": "per kilometre", "per_kwh": "per kilowatt-hour", "per_piece": "load units per piece"}
"""Endings that mean no unit of a document's field by themselves."""
BOUNDS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}
"""What pydantic calls bounds in fields that accept text as well."""
MOST_EXAMPLES = 3
EXAMPLES: Mapping[tuple[str, str], Any] = {
    ("ScenarioSpec", "description"): "Which rule should send eight vehicles through the morning peak?",
    ("GridNetwork", "map"): "maps/hall-3.map",
    ("GridNetwork", "legend"): {"S": "rack"},
    ("GridNetwork", "places"): "hall-3-racks.csv",
    ("RoadNetwork", "nodes"): "town/nodes.csv",
    ("RoadNetwork", "arcs"): "town/edges.csv",
    ("RoadNetwork", "places"): "town/customers.csv",
    ("MatrixNetwork", "places"): "places.csv",
    ("MatrixNetwork", "trips"): "trips.csv",
    ("Access", "zones"): ["north"],
    ("VehicleClass", "home"): ["P1"],
    ("VehicleClass", "capacity_units"): [300, 1200],
    ("Transport", "destination"): "station",
    ("TraceDemand", "path"): "orders.csv",
    ("TraceDemand", "test_days"): 5,
    ("OrdersDemand", "path"): "transports.csv",
    ("OrdersDemand", "test_days"): 5,
    ("DecisionTime", "recorded_in"): "runs/measured",
    ("Surge", "factor"): 1.5,
    ("BlockedArc", "arc"): ["X0.2", "X0.3"],
    ("ChargerFault", "charger"): "C1",
    ("CustomPolicy", "policy_class"): "my_rules:HeaviestFirst",
    ("CustomPolicy", "folder"): "rules",
    ("CustomPolicy", "options"): {"power": 2},
    ("LearnedPolicy", "weights_of"): "qmix",
    ("LearnedPolicy", "weights_in"): "runs/peak/policy/qmix-1",
    ("LearnedPolicy", "adviser"): "matching-anticipatory",
    ("Budget", "days"): 200,
    ("Budget", "seconds"): 300,
    ("Experiment", "reference"): "rolling_horizon",
    ("Experiment", "precision_pct"): 2,
    ("Experiment", "hindsight_moves"): 50,
    ("Report", "replay_policies"): ["nearest", "qmix"],
}
"""Examples of fields that no shipped scenario uses, or not in the way that tells most."""
BY_NAME: Mapping[str, Any] = {
    "id": "amr",
    "node": "K12",
    "name": "my-policy",
    "tuning": "5 settings on 96 of 96 training days",
    "zone": "north",
    "earliest_s": "10 min",
    "latest_s": "20 min",
    "duration_s": "5 min",
    "until_s": "4 h",
    "mean_s": 20,
    "low_s": 10,
    "high_s": 30,
    "cv": 0.4,
    "factor": 0.75,
    "bays": 4,
    "load": {"low_units": 1, "high_units": 5},
    "policies": [{"kind": "nearest"}, {"kind": "matching", "anticipatory": True}, {"kind": "qmix"}],
    "closed_arcs": [["X0.2", "X0.3"]],
    "service_s": {"dist": "lognormal", "mean_s": 10, "cv": 0.4},
    "pick_up_s": {"dist": "lognormal", "mean_s": 12, "cv": 0.4},
    "drop_off_s": {"dist": "lognormal", "mean_s": 60, "cv": 0.5},
}
"""Examples of fields that several models have."""
LONGEST_EXAMPLE = 160


def scenario_schema() -> dict[str, Any]:
    """Return the schema: every field with a description, its unit, its default and examples."""
    schema = tidied(ScenarioSpec.model_json_schema())
    models = {"ScenarioSpec": schema, **schema["$defs"]}
    examples = _Examples(schema)
    for name, model in models.items():
        if "dist" in model.get("properties", ()) and "dist" not in model["required"]:
            model["required"].insert(0, "dist")  # it tells alternatives apart, so it cannot be left out
        for field, entry in model.get("properties", {}).items():
            entry.setdefault("description", "Which of the alternatives this is.")
            if unit := unit_in_words(field):
                entry["x-unit"] = unit
            entry["examples"] = examples.of(name, field, entry)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "qmix-logistics scenario, version 1",
        "$comment": "Written by docs/generate_reference.py from the models in qmix_logistics/scenario.",
    }
    return head | {key: value for key, value in schema.items() if key not in head}


def schema_text() -> str:
    """Return the schema as the file that is shipped."""
    return json.dumps(scenario_schema(), indent=1, ensure_ascii=False) + "\n"


def unit_in_words(field: str) -> str:
    """
    Return the unit of a field; empty if it has none.

    Parameters
    ----------
    field
        Its name.
    """
    others = [unit for ending, unit in OTHER_UNITS.items() if field.endswith(ending)]
    unit = others[0] if others else units.unit_of(field)
    return f"currency {unit}".strip() if "cost" in field else unit


def plain(text: str | None) -> str:
    """
    Return a docstring as one paragraph of Markdown for each of its own.

    Parameters
    ----------
    text
        The docstring.
    """
    paragraphs = inspect.cleandoc(text or "").split("\n\n")
    return "\n\n".join(re.sub(r"``([^`]+)``", r"`\1`", " ".join(part.split())) for part in paragraphs)


def tidied(node: Any, *, is_fields: bool = False) -> Any:
    """
    Return a schema without titles of fields, with bounds as JSON schemas say them, and pairs as lists of two.

    Parameters
    ----------
    node
        A schema of pydantic, or a part of one.
    is_fields
        Whether its keys are names, and not words of JSON schema.
    """
    if isinstance(node, list):
        return [tidied(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    found: dict[str, Any] = {}
    for key, value in node.items():
        if is_fields or key in ("$defs", "properties", "mapping"):
            found[key] = tidied(value, is_fields=key in ("$defs", "properties") and not is_fields)
        elif key in ("default", "const", "enum", "required", "discriminator"):
            found[key] = value
        elif key == "description":
            found[key] = plain(value)
        elif key == "prefixItems":  # older editors do not know it
            found["items"] = tidied(value[0])
        elif key != "title" or "properties" in node:
            found[BOUNDS.get(key, key)] = tidied(value)
    options = found.get("anyOf", ())
    if any("anyOf" in option for option in options):
        found["anyOf"] = [inner for option in options for inner in option.get("anyOf", [option])]
    return found


class _Examples:
    """Finds examples: what is said above, or what shipped scenarios say, or the default, or what the schema allows."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema, self._used = schema, _used(schema)

    def of(self, model: str, field: str, entry: Mapping[str, Any]) -> list[Any]:
        if (model, field) in EXAMPLES:
            return [EXAMPLES[model, field]]
        found = self._used.get((model, field), [])[:MOST_EXAMPLES]
        if found:
            return found
        if field in BY_NAME and "enum" not in entry:
            return [BY_NAME[field]]
        default = entry.get("default")
        is_telling = default not in (None, "", [], {}) and not isinstance(default, bool | dict)
        return [default if is_telling else self._any(entry)]

    def _any(self, node: Mapping[str, Any]) -> Any:
        """Return some value that a schema allows."""
        name, node = _named(self._schema, node)
        for key in ("anyOf", "oneOf"):
            if key in node:
                return self._any(next(option for option in node[key] if option.get("type") != "null"))
        if "enum" in node or "const" in node:
            return node.get("enum", [node.get("const")])[-1]
        match node["type"]:
            case "object":
                fields = node["properties"]
                chosen = node.get("required") or list(fields)[:1]
                return {field: self.of(name, field, fields[field])[0] for field in chosen}
            case "array":
                return [self._any(node["items"])] * max(node.get("minItems", 1), 1)
            case "boolean":
                return not node.get("default", False)
        return node.get("minimum", 1)


def _used(schema: Mapping[str, Any]) -> dict[tuple[str, str], list[Any]]:
    """Return the values of each field in the shipped scenarios, as they are written there."""
    used: dict[tuple[str, str], list[Any]] = {}
    for path in sorted((ROOT / "scenarios").glob("*.yaml")):
        values = YAML(typ="safe", pure=True).load(path)
        for model, field, value in _walk(schema, "ScenarioSpec", schema, values):
            known = used.setdefault((model, field), [])
            if value is not None and value not in known and len(json.dumps(value)) <= LONGEST_EXAMPLE:
                known.append(value)
    return used


def _walk(schema: Mapping[str, Any], name: str, node: Mapping[str, Any], values: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield each field of a document: the model that it belongs to, its name and its value."""
    if isinstance(values, list) and "items" in node:
        for value in values:
            yield from _walk_into(schema, node["items"], value)
    if not isinstance(values, dict):
        return
    for field, value in values.items():
        entry = node.get("properties", {}).get(field)
        if entry is not None:
            yield name, field, value
            yield from _walk_into(schema, entry, value)


def _walk_into(schema: Mapping[str, Any], node: Mapping[str, Any], value: Any) -> Iterator[tuple[str, str, Any]]:
    for option in _options(schema, node):
        if _fits(option[1], value):
            yield from _walk(schema, *option, value)
            return


def _options(schema: Mapping[str, Any], node: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key in ("anyOf", "oneOf"):
        for option in node.get(key, ()):
            yield from _options(schema, option)
    if "anyOf" not in node and "oneOf" not in node:
        yield _named(schema, node)


def _fits(node: Mapping[str, Any], value: Any) -> bool:
    """Tell whether a value may be meant for a schema: by its type, and by what tells alternatives apart."""
    if isinstance(value, list):
        return node.get("type") == "array"
    if not isinstance(value, dict) or node.get("type") != "object":
        return False
    for tag in ("kind", "dist"):
        known = node.get("properties", {}).get(tag, {})
        if tag in value and known and value[tag] not in known.get("enum", [known.get("const")]):
            return False
    return True


def _named(schema: Mapping[str, Any], node: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return a schema that a reference stands for, and its name; or the schema itself, without one."""
    name = node.get("$ref", "").rpartition("/")[2]
    return (name, schema["$defs"][name]) if name else ("", node)
