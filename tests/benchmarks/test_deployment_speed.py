"""One decision on the vehicle, without torch: numpy, and ONNX Runtime."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
from conftest import Figures
from sites import benchmark_scenario

from qmix_logistics.deployment.runtime import Runtime
from qmix_logistics.environment.schema import GROUPS
from qmix_logistics.learning.dispatch.entity_network import UtilityNetwork
from qmix_logistics.learning.dispatch.learned_policy import schema_of, weights_of
from qmix_logistics.learning.dispatch.onnx_file import write_onnx
from qmix_logistics.scenario.training import Training
from qmix_logistics.simulation import compile_site

STOPS, NEIGHBOURS, DECISIONS, REPEATS = 24, 8, 5000, 5
BUDGET_MS = 0.2


def test_one_decision(figures: Figures, tmp_path: Path) -> None:
    """At the most candidates and neighbours, one vehicle's decision; the 99 % quantile of thousands."""
    network = UtilityNetwork(Training().hidden)
    weights_of(network.requires_grad_(False), tmp_path / "weights.npz")
    (tmp_path / "schema.json").write_text(json.dumps(schema_of(compile_site(benchmark_scenario()))), encoding="utf-8")
    write_onnx(network, tmp_path / "policy.onnx")
    rng = np.random.default_rng(0)
    vehicle, stops, neighbours = (
        rng.random(size, np.float32)
        for size in (len(GROUPS["vehicle"]), (STOPS, len(GROUPS["stop"])), (NEIGHBOURS, len(GROUPS["neighbour"])))
    )
    runtime = Runtime(tmp_path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(tmp_path / "policy.onnx", options)
    inputs = {"vehicle": vehicle, "stops": stops, "neighbours": neighbours}
    deciders: dict[str, Callable[[], object]] = {
        "numpy": lambda: runtime.advantages(vehicle, stops, neighbours).argmax(),
        "ONNX Runtime": lambda: session.run(None, inputs)[0].argmax(),
    }
    for name, decide in deciders.items():
        quantiles = [_quantiles_ms(decide) for _ in range(REPEATS)]
        middle = statistics.median(half for half, _ in quantiles)
        figures.add(f"one decision, {name}, p99", [high for _, high in quantiles], "ms", budget=BUDGET_MS,
                    note=f"median {middle:.3f} ms")  # fmt: skip
        assert min(high for _, high in quantiles) <= BUDGET_MS


def _quantiles_ms(decide: Callable[[], object]) -> tuple[float, float]:
    times_ms = np.empty(DECISIONS)
    for index in range(DECISIONS):
        began = time.perf_counter()
        decide()
        times_ms[index] = 1e3 * (time.perf_counter() - began)
    return float(np.median(times_ms)), float(np.quantile(times_ms, 0.99))
