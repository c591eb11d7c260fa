"""A scenario to begin with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import call
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from qmix_logistics.scenario import load_scenario
from qmix_logistics.scenario.templates import MODELINE, SCHEMA, TEMPLATES, schema_text


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_becomes_a_sound_scenario_that_names_its_schema(template: str, tmp_path: Path) -> None:
    file = tmp_path / "my-site.yaml"
    outcome = call("init", file, "--template", template)
    assert (outcome.status, outcome.out.splitlines()[0]) == (0, str(file))
    assert outcome.err == f"Next: qmix-logistics validate {file}\n"
    text = file.read_text(encoding="utf-8")
    assert text.splitlines()[0] == f"{MODELINE}{SCHEMA}"
    assert (tmp_path / SCHEMA).read_text(encoding="utf-8") == schema_text()
    spec = load_scenario(file)
    assert spec.name == "my-site"
    assert not [policy for policy in spec.policies if getattr(policy, "tuning", "")]  # that was another site's
    assert Draft202012Validator(json.loads(schema_text())).is_valid(YAML(typ="safe", pure=True).load(file))


def test_fields_and_sections_are_explained(tmp_path: Path) -> None:
    assert call("init", tmp_path / "a.yaml").status == 0
    text = (tmp_path / "a.yaml").read_text(encoding="utf-8")
    assert "    speed_mps: 1.4                # Speed, empty or loaded\n" in text
    assert "# The vehicles.\n# It may also have: capacity_units, max_tasks_on_board, " in text
    assert max(map(len, text.splitlines())) <= 120


def test_own_orders_come_with_a_file_of_them(tmp_path: Path) -> None:
    outcome = call("init", tmp_path / "shop.yaml", "--template", "own-orders", "--json")
    assert json.loads(outcome.out) == {
        "template": "own-orders",
        "files": [str(tmp_path / name) for name in ("shop.yaml", SCHEMA, "shop-orders.csv")],
    }
    demand = load_scenario(tmp_path / "shop.yaml").demand
    assert getattr(demand, "path", None) == tmp_path / "shop-orders.csv"
    assert (tmp_path / "shop-orders.csv").read_text().startswith("order_time,order_id,sku,qty\n")


def test_files_that_exist_are_left_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "shop-orders.csv").write_text("mine")
    outcome = call("init", tmp_path / "shop.yaml", "--template", "own-orders")
    assert (outcome.status, outcome.out) == (2, "")
    assert f"{tmp_path / 'shop-orders.csv'}: exists, and is left as it is; name another file" in outcome.err
    assert [path.name for path in tmp_path.iterdir()] == ["shop-orders.csv"]


def test_the_name_may_be_left_out_or_be_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    assert call("init", "-t", "hub").out.splitlines()[0] == "hub.yaml"
    assert call("init", "there", "-t", "hub").out.splitlines()[0] == "there/hub.yaml"
    assert call("init", "plain", "-t", "hub").out.splitlines()[0] == "plain.yaml"
    assert "is no name for a scenario" in call("init", "my site.yaml").err


def test_the_templates_are_listed() -> None:
    outcome = call("init", "--list")
    assert outcome.status == 0
    assert [line.split()[0] for line in outcome.out.splitlines()] == list(TEMPLATES)
