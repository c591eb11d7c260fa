"""Mirrors of a run: the real TensorBoard files, a real MLflow store, and every way in which one may fail."""

from __future__ import annotations

import shutil
import socket
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from commands import call, write_scenario

from qmix_logistics.composition import run_experiment
from qmix_logistics.composition.mirroring import Mirroring, trainings_of
from qmix_logistics.composition.reporting import load_result
from qmix_logistics.evaluation.mirrors import MirrorName
from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics.evaluation.run_folder import RunFolder, write_atomically
from qmix_logistics.scenario import load_scenario
from qmix_logistics_reports.mirrors.mlflow_mirror import allowed, flattened


@pytest.fixture(scope="module")
def result(finished_run: Path) -> ExperimentResult:
    return load_result(finished_run)


@pytest.fixture
def run(finished_run: Path, tmp_path: Path) -> Path:
    """A copy of the finished run."""
    shutil.copytree(finished_run, tmp_path / "run")
    return tmp_path / "run"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file store: what MLflow reads and writes without a server."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"file:{tmp_path / 'store'}")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    return tmp_path / "store"


def mirrored(result: ExperimentResult, run: Path, names: tuple[MirrorName, ...], patience_s: float = 60.0) -> Mirroring:
    """Mirror a run that is finished already."""
    trainings = trainings_of(result.contenders, result.scenario.experiment.training_seeds)
    found = Mirroring(names, result.scenario, RunFolder(run), trainings, patience_s)
    found.finish(result)
    return found


def test_tensorboard_shows_curves_and_kpis(run: Path, result: ExperimentResult) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    assert mirrored(result, run, (MirrorName.TENSORBOARD,)).failures == []
    curve, table = (pd.read_csv(run / f"{name}.csv") for name in ("training", "replications"))
    for name, policy, seed in (("qmix-2", "qmix", 2), ("nearest-0", "nearest", 0)):
        shown = EventAccumulator(str(run / "tensorboard" / name)).Reload()
        own = curve[(curve["policy"] == policy) & (curve["training_seed"] == seed)].dropna(subset=["greedy_cost"])
        points = shown.Scalars("training/greedy_cost") if len(own) else []
        assert [point.step for point in points] == own["epochs"].tolist()
        assert [point.value for point in points] == pytest.approx(own["greedy_cost"].tolist())
        cost = table[(table["policy"] == policy) & (table["training_seed"] == seed)]["total_cost"].mean()
        assert [point.value for point in shown.Scalars("test/total_cost")] == pytest.approx([cost])


def test_mlflow_has_parameters_curves_and_kpis(store: Path, finished_run: Path, result: ExperimentResult) -> None:
    from mlflow.tracking import MlflowClient

    assert mirrored(result, finished_run, (MirrorName.MLFLOW,)).failures == []
    client = MlflowClient()
    known = client.get_experiment_by_name("qmix-logistics")
    assert known is not None
    (run,) = client.search_runs([known.experiment_id])
    assert (run.info.run_name, run.info.status) == (finished_run.name, "FINISHED")
    assert run.data.params["fleet.0.count"] == "2"
    kpis = result.kpis[result.kpis["kpi"] == "total_cost"].set_index("policy")["mean"]
    assert run.data.metrics["test/nearest/total_cost"] == pytest.approx(kpis["nearest"])
    curve = pd.read_csv(finished_run / "training.csv").query("training_seed == 1").dropna(subset=["greedy_cost"])
    points = client.get_metric_history(run.info.run_id, "training/qmix-1/greedy_cost")
    assert [(point.step, point.value) for point in points] == list(
        zip(curve["epochs"], curve["greedy_cost"], strict=True)
    )
    assert store.is_dir()


