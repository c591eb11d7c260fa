"""Training alone, and policies that were trained before."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from commands import call, write_scenario

pytestmark = pytest.mark.usefixtures("shapes_on_trust")

POLICIES = ({"kind": "nearest"}, {"kind": "qmix"})


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    experiment = {"replications": 2, "validation_days": 2, "hindsight_moves": 0}
    return write_scenario(tmp_path_factory.mktemp("train") / "s.yaml", POLICIES, experiment=experiment)


@pytest.fixture(scope="module")
def trained(file: Path) -> Path:
    out = file.parent / "trained"
    outcome = call("train", file, "--jobs", 1, "--out", out, "--json")
    assert outcome.status == 0, outcome.err
    (training,) = json.loads(outcome.out)["trainings"]
    assert (training["name"], training["folder"]) == ("qmix-1", str(out / "policy" / "qmix-1"))
    assert outcome.err.endswith(f"Next: qmix-logistics evaluate {file} --policy-file {training['folder']}\n")
    curve = pd.read_csv(out / "policy" / "qmix-1" / "training.csv")
    assert training["validation_cost"] == pytest.approx(curve["greedy_cost"].min())
    return out


def test_training_plays_no_test_day(trained: Path) -> None:
    assert sorted(path.name for path in trained.iterdir()) == ["policy", "scenario.yaml"]


def test_a_run_goes_on_with_what_was_trained(file: Path, trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained, tmp_path / "out")
    weights = (tmp_path / "out" / "policy" / "qmix-1" / "model.safetensors").stat().st_mtime_ns
    assert call("run", file, "--jobs", 1, "--quiet", "--out", tmp_path / "out", "--resume").status == 0
    assert (tmp_path / "out" / "policy" / "qmix-1" / "model.safetensors").stat().st_mtime_ns == weights
    assert set(pd.read_csv(tmp_path / "out" / "replications.csv")["policy"]) == {"nearest", "qmix"}


def test_it_plays_the_same_days_as_if_it_had_been_trained_for_them(file: Path, trained: Path, tmp_path: Path) -> None:
    """As trained, as the best of a run, and as exported: every KPI of every day is that of a whole run."""
    assert call("run", file, "--jobs", 1, "--quiet", "--out", tmp_path / "run").status == 0
    assert call("export", trained, "-o", tmp_path / "exported").status == 0
    words = [word for folder in (trained / "policy" / "qmix-1", trained, tmp_path / "exported")
             for word in ("--policy-file", folder)]  # fmt: skip
    outcome = call("evaluate", file, *words, "--jobs", 1, "--quiet", "--out", tmp_path / "evaluated")
    assert outcome.status == 0, outcome.err
    whole, found = (pd.read_csv(tmp_path / name / "replications.csv") for name in ("run", "evaluated"))
    assert list(found["policy"].unique()) == ["nearest", "qmix", "qmix-2", "qmix-3"]
    kpis = [column for column in whole if column not in ("policy", "training_seed")]
    expected = whole.loc[whole["policy"] == "qmix", kpis].reset_index(drop=True)
    for name in ("qmix", "qmix-2", "qmix-3"):
        pd.testing.assert_frame_equal(found.loc[found["policy"] == name, kpis].reset_index(drop=True), expected)


def test_it_plays_on_other_sites_too(trained: Path, tmp_path: Path) -> None:
    other = write_scenario(tmp_path / "s.yaml", fleet=[{"id": "amr", "count": 5, "speed_mps": 2}])
    words = ["--policy-file", trained, "--jobs", 1, "--quiet", "--out", tmp_path / "out"]
    assert call("evaluate", other, *words, "--set", "report.html=false").status == 0
    assert set(pd.read_csv(tmp_path / "out" / "kpis.csv")["policy"]) == {"nearest", "qmix"}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            ["evaluate", "--policy", "qmix"],
            "has no policy without a training; name a trained one with --policy-file",
        ),
        (["evaluate", "--policy-file", "gone"], "gone holds no policy; expected policy.json, card.json, or the"),
        (["train", "--policy", "nearest"], "has no policy that learns; add one to policies, such as {kind: qmix}"),
    ],
)
def test_what_cannot_be_trained_or_played_is_said(file: Path, words: list[str], expected: str, tmp_path: Path) -> None:
    outcome = call(words[0], file, *words[1:], "--out", tmp_path / "out")
    assert (outcome.status, outcome.out) == (2, "")
    assert expected in outcome.err
    assert not (tmp_path / "out").exists()


def test_a_policy_that_saw_other_features_is_refused(file: Path, trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained / "policy" / "qmix-1", tmp_path / "old")
    card = json.loads((tmp_path / "old" / "policy.json").read_text())
    card["schema"]["vehicle"].pop()
    (tmp_path / "old" / "policy.json").write_text(json.dumps(card))
    outcome = call("evaluate", file, "--policy-file", tmp_path / "old", "--out", tmp_path / "out")
    assert (outcome.status, outcome.out) == (2, "")
    assert "was trained on other observations than this version makes" in outcome.err
