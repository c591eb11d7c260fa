"""The JSON schema that editors use: it says what the parser says."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from documents import BATTERY, document
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML

from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.messages import models_of
from qmix_logistics.scenario.templates import MODELINE, SCHEMA, schema_text

ROOT = Path(__file__).parents[3]
SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))
COMPLETE = re.compile(r"^```yaml complete.*?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SCHEMA_OF_SCENARIOS: dict[str, Any] = json.loads(schema_text())
VALIDATOR = Draft202012Validator(SCHEMA_OF_SCENARIOS)


def fields() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each field: its model, its name and its schema."""
    for name, model in {"ScenarioSpec": SCHEMA_OF_SCENARIOS, **SCHEMA_OF_SCENARIOS["$defs"]}.items():
        for field, entry in model.get("properties", {}).items():
            yield name, field, entry


def models() -> dict[str, Any]:
    """Return every model of a scenario by name."""
    found: dict[str, Any] = {}
    left = [ScenarioSpec]
    while left:
        model = left.pop()
        if model.__name__ not in found:
            found[model.__name__] = model
            left += [inner for info in model.model_fields.values() for inner in models_of(info.annotation)]
    return found


def test_it_is_a_sound_schema_without_what_older_editors_do_not_know() -> None:
    Draft202012Validator.check_schema(SCHEMA_OF_SCENARIOS)
    assert "prefixItems" not in schema_text()
    assert not re.search(r'"(gt|ge|lt|le)":', schema_text())


def test_every_field_has_a_description_a_default_if_it_may_be_left_out_and_an_example() -> None:
    all_models = models()
    for name, field, entry in fields():
        required = all_models[name].model_fields[field].is_required()
        assert entry["description"].strip(), (name, field)
        assert ("default" in entry) != required, (name, field)
        assert entry["examples"], (name, field)


def test_every_physical_field_says_its_unit() -> None:
    units = {field: entry.get("x-unit") for _, field, entry in fields()}
    assert (units["speed_mps"], units["demand_s"], units["travel_cost_per_km"]) == (
        "metres per second", "seconds", "currency per kilometre",
    )  # fmt: skip
    endings = ("_s", "_m", "_mps", "_wh", "_w", "_pct", "_per_h", "_mib", "_units")
    assert not [field for field, unit in units.items() if field.endswith(endings) and not unit]


def test_every_example_is_accepted_by_schema_and_parser() -> None:
    all_models = models()
    for name, field, entry in fields():
        adapter: TypeAdapter[Any] = TypeAdapter(all_models[name].model_fields[field].rebuild_annotation())
        part = VALIDATOR.evolve(schema={**entry, "$defs": SCHEMA_OF_SCENARIOS["$defs"]})
        for example in entry["examples"]:
            adapter.validate_python(example)
            assert part.is_valid(example), (name, field, example)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_a_shipped_scenario_follows_it_and_names_it_in_its_first_line(file: Path) -> None:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith(MODELINE)
    assert (file.parent / first.removeprefix(MODELINE)).resolve().name == SCHEMA
    assert (file.parent / first.removeprefix(MODELINE)).is_file()
    assert [error.message for error in VALIDATOR.iter_errors(YAML(typ="safe", pure=True).load(file))] == []


def test_scenarios_in_the_documentation_follow_it() -> None:
    texts = [text for page in ROOT.glob("docs/**/*.md") for text in COMPLETE.findall(page.read_text(encoding="utf-8"))]
    assert texts
    for text in texts:
        values = YAML(typ="safe", pure=True).load(text)
        assert [error.message for error in VALIDATOR.iter_errors(values)] == []


QUANTITIES = [
    1.5, "1.5", "2 min", " 90s ", "1e2 s", ".5 h", "+3 s", "1 d", "2 minutes", "two", "s", "1 m/s", "", True, None,
]  # fmt: skip


@pytest.mark.parametrize("value", QUANTITIES, ids=repr)
def test_a_quantity_is_a_number_or_a_text_with_one_of_its_units(value: object) -> None:
    values = document(horizon={"demand_s": value, "drain_s": 60})
    if isinstance(value, bool):  # the parser takes true for 1, an editor should not
        assert not VALIDATOR.is_valid(values)
        return
    assert VALIDATOR.is_valid(values) == is_parsed(values)


FAULTS: list[dict[str, Any]] = [
    {"fleet__0__speed_mp": 1.0},
    {"fleet__0__count": 0},
    {"fleet__0__count": 1001},
    {"fleet__0__speed_mps": 0},
    {"fleet__0__speed_mps": "5 km/s"},
    {"fleet": []},
    {"fleet__0__id": "<b>"},
    {"name": "no spaces here"},
    {"version": 2},
    {"network__kind": "warehaus"},
    {"network__num_aisles": 1.5},
    {"network__stations__0__service_s": {"dist": "gamma", "mean_s": 4}},
    {"network__stations__0__service_s": {"dist": "lognormal", "mean_s": 4}},
    {"network__stations__0__service_s": {"mean_s": 4}},
    {"network__closed_arcs": [["X0.1"]]},
    {"order_classes__0__share_pct": 101},
    {"policies": []},
    {"policies": [{"kind": "nearst"}]},
    {"policies": [{"kind": "qmix", "information": "global"}]},
    {"training": {"budget": "ten days"}},
    {"training": {"budget": 0}},
    {"report": {"records": "xml"}},
    {"experiment": {"confidence_pct": 50}},
    {"fleet__0__battery": BATTERY | {"charge_to_pct": 120}},
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: next(iter(fault)))
def test_what_the_parser_refuses_in_a_field_the_schema_refuses_too(fault: dict[str, Any]) -> None:
    values = document()
    assert VALIDATOR.is_valid(values)
    values = document(**copy.deepcopy(fault))
    assert not is_parsed(values)
    assert not VALIDATOR.is_valid(values)


@pytest.mark.parametrize(
    "change",
    [
        {"training": {"budget": 12}},
        {"training": {"budget": "300days"}},
        {"training": {"budget": "1.5 h"}},
        {"training": {"budget": {"days": 4}}},
        {"report": {"records": False}},
        {"network__stations__0__service_s": "20 s"},
        {"network__stations__0__service_s": {"dist": "constant", "mean_s": 20}},
        {"network__stations__0__servers": None},
        {"demand__transports": [{"origin": ["R1.1.1"], "destination": "station"}]},
        {"policies": [{"kind": "custom", "policy_class": "a:B", "options": {"any": [1, "x"]}}]},
        {"policies": [{"kind": "qmix", "adviser": {"kind": "atc"}}, {"kind": "vdn", "adviser": None}]},
        {"information": {"board_range_m": None, "radio_range_m": "1 km"}},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_every_way_to_write_a_field_is_admitted(change: dict[str, Any]) -> None:
    values = document(**change)
    assert is_parsed(values)
    assert [error.message for error in VALIDATOR.iter_errors(values)] == []


def is_parsed(values: dict[str, Any]) -> bool:
    try:
        ScenarioSpec.model_validate(values)
    except ValidationError:
        return False
    return True
