from __future__ import annotations

import dataclasses
import json
import math
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from commands import call, write_scenario
from documents import scenario

from qmix_logistics.composition.experiment import plan
from qmix_logistics.composition.insight_job import InsightJob, why_no_insight
from qmix_logistics.errors import JobError
from qmix_logistics.evaluation.jobs import run_jobs
from qmix_logistics.scenario import load_scenario

POLICIES: tuple[dict[str, Any], ...] = (
    {"kind": "random"},
    {"kind": "matching"},
    {"kind": "qmix", "information": "coordinator"},
)
LEARNED = [{"kind": "nearest"}, {"kind": "qmix"}]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("insight")
    busy = {"kind": "poisson", "rate_per_h": 240, "pick_up_s": 10.0}
    experiment = {"replications": 2, "validation_days": 2, "hindsight_moves": 0}
    changes = {"report": {"html": False}, "demand": busy, "experiment": experiment}
    file = write_scenario(folder / "s.yaml", POLICIES, **changes)
    assert call("run", file, "--jobs", 1, "--quiet", "--out", folder / "out").status == 0
    return folder / "out"


def test_it_looks_at_the_learned_policy_on_the_median_day_beside_the_best_baseline(out: Path) -> None:
    head = json.loads((out / "insight" / "insight.json").read_text())
    table = pd.read_csv(out / "replications.csv")
    costs = table.pivot_table("total_cost", "day", "policy")
    difference = (costs["qmix-coordinator"] - costs["matching-myopic"]).sort_values()
    assert (head["policy"], head["information"], head["planner"]) == (
        "qmix-coordinator",
        "coordinator",
        "matching-myopic",
    )
    assert head["day"] == difference.index[0]  # of two days the lower one
    assert math.isclose(head["cost"], costs["qmix-coordinator"][head["day"]], rel_tol=1e-12)
    decisions = pd.read_csv(out / "insight" / "decisions.csv")
    recorded = json.loads((out / "units" / f"qmix-coordinator-1-{head['day']:03d}" / "kpis.json").read_text())["kpis"]
    assert len(decisions) == recorded["decisions"]
    deviations = pd.read_csv(out / "insight" / "deviations.csv")
    assert len(deviations) == head["num_disagreeing"] > 0
    assert decisions["mixing_weight"].notna().any()


def test_it_takes_no_more_decisions_than_it_may(out: Path, tmp_path: Path) -> None:
    shutil.copytree(out, tmp_path / "out")
    spec = load_scenario(out / "scenario.yaml")
    fewer = spec.model_copy(update={"report": spec.report.model_copy(update={"insight_decisions": 30})})
    shutil.rmtree(tmp_path / "out" / "insight")
    (job,) = [job for job in plan(fewer, tmp_path / "out") if isinstance(job, InsightJob)]
    job.run(lambda share: None)
    few = pd.read_csv(tmp_path / "out" / "insight" / "deviations.csv")
    every = pd.read_csv(out / "insight" / "deviations.csv")
    assert 0 < len(few) < len(every)
    merged = few.merge(every, on="epoch")
    assert merged["cost_difference_x"].tolist() == merged["cost_difference_y"].tolist()


def test_a_day_that_cannot_be_played_again_is_not_explained(out: Path, tmp_path: Path) -> None:
    """As if the run came from another machine: the recorded cost is another."""
    shutil.copytree(out, tmp_path / "out")
    shutil.rmtree(tmp_path / "out" / "insight")
    for path in (tmp_path / "out" / "units").glob("qmix*/kpis.json"):
        values = json.loads(path.read_text())
        values["kpis"]["total_cost"] += 0.5
        path.write_text(json.dumps(values))
    (job,) = [j for j in plan(load_scenario(out / "scenario.yaml"), tmp_path / "out") if isinstance(j, InsightJob)]
    job.run(lambda share: None)
    head = json.loads((tmp_path / "out" / "insight" / "insight.json").read_text())
    assert "played again, the day cost" in head["absent"]
    assert job.is_done()


def test_it_waits_for_all_days_of_all_policies(out: Path) -> None:
    jobs = plan(load_scenario(out / "scenario.yaml"), out)
    (job,) = [job for job in jobs if isinstance(job, InsightJob)]
    assert set(job.after) == {j.name for j in jobs if j.stage == "playing"}
    assert len(job.after) == 3 * 2
    moved = dataclasses.replace(job, folder=out / "nowhere")
    with pytest.raises(JobError):
        run_jobs([moved], 1, lambda progress: None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"policies": [{"kind": "nearest"}]}, "no policy here is learned"),
        ({"policies": LEARNED[1:]}, "no policy here is learned, other than the reference"),
        ({"policies": [*LEARNED[1:], {"kind": "vdn"}]}, "there is no planner to compare with"),
        ({"policies": LEARNED, "report": {"insight_decisions": False}}, "report.insight_decisions: 0"),
        ({"policies": LEARNED, "decision_time": {"kind": "measured"}}, "decision times are measured"),
        ({"policies": LEARNED}, ""),
        ({"policies": LEARNED, "decision_time": {"kind": "fixed"}, "report": {"insight_decisions": True}}, ""),
    ],
)
def test_a_run_says_why_it_does_not_look(changes: dict[str, Any], reason: str) -> None:
    found = why_no_insight(scenario(**changes))
    assert reason in found
    assert bool(found) == bool(reason)
