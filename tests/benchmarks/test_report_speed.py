"""The report of a large experiment: ten policies, fifty days."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from conftest import Figures
from documents import document

from qmix_logistics.composition import load_result, rebuild_report, run_experiment
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics_reports.html_report import render_report

REPEATS = 3
RULES: list[dict[str, Any]] = [
    *({"kind": kind} for kind in ("random", "fifo", "nearest", "earliest_due_date")),
    {"kind": "nearest", "name": "nearest-station", "facility": "nearest"},
    *({"kind": "atc", "name": f"atc-{lookahead}", "lookahead": lookahead} for lookahead in (1, 2, 3, 4, 5)),
]
LARGE = {"fleet__0__count": 8, "demand__rate_per_h": 300, "horizon": {"demand_s": 3600, "drain_s": 3600}}


def test_a_report_of_ten_policies_and_fifty_days(figures: Figures, tmp_path: Path) -> None:
    """Days of 300 orders and eight vehicles; the time from the run's folder to the page, comparison included."""
    experiment = {"replications": 50, "hindsight_moves": 0}
    spec = ScenarioSpec.model_validate(document(policies=RULES, experiment=experiment, **LARGE))
    run_experiment(spec, tmp_path / "run", resume=False, num_workers=2, on_progress=lambda progress: None)
    times_s, rendering_s = [], []
    for _ in range(REPEATS):
        start_s = time.process_time()
        rebuild_report(tmp_path / "run")
        times_s.append(time.process_time() - start_s)
    result = load_result(tmp_path / "run")
    for _ in range(REPEATS):
        start_s = time.process_time()
        size_mb = len(render_report(result).encode()) / 1e6
        rendering_s.append(time.process_time() - start_s)
    figures.add("report of 10 policies, 50 days", times_s, "s", budget=10, note="from the run folder, to the file")
    figures.add("of which drawing", rendering_s, "s")
    figures.add("size of that report", [size_mb], "MB", budget=1.5)
