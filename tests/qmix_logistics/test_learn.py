from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from commands import Outcome, call

pytestmark = pytest.mark.usefixtures("shapes_on_trust")

SETTINGS = ["--set", "evaluate_every_steps=200", "--set", "explore_last=1.0", "--set", "envs=4", "--quiet"]


def learn(out: Path, *words: str, steps: str = "0.6k") -> Outcome:
    return call("learn", "game:two-step", "--steps", steps, "--out", out, *SETTINGS, *words)


def test_learning_writes_curves_a_summary_a_figure_and_teams(tmp_path: Path) -> None:
    done = learn(tmp_path / "a", "--algorithm", "vdn", "--algorithm", "qmix", "--seeds", "2")
    assert done.status == 0, done.err
    assert done.out.splitlines()[-1].endswith("curves.svg") and "of 2 trainings" in done.out
    points, summary = (pd.read_csv(tmp_path / "a" / name) for name in ("curves.csv", "summary.csv"))
    assert set(points["algorithm"]) == {"vdn", "qmix"} and set(points["seed"]) == {1, 2}
    assert summary["num_seeds"].eq(2).all() and summary["steps"].max() >= 600
    for training in ("vdn-1", "vdn-2", "qmix-1", "qmix-2"):
        folder = tmp_path / "a" / "trainings" / training
        assert {each.name for each in folder.iterdir()} == {
            "curve.csv",
            "model.safetensors",
            "team.json",
            "timings.csv",
        }


@pytest.mark.slow
def test_who_runs_a_training_does_not_change_it_and_more_can_be_added(tmp_path: Path) -> None:
    """One process or two, all at once or one after another: the same curves, byte by byte."""
    assert learn(tmp_path / "a", "--seeds", "2", "--jobs", "2").status == 0
    assert learn(tmp_path / "b", "--seeds", "1", "--jobs", "1").status == 0
    again = learn(tmp_path / "b", "--seeds", "2")
    assert again.status == 2 and "add --resume" in again.err
    assert learn(tmp_path / "b", "--seeds", "2", "--resume").status == 0
    for name in ("curves.csv", "summary.csv", "curves.svg"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    other = learn(tmp_path / "b", "--resume", steps="0.8k")
    assert other.status == 2 and "another training" in other.err


def test_mistakes_are_explained_all_at_once(tmp_path: Path) -> None:
    words = ["--algorithm", "qmixx", "--set", "hidden=0", "--set", "width=3", "--steps", "many"]
    done = call("learn", "game:two-step", "--out", tmp_path / "a", *words)
    assert done.status == 2 and "Traceback" not in done.err
    for part in (
        "--algorithm qmixx: is no algorithm",
        "--set hidden: is 0",
        "--set width: is no setting",
        "--steps many",
    ):
        assert part in done.err
    assert not (tmp_path / "a").exists()


def test_an_unknown_environment_is_explained_and_families_are_listed(tmp_path: Path) -> None:
    done = call("learn", "gym:Ant", "--out", tmp_path / "a", "--quiet")
    assert done.status == 2 and "expected FAMILY:NAME" in done.err and not (tmp_path / "a").exists()
    listed = call("learn", "--families")
    assert listed.status == 0 and 'needs pip install "qmix-logistics[foraging]"' in listed.out


def test_a_plan_is_written_down(tmp_path: Path) -> None:
    assert learn(tmp_path / "a", "--set", "recurrent=true").status == 0
    plan = json.loads((tmp_path / "a" / "learn.json").read_text())
    assert plan["environment"] == "game:two-step" and plan["algorithms"] == ["qmix"]
    assert plan["training"]["steps"] == 600 and plan["training"]["recurrent"] is True
