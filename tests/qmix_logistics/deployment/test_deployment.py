"""A policy outside the simulator: the same numbers without torch, the same day in processes of their own."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from commands import TRAINING, call, write_scenario
from documents import scenario
from observing import kept_epochs
from playing import play_day
from torch import nn

from qmix_logistics.composition.deploying import deploy
from qmix_logistics.composition.packing import export_policy
from qmix_logistics.deployment.board import BoardPolicy, VehiclesInside
from qmix_logistics.deployment.runtime import Runtime
from qmix_logistics.environment.codec import Codec
from qmix_logistics.environment.schema import GROUPS
from qmix_logistics.errors import DeploymentError
from qmix_logistics.learning.dispatch.entity_network import UtilityNetwork
from qmix_logistics.learning.dispatch.learned_policy import CARD, LearnedPolicy, network_of, save_policy
from qmix_logistics.learning.dispatch.scorers import GreedyScorer
from qmix_logistics.scenario.operations import DecisionTime
from qmix_logistics.simulation import StopKind

pytestmark = pytest.mark.usefixtures("shapes_on_trust")

SPEC = scenario(fleet__0__count=10, demand__rate_per_h=900, horizon__demand_s=900, horizon__drain_s=900)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a finished run with one policy that learned, with weights that are anything but zero."""
    folder = tmp_path_factory.mktemp("run")
    path = write_scenario(
        folder / "tiny.yaml", training=TRAINING, policies=[{"kind": "atc"}, {"kind": "qmix"}, {"kind": "vdn"}]
    )
    out = folder / "run"
    assert call("run", path, "--out", out, "--replications", 2, "--quiet", "--jobs", 1).status == 0
    place = out / "policy" / "qmix-1"
    network, about = UtilityNetwork(16, 0.1), json.loads((place / CARD).read_text())
    with torch.random.fork_rng():
        torch.manual_seed(3)
        nn.init.normal_(network.advantage.weight)
        nn.init.normal_(network.body[0].bias)
    save_policy(network, place, 16, {name: about[name] for name in about if name not in ("format", "schema", "hidden")})
    return out


@pytest.fixture(scope="module")
def exported(run: Path) -> Path:
    return export_policy(run, run.parent / "exported", "qmix")


def test_numpy_and_onnx_say_what_torch_says_on_a_thousand_observations(run: Path, exported: Path) -> None:
    site, epochs = kept_epochs(scenario(fleet__0__count=10, demand__rate_per_h=1800, horizon__demand_s=3600), 2000)
    scorer, runtime = GreedyScorer(network_of(run / "policy" / "qmix-1")), Runtime(exported)
    session = onnxruntime.InferenceSession(exported / "policy.onnx")
    seen, counts = 0, set()
    for epoch in epochs:
        observation = Codec(site).encode([epoch])
        expected = scorer(observation)
        for row in range(len(observation.decider)):
            mask = observation.mask[row]
            vehicle, stops = observation.vehicle[row], observation.stops[row][mask]
            neighbours = observation.neighbours[row][observation.neighbour_mask[row]]
            by_numpy = runtime.advantages(vehicle, stops, neighbours)
            (by_onnx,) = session.run(None, {"vehicle": vehicle, "stops": stops, "neighbours": neighbours})
            assert np.abs(by_numpy - expected[row, mask]).max() <= 1e-5
            assert np.abs(by_onnx - expected[row, mask]).max() <= 1e-5
            seen += 1
            counts.add(len(stops))
    assert seen >= 1000 and len(counts) > 5


def test_what_others_have_learned_is_exported_from_them(tmp_path: Path) -> None:
    policies = [{"kind": "qmix"}, {"kind": "qmix", "information": "coordinator", "weights_of": "qmix"}]
    write_scenario(tmp_path / "scenario.yaml", policies=policies)
    with pytest.raises(DeploymentError, match="export that: --policy qmix"):
        export_policy(tmp_path, tmp_path / "exported", "qmix-coordinator")


def test_a_vehicle_that_is_alone_decides_too(run: Path, exported: Path) -> None:
    runtime = Runtime(exported)
    session = onnxruntime.InferenceSession(exported / "policy.onnx")
    rng, sizes = np.random.default_rng(0), [len(GROUPS[name]) for name in ("vehicle", "stop", "neighbour")]
    vehicle, stops = rng.random(sizes[0], np.float32), rng.random((4, sizes[1]), np.float32)
    neighbours = np.zeros((0, sizes[2]), np.float32)
    (by_onnx,) = session.run(None, {"vehicle": vehicle, "stops": stops, "neighbours": neighbours})
    np.testing.assert_allclose(runtime.advantages(vehicle, stops, neighbours), by_onnx, atol=1e-5)


def test_the_runtime_scales_and_clips_as_the_schema_says(exported: Path) -> None:
    schema = json.loads((exported / "schema.json").read_text())
    values = {feature["name"]: 1e9 if feature["name"] == "dx" else feature["scale"] / 2 for feature in
              schema["features"]["neighbour"]}  # fmt: skip
    encoded = Runtime(exported).encode("neighbour", values)
    assert encoded.tolist() == [schema["limit"] if name == "dx" else 0.5 for name in values]