def test_a_training_under_way_leaves_its_curve_beside_the_checkpoint(tmp_path: Path) -> None:
    file, seen = write_scenario(tmp_path / "s.yaml", ({"kind": "nearest"}, {"kind": "qmix"})), set()

    def look(progress: object) -> None:
        seen.update(path.name for path in tmp_path.glob("run/checkpoints/*.csv"))

    run_experiment(load_scenario(file), tmp_path / "run", resume=False, num_workers=1, on_progress=look)
    assert seen == {"qmix-1.csv"}
    assert not (tmp_path / "run" / "checkpoints").exists()


def test_the_curve_of_a_training_under_way_is_shown(
    finished_run: Path, result: ExperimentResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its file grows and then moves to the policy; every point is shown once."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    monkeypatch.setattr("qmix_logistics.composition.mirroring.PERIOD_S", 0.01)
    lines = (finished_run / "policy" / "qmix-1" / "training.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    run = RunFolder(tmp_path / "run")
    found = Mirroring((MirrorName.TENSORBOARD,), result.scenario, run, [("qmix", 1)])
    for path, number in (
        (run.curve("qmix", 1), 2),
        (run.curve("qmix", 1), 3),
        (run.policy("qmix", 1) / "training.csv", 99),
    ):
        write_atomically(path, "".join(lines[:number]))
        time.sleep(0.1)
    found.finish(result)
    shown = EventAccumulator(str(run.path / "tensorboard" / "qmix-1")).Reload()
    assert len(shown.Scalars("training/exploring_cost")) == len(lines) - 1 > 2
    assert found.failures == []


def test_a_mirror_that_hangs_is_given_up(
    finished_run: Path, result: ExperimentResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that takes the connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{server.getsockname()[1]}")
        found = mirrored(result, finished_run, (MirrorName.MLFLOW,), patience_s=0.5)
        assert found.failures == ["mlflow: did not finish within 0.5 s; given up"]


def test_a_mirror_that_is_not_installed_is_named_with_the_remedy(
    finished_run: Path, result: ExperimentResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in MirrorName:
        monkeypatch.setitem(sys.modules, name.value, None)
    assert mirrored(result, finished_run, tuple(MirrorName)).failures == [
        'tensorboard: not installed; pip install "qmix-logistics[tensorboard]"',
        'mlflow: not installed; pip install "qmix-logistics[mlflow]"',
    ]


def test_mirrors_that_fail_change_no_byte_and_each_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MLflow finds no store, and where TensorBoard should write lies a file: the run goes on, and ends with 0."""
    file, out = write_scenario(tmp_path / "s.yaml", ({"kind": "nearest"}, {"kind": "atc"})), tmp_path / "out"
    words = ["run", file, "--jobs", 1, "--quiet", "--out", out]
    assert call(*words).status == 0
    (out / "tensorboard").touch()
    before = {path: path.read_bytes() for path in (*out.glob("*.csv"), out / "scenario.yaml", out / "columns.json")}
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "nowhere:/at/all")
    outcome = call(*words, "--resume", "--mirror", "tensorboard", "--mirror", "mlflow")
    assert outcome.status == 0
    lines = [line for line in outcome.err.splitlines() if line.startswith("warning: mirror")]
    assert [line.split()[2] for line in lines] == ["mlflow:", "tensorboard:"]
    assert "set MLFLOW_TRACKING_URI to a tracking server" in lines[0]
    assert before == {path: path.read_bytes() for path in before}


def test_an_unknown_mirror_is_refused_with_those_there_are(tmp_path: Path) -> None:
    outcome = call("run", write_scenario(tmp_path / "s.yaml"), "--mirror", "wandb")
    assert outcome.status == 2
    assert all(name.value in outcome.err for name in MirrorName)


def test_names_and_values_become_what_mlflow_takes() -> None:
    assert allowed("test/mine+1.2/on_time_pct") == "test/mine_1.2/on_time_pct"
    assert list(flattened({"fleet": [{"count": 3, "home": []}], "name": "a"})) == [
        ("fleet.0.count", 3),
        ("name", "a"),
    ]
