"""Whole runs: who computes, and how often it is interrupted, changes no result."""

from __future__ import annotations

import contextlib
import csv
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import call, write_scenario

pytestmark = pytest.mark.usefixtures("shapes_on_trust")

POLICIES = (
    {"kind": "nearest"},
    {"kind": "matching"},
    {"kind": "rolling_horizon", "solution_limit": 3},
    {"kind": "qmix"},
    {"kind": "qmix", "information": "coordinator", "weights_of": "qmix"},
    {"kind": "qmix", "information": "advised", "name": "advised"},
)
TABLES = ("replications.csv", "kpis.csv", "comparisons.csv", "training.csv", "scenario.yaml")
PROGRAM = """import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # tests that run in the background may ignore it
from qmix_logistics.cli import main
main()"""
EXPERIMENT = {"replications": 2, "validation_days": 2, "training_seeds": 2}


def tables(out: Path) -> dict[str, bytes]:
    """All that must be the same: tables, records, indicators and weights."""
    exact = [out / name for name in TABLES]
    exact += [path for path in out.glob("units/*/*") if path.name != "timings.csv"]
    exact += [*out.glob("hindsight/*/*"), *out.glob("insight/*")]
    exact += [path for path in out.glob("policy/*/*") if path.name != "timings.csv"]
    return {str(path.relative_to(out)): path.read_bytes() for path in exact}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scenario(tmp_path_factory.mktemp("run") / "scenario.yaml", POLICIES, experiment=EXPERIMENT)


@pytest.fixture(scope="module")
def finished(file: Path) -> Path:
    """A run that nothing disturbed, in one process."""
    out = file.parent / "finished"
    assert call("run", file, "--jobs", 1, "--quiet", "--out", out).status == 0
    return out


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_number_of_processes_changes_no_byte(file: Path, finished: Path, tmp_path: Path) -> None:
    assert call("run", file, "--jobs", 2, "--quiet", "--out", tmp_path / "out").status == 0
    assert tables(tmp_path / "out") == tables(finished)


def test_days_are_added_until_differences_are_known_closely_enough(file: Path, tmp_path: Path) -> None:
    """Nearest against matching: three days, then as many as their variance asks for, but no more than allowed."""
    words = ["--policy", "nearest", "--policy", "matching-myopic", "--quiet", "--replications", 3, "--set"]
    asked = ["experiment.precision_pct=0.5", "--set", "experiment.hindsight_moves=0"]
    assert call("run", file, *words, *asked, "--out", tmp_path / "1", "--jobs", 1).status == 0
    played = {row["day"]: float(row["total_cost"]) for row in rows(tmp_path / "1" / "replications.csv")
              if row["policy"] == "nearest"}  # fmt: skip
    assert 3 < len(played) < 200
    few = [*asked, "--set", "experiment.max_replications=4"]
    outcome = call("run", file, *words, *few, "--out", tmp_path / "2", "--jobs", 1)
    assert len(rows(tmp_path / "2" / "replications.csv")) == 2 * 4
    assert outcome.status == 0
    shutil.rmtree(tmp_path / "1" / "units" / "nearest-0-003")
    before = (tmp_path / "1" / "replications.csv").read_bytes()
    assert call("run", file, *words, *asked, "--out", tmp_path / "1", "--jobs", 1, "--resume").status == 0
    assert (tmp_path / "1" / "replications.csv").read_bytes() == before


def test_measured_decision_times_can_be_replayed(file: Path, tmp_path: Path) -> None:
    """They change what happens, and no two runs have the same; replayed, they give every byte again."""
    words = ["--policy", "nearest", "--policy", "rolling_horizon", "--quiet", "--set"]
    measured = ["decision_time.kind=measured"]
    assert call("run", file, *words, *measured, "--out", tmp_path / "1").status == 0
    assert call("run", file, *words, *measured, "--out", tmp_path / "2").status == 0
    recorded = ["decision_time.kind=recorded", "--set", f"decision_time.recorded_in={tmp_path / '1'}"]
    assert call("run", file, *words, *recorded, "--out", tmp_path / "3").status == 0
    first, second, again = ((tmp_path / name / "replications.csv").read_bytes() for name in "123")
    assert first == again != second


def test_decision_times_of_another_run_are_refused(file: Path, tmp_path: Path) -> None:
    words = ["--policy", "nearest", "--jobs", 1, "--quiet", "--set", "decision_time.kind=recorded", "--set"]
    outcome = call("run", file, *words, f"decision_time.recorded_in={tmp_path}", "--out", tmp_path / "out")
    assert outcome.status != 0
    assert "decision_time.recorded_in must name a finished run" in outcome.err