def test_the_runtime_needs_no_torch_and_nothing_of_ours(exported: Path) -> None:
    program = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[1]); import runtime\n"
        "runtime.Runtime(pathlib.Path(sys.argv[1]))\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'torch', 'qmix_logistics', 'zmq', 'simpy'}))"
    )
    done = subprocess.run([sys.executable, "-c", program, exported], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_card_says_where_the_policy_comes_from_and_what_it_is(run: Path, exported: Path) -> None:
    card = json.loads((exported / "card.json").read_text())
    assert (card["policy"], card["information"], card["scenario"]) == ("qmix", "local", "tiny")
    for name, digest in card["sha256"].items():
        if (exported / name).exists():
            assert hashlib.sha256((exported / name).read_bytes()).hexdigest() == digest
    opsets = {opset.domain: opset.version for opset in onnx.load(exported / "policy.onnx").opset_import}
    assert opsets[""] == card["onnx_opset"]
    text = (exported / "MODEL_CARD.md").read_text()
    for said in ("Intended use", "Training", "Results", "Limits", "held-out days", "total_cost"):
        assert said in text


def test_a_day_in_processes_costs_what_it_costs_in_the_simulator(run: Path, exported: Path) -> None:
    found = deploy(SPEC, exported, 0)
    assert found.inside == found.processes
    learned = play_day(SPEC, LearnedPolicy(network_of(run / "policy" / "qmix-1"))).records
    assert found.inside["total_cost"] == pytest.approx(learned.total_cost)
    assert found.inside["orders_done"] == found.inside["orders_in"]


def test_decisions_take_as_long_as_in_a_run(run: Path, exported: Path) -> None:
    spec = SPEC.model_copy(update={"decision_time": DecisionTime(kind="fixed", local_s=5.0)})
    found, learned = deploy(spec, exported, 0), LearnedPolicy(network_of(run / "policy" / "qmix-1"))
    assert found.inside == found.processes
    late = play_day(spec, learned, times=lambda measured_s, is_planner_up: 5.0).records
    assert found.inside["total_cost"] == pytest.approx(late.total_cost)
    assert late.total_cost > play_day(SPEC, learned).records.total_cost


def test_three_of_ten_processes_are_killed_and_the_rest_finish(exported: Path) -> None:
    found = deploy(SPEC, exported, 0, num_lost=3, lost_at_s=300.0)
    assert len(found.lost) == 3 and found.processes["mask_violations"] == 0
    done, everything = found.processes["orders_done"], found.inside["orders_in"]
    assert done is not None and everything is not None
    assert everything - 3 <= done <= everything  # at most what the lost ones had on board stays undone
    assert found.processes["total_cost"] != found.inside["total_cost"]


def test_who_is_lost_stands_still(exported: Path) -> None:
    lost = BoardPolicy(VehiclesInside(exported, 10), losses={0: 300.0, 3: 300.0})
    records = play_day(SPEC, lost).records
    names = {f"{SPEC.fleet[0].id}-01", f"{SPEC.fleet[0].id}-04"}
    chosen_s = [stop.chosen_s for stop in records.stops if stop.vehicle in names and stop.stop is StopKind.PICK_UP]
    assert 0 < max(chosen_s) <= 300


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["export", "{run}", "-o", "{out}"], "name one with --policy: qmix, vdn"),
        (["export", "{run}", "-o", "{out}", "--policy", "atc"], "no learned policy atc; it has qmix, vdn"),
        (
            ["export", "{run}", "-o", "{out}", "--policy", "vdn", "--training-seed", "7"],
            "no finished training 7 of vdn",
        ),
        (["export", "{run}", "-o", "{exported}", "--policy", "qmix"], "exists; name another folder"),
        (["export", "{exported}", "-o", "{out}"], "is no run folder"),
        (["agents", "{scenario}", "--policy-file", "{run}"], "holds no exported policy: card.json"),
        (["agents", "{scenario}", "--policy-file", "{exported}", "--lose", "9"], "the fleet has 2"),
    ],
)
def test_what_is_wrong_is_said_without_a_traceback(run: Path, exported: Path, words: list[str], says: str) -> None:
    places = {"run": run, "exported": exported, "out": run.parent / "new", "scenario": run.parent / "tiny.yaml"}
    outcome = call(*(word.format(**places) for word in words))
    assert outcome.status == 2
    assert says in outcome.err
    assert not (run.parent / "new").exists()


def test_the_commands_say_what_they_made(run: Path, exported: Path) -> None:
    outcome = call("export", run, "-o", run.parent / "again", "--policy", "vdn")
    assert outcome.status == 0 and "policy.onnx" in outcome.out
    outcome = call("agents", run.parent / "tiny.yaml", "--policy-file", exported)
    assert outcome.status == 0 and "KPIs are the same" in outcome.out


def test_vehicles_that_cannot_start_are_named(exported: Path, tmp_path: Path) -> None:
    for name in ("card.json", "schema.json", "weights.npz"):
        (tmp_path / name).write_bytes((exported / name).read_bytes())
    (tmp_path / "runtime.py").write_text("raise SystemExit(1)")
    with pytest.raises(DeploymentError, match=r"vehicles \[0, 1, 2, 3"):
        deploy(SPEC, tmp_path, 0)
