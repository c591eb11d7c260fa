"""Imported scenarios put into a folder and validated, in the tests."""

from __future__ import annotations

import copy
import csv
import io
from pathlib import Path

import pytest

from qmix_logistics.importers.imported import ImportedScenario
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.checks import check

SHARED = Path(__file__).parents[2] / "shared" / "data"
RULES = ["random", "nearest", "fifo", "earliest_due_date", "atc"]


def sound(imported: ImportedScenario, folder: Path) -> ScenarioSpec:
    """Write the files of an imported scenario, anchor their names, and check the scenario."""
    folder.mkdir(exist_ok=True)
    for name, text in imported.files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    values = copy.deepcopy(imported.document)
    for section, fields in (("network", ("map", "places", "nodes", "arcs", "trips")), ("demand", ("path",))):
        for field in fields:
            if field in values[section]:
                assert values[section][field] in imported.files
                values[section][field] = str(folder / values[section][field])
    spec = ScenarioSpec.model_validate(values)
    assert list(check(dict(spec))) == []
    kinds, num_vehicles = [policy.kind for policy in spec.policies], sum(vehicles.count for vehicles in spec.fleet)
    matching = ["matching"] if num_vehicles <= 200 else []
    assert kinds == [*RULES, *(["rolling_horizon"] if kinds[-1] == "rolling_horizon" else matching)]
    assert spec.experiment.replications == (None if spec.demand.kind == "trace" else 1)
    return spec


def rows(imported: ImportedScenario, name: str = "orders.csv") -> list[dict[str, str]]:
    """Return the rows of a file of an imported scenario."""
    return list(csv.DictReader(io.StringIO(imported.files[name])))


def shared(*parts: str) -> Path:
    """Return published data, which is not ours to ship; the test is skipped where it is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path} is not on this machine")
    return path
