"""What ``--dry-run`` says, and that it does nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import call, write_scenario

LEARNING = ({"kind": "nearest"}, {"kind": "atc"}, {"kind": "qmix"})
FEW = {"replications": 2, "validation_days": 2, "training_seeds": 2}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scenario(tmp_path_factory.mktemp("planned") / "s.yaml", LEARNING, experiment=FEW)


@pytest.mark.parametrize(
    ("words", "stages"),
    [
        (["run", "S"], {"training": (2, 12, "days"), "playing": (8, 8, "days"), "hindsight": (2, 2, "days"),
                        "insight": (1, 1, "days")}),
        (["train", "S"], {"training": (2, 12, "days")}),
        (["evaluate", "S"], {"playing": (4, 4, "days"), "hindsight": (2, 2, "days")}),
        (["sweep", "S", "--grid", "fleet.0.count=2..4", "--policy", "atc"], {"playing": (6, 6, "days")}),
        (["learn", "game:two-step", "--seeds", "3", "--steps", "2k"], {"qmix": (3, 6000, "steps")}),
    ],
)  # fmt: skip
def test_a_plan_counts_the_jobs_and_writes_nothing(
    words: list[str], stages: dict[str, tuple[int, int, str]], file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = [str(file) if word == "S" else word for word in words]
    outcome = call(*words, "--out", out, "--dry-run", "--json")
    assert outcome.status == 0, outcome.err
    plan = json.loads(outcome.out)
    found = {stage["stage"]: (stage["jobs"], stage["size"], stage["unit"]) for stage in plan["stages"]}
    assert found == stages
    assert plan["files"] and all(Path(entry["path"]).is_relative_to(out) for entry in plan["files"])
    assert "Nothing was done." in call(*words, "--out", out, "--dry-run").out
    assert not out.exists()


def test_what_tune_would_write_is_said(file: Path, tmp_path: Path) -> None:
    words = ["tune", file, "-o", tmp_path / "tuned.yaml", "--days", 40, "--out", tmp_path / "out", "--dry-run"]
    outcome = call(*words)
    assert outcome.status == 0 and str(tmp_path / "tuned.yaml") in outcome.out
    assert list(tmp_path.iterdir()) == []


def test_a_run_writes_what_was_planned_and_no_more(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["run", file, "--policy", "nearest", "--out", out, "--jobs", 1]
    planned = json.loads(call(*words, "--dry-run", "--json").out)
    names = {
        part.strip().rstrip("/")
        for entry in planned["files"]
        for part in str(Path(entry["path"]).relative_to(out)).split(",")
    }
    assert call(*words, "--quiet").status == 0
    assert {path.name for path in out.iterdir()} | {"training.csv"} == names | {"training.csv"}
    resumed = json.loads(call(*words, "--resume", "--dry-run", "--json").out)
    assert {stage["stage"]: stage["done"] for stage in resumed["stages"]} == {"playing": 2, "hindsight": 2}


def test_a_folder_that_a_run_would_refuse_is_refused_at_once(file: Path, finished: Path) -> None:
    outcome = call("run", file, "--out", finished, "--dry-run")
    assert (outcome.status, "exists; add --resume" in outcome.err) == (2, True)
    outcome = call("run", file, "--out", finished, "--dry-run", "--resume")
    assert (outcome.status, "holds another scenario" in outcome.err) == (2, True)


def test_a_sweep_or_a_learning_that_would_be_refused_is_refused_at_once(file: Path, tmp_path: Path) -> None:
    sweep = ["sweep", file, "--grid", "fleet.0.count=2..3", "--policy", "nearest", "--out", tmp_path / "sweep"]
    (tmp_path / "sweep" / "points" / "fleet.0.count=3" / "kept").mkdir(parents=True)
    (tmp_path / "learn").mkdir()
    (tmp_path / "learn" / "mine.txt").touch()
    learn = ["learn", "game:two-step", "--out", tmp_path / "learn"]
    for words in (sweep, learn):
        for more in (["--dry-run"], []):
            outcome = call(*words, *more)
            assert (outcome.status, "exists; add --resume" in outcome.err) == (2, True)
    assert not (tmp_path / "sweep" / "points" / "fleet.0.count=2").exists()
    unknown = call("learn", "game:chess", "--out", tmp_path / "out", "--dry-run")
    assert (unknown.status, "game:chess is unknown" in unknown.err) == (2, True)
