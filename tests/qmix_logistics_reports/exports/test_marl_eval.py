"""The structure that marl-eval's README describes, and the numbers of replications.csv and training.csv."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from commands import call, write_scenario
from ruamel.yaml import YAML


@pytest.fixture(scope="module")
def exported(finished_run: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("marl") / "out"
    outcome = call("export", finished_run, "--format", "marl-eval", "-o", out)
    assert (outcome.status, outcome.err) == (0, "")
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in out.iterdir()}


def test_every_algorithm_has_as_many_runs_and_steps_and_the_same_metrics(exported: dict[str, Any]) -> None:
    """What marl-eval's ``DiagnoseData`` demands; absolute metrics stand last, as its processing expects."""
    assert set(exported) == {"learning", "final"}
    for data in exported.values():
        ((environment, tasks),) = data.items()
        ((task, algorithms),) = tasks.items()
        assert (environment, task) == ("qmix-logistics", "tiny")
        runs = [run for runs in algorithms.values() for run in runs.values()]
        assert {tuple(runs) for runs in algorithms.values()} == {("seed_1", "seed_2")}
        assert len({tuple(run) for run in runs}) == 1
        for run in runs:
            *steps, last = run
            assert (steps, last) == ([f"step_{number}" for number in range(1, len(run))], "absolute_metrics")
            for name, metrics in run.items():
                count = metrics.get("step_count", 0)
                assert isinstance(count, int)
                assert set(metrics) - {"step_count"} == {"return", "total_cost"}, name
                assert metrics["return"] == [-cost for cost in metrics["total_cost"]]


def test_absolute_metrics_are_the_costs_of_the_test_days(exported: dict[str, Any], finished_run: Path) -> None:
    table = pd.read_csv(finished_run / "replications.csv")
    for data in exported.values():
        for policy, runs in data["qmix-logistics"]["tiny"].items():
            for seed in (1, 2):
                own = table[(table["policy"] == policy) & table["training_seed"].isin([0, seed])]
                assert len(own) == 2
                assert runs[f"seed_{seed}"]["absolute_metrics"]["total_cost"] == own["total_cost"].tolist()


def test_steps_are_the_plays_on_the_validation_days(exported: dict[str, Any], finished_run: Path) -> None:
    table = pd.read_csv(finished_run / "training.csv")
    for seed in (1, 2):
        own = table[(table["training_seed"] == seed) & table["greedy_cost"].notna()]
        *steps, _ = exported["learning"]["qmix-logistics"]["tiny"]["qmix"][f"seed_{seed}"].values()
        assert [step["step_count"] for step in steps] == own["epochs"].tolist()
        assert [step["total_cost"] for step in steps] == [[cost] for cost in own["greedy_cost"]]


def test_who_does_not_learn_is_in_final_alone(exported: dict[str, Any]) -> None:
    learning, final = (exported[name]["qmix-logistics"]["tiny"] for name in ("learning", "final"))
    assert (set(learning), set(final)) == ({"qmix"}, {"nearest", "qmix"})
    assert final["nearest"]["seed_1"] == final["nearest"]["seed_2"]
    assert final["nearest"]["seed_1"]["step_1"]["step_count"] == 0 < final["qmix"]["seed_1"]["step_1"]["step_count"]


def test_a_policy_that_was_trained_before_stands_beside_each_training(finished_run: Path, tmp_path: Path) -> None:
    """It has one playing of each day, and no training here: its costs are the same beside both trainings."""
    before = {"kind": "qmix", "name": "before", "weights_in": str(finished_run / "policy" / "qmix-2")}
    values = YAML(typ="safe").load(finished_run / "scenario.yaml")
    few = values["experiment"] | {"replications": 2, "reference": "nearest"}
    sites = {"network": values["network"], "fleet": values["fleet"], "experiment": few}
    file = write_scenario(tmp_path / "s.yaml", [{"kind": "nearest"}, {"kind": "qmix"}, before], **sites)
    assert call("run", file, "--jobs", 1, "--quiet", "--out", tmp_path / "run").status == 0
    out = tmp_path / "out"
    assert call("export", tmp_path / "run", "--format", "marl-eval", "-o", out).status == 0
    table = pd.read_csv(tmp_path / "run" / "replications.csv")
    costs = table.loc[table["policy"] == "before", "total_cost"].tolist()
    assert len(costs) == 2
    runs = json.loads((out / "final.json").read_text(encoding="utf-8"))["qmix-logistics"]["tiny"]["before"]
    assert [runs[seed]["absolute_metrics"]["total_cost"] for seed in ("seed_1", "seed_2")] == [costs, costs]