def test_another_seed_gives_another_result(file: Path, finished: Path, tmp_path: Path) -> None:
    words = ["--seed", 2, "--jobs", 1, "--quiet", "--policy", "nearest", "--out", tmp_path / "out"]
    assert call("run", file, *words).status == 0
    assert rows(tmp_path / "out" / "replications.csv")[0] != rows(finished / "replications.csv")[0]


def test_every_policy_faces_the_same_orders(finished: Path) -> None:
    """Orders, when they come and when they are due; and every task that was done starts and weighs the same."""
    for day in ("000", "001"):
        units = sorted(finished.glob(f"units/*-{day}"))
        assert len(units) == 3 + 3 * 2
        orders = [[list(row.values())[:6] for row in rows(unit / "orders.csv")] for unit in units]
        tasks = [{row["task"]: (row["order"], row["origin"], row["load_units"]) for row in rows(unit / "tasks.csv")}
                 for unit in units]  # fmt: skip
        shortest = min(map(len, orders))
        assert shortest > 10
        assert all(one[:shortest] == orders[0][:shortest] for one in orders)
        assert all(one[task] == tasks[0][task] for one in tasks for task in one.keys() & tasks[0].keys())


def test_trainings_differ_by_their_seed_and_days_by_their_number(finished: Path) -> None:
    weights = {path.read_bytes() for path in finished.glob("policy/qmix-*/model.safetensors")}
    assert len(weights) == 2
    costs = [row["total_cost"] for row in rows(finished / "replications.csv") if row["policy"] == "nearest"]
    assert len(set(costs)) == 2


def test_nothing_unfinished_is_left(finished: Path) -> None:
    assert not list(finished.rglob(".unfinished-*"))
    assert not list(finished.glob("checkpoints/*.safetensors"))


@pytest.mark.parametrize("seed", range(8))
def test_a_run_that_has_lost_any_of_its_parts_restores_them(
    file: Path, finished: Path, tmp_path: Path, seed: int
) -> None:
    """As if interrupted: of the units, of the trained policies and of the tables, some were not written yet."""
    rng, out = random.Random(seed), tmp_path / "out"
    shutil.copytree(finished, out)
    for unit in sorted(out.glob("units/*")):
        if rng.random() < 0.4:
            unit.rename(unit.with_name(f".unfinished-1-{unit.name}"))
    if rng.random() < 0.5:
        shutil.rmtree(out / "hindsight" / f"00{rng.randint(0, 1)}")
    if rng.random() < 0.5:
        shutil.rmtree(out / "insight")
    if rng.random() < 0.3:
        shutil.rmtree(out / "policy" / f"qmix-{rng.randint(1, 2)}")
    for name in TABLES[:-1]:
        if rng.random() < 0.5:
            (out / name).rename(out / f".unfinished-{name}")
    assert call("run", file, "--jobs", 1, "--quiet", "--out", out, "--resume").status == 0
    assert tables(out) == tables(finished)


def test_a_run_interrupted_again_and_again_ends_as_if_it_never_was(file: Path, finished: Path, tmp_path: Path) -> None:
    """Two processes; the interrupt strikes all of them, as soon as so many files have been written since the start."""
    out = tmp_path / "out"
    words = ["run", str(file), "--jobs", "2", "--quiet", "--out", str(out), "--resume"]
    kill, interrupt_key = signal.SIGKILL, signal.SIGINT
    for number, num_files, expected in ((interrupt_key, 3, 130), (kill, 20, -kill)):
        status, errors = interrupt(out, words, number, num_files)
        assert status == expected
        assert "Traceback" not in errors
    assert call("run", file, "--jobs", 1, "--quiet", "--out", out, "--resume").status == 0
    assert tables(out) == tables(finished)


def interrupt(out: Path, words: list[str], number: signal.Signals, num_files: int) -> tuple[int, str]:
    """Start a run, interrupt all its processes once it has written so many files; return its status and its errors."""
    before = written(out)
    program = [sys.executable, "-c", PROGRAM, *words]
    with subprocess.Popen(program, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        while process.poll() is None and len(written(out) - before) < num_files:
            time.sleep(0.005)
        os.killpg(process.pid, number)
        return process.wait(), process.communicate()[1]


def written(out: Path) -> set[tuple[str, int]]:
    """Each finished file, and when it was written; folders may vanish meanwhile, which ``os.walk`` passes over."""
    found = set()
    for folder, _, names in os.walk(out):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                path = Path(folder, name)
                found.add((str(path), path.stat().st_mtime_ns))
    return {(path, at) for path, at in found if not Path(path).name.startswith(".")}
