"""Imported scenarios put into a folder and validated, in the tests."""

from __future__ import annotations

import copy
from pathlib import Path

from qmix_logistics.importers.imported import ImportedScenario
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.checks import check

RULES = ["random", "nearest", "fifo", "earliest_due_date", "atc"]


def sound(imported: ImportedScenario, folder: Path) -> ScenarioSpec:
    """Write the files of an imported scenario, anchor their names, and check the scenario."""
    folder.mkdir(exist_ok=True)
    for name, text in imported.files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    values = copy.deepcopy(imported.document)
    for section, fields in (("network", ("map", "places", "nodes", "arcs")), ("demand", ("path",))):
        for field in fields:
            if field in values[section]:
                assert values[section][field] in imported.files
                values[section][field] = str(folder / values[section][field])
    spec = ScenarioSpec.model_validate(values)
    assert list(check(dict(spec))) == []
    assert [policy.kind for policy in spec.policies] == RULES
    assert spec.experiment.replications == 1
    return spec
