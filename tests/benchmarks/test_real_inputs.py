"""Real days, imported and simulated to the end by ``nearest``, each as a command of its own, timed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from importing import shared

PLAY = """
import json, resource, sys
from pathlib import Path
import numpy as np
from qmix_logistics.composition import build_demand
from qmix_logistics.episode import play
from qmix_logistics.scenario import load_scenario
from qmix_logistics.simulation import DayKey, Simulator, Split, compile_site
from qmix_logistics_baselines import index_policy, rules
spec = load_scenario(Path(sys.argv[1]))
site = compile_site(spec)
day = build_demand(spec, site).realise(DayKey(Split.TEST, 0))
records = play(Simulator(site), index_policy.IndexPolicy(rules.nearest_score), day, np.random.default_rng(0)).records
statuses = [order.status.name for order in records.orders]
within = sum(task.dropped_off_s is not None and task.dropped_off_s <= 3600 for task in records.tasks)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
print(json.dumps({"orders": len(statuses), "done": statuses.count("DONE"), "vehicles": site.fleet.num_vehicles,
                  "tasks_in_first_hour": within, "hours": records.end_s / 3600, "violations": records.mask_violations,
                  "peak_gib": round(peak, 2)}))
"""
INPUTS = {
    "factories, 50 orders": ("dpdp", ("dpdp", "instance_1"), (), 60.0),
    "factories, 1000 orders": ("dpdp", ("dpdp", "instance_33"), (), 60.0),
    "robot runners' warehouse": (
        "lorr", ("lorr", "start_kit_mit", "warehouse.domain", "fulfill-example_2500.json"),
        ("--vehicles", "200", "--orders", "2200"), 60.0,
    ),
    "Munich": ("road", ("road", "fleetpy_munich_example"), ("--vehicles", "100", "--orders", "2000"), 60.0),
}  # fmt: skip


@pytest.mark.parametrize("name", INPUTS)
def test_a_real_day_is_imported_and_simulated_to_its_end(tmp_path: Path, name: str) -> None:
    format_name, parts, options, limit_s = INPUTS[name]
    source, out = shared(*parts), tmp_path / "scenario.yaml"
    command = [sys.executable, "-c", "from qmix_logistics.cli import main; main()", "import", format_name, str(source)]
    started_s = time.monotonic()
    subprocess.run([*command, "-o", str(out), *options], check=True, capture_output=True)
    imported_s = time.monotonic() - started_s
    played = subprocess.run([sys.executable, "-c", PLAY, str(out)], check=True, capture_output=True, text=True)
    took_s = time.monotonic() - started_s
    result = json.loads(played.stdout)
    print(f"\n{name}: imported in {imported_s:.1f} s, in all {took_s:.1f} s; {result}")
    assert result["done"] >= 0.99 * result["orders"]
    assert result["violations"] == 0
    assert took_s < limit_s
    assert result["peak_gib"] < 2
    if format_name == "lorr":
        assert result["tasks_in_first_hour"] >= 2000


RUN = """
import resource, sys
from pathlib import Path
import numpy as np
from qmix_logistics.composition import build_demand
from qmix_logistics.episode import play
from qmix_logistics.scenario import load_scenario
from qmix_logistics.scenario.overrides import parse_override
from qmix_logistics.simulation import DayKey, Simulator, Split, compile_site
from qmix_logistics_baselines import index_policy, rules
hours = float(sys.argv[2])
spec = load_scenario(Path(sys.argv[1]), [parse_override(f"horizon.demand_s={3600 * hours}")])
site = compile_site(spec)
day = build_demand(spec, site).realise(DayKey(Split.TEST, 0))
records = play(Simulator(site), index_policy.IndexPolicy(rules.nearest_score), day, np.random.default_rng(0)).records
print(len(records.orders), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_for_each_order_does_not_grow_up_to_100_000_orders() -> None:
    scenario = Path(__file__).parents[2] / "scenarios" / "quickstart.yaml"
    sizes = []
    for hours in (400, 800, 1600):
        command = [sys.executable, "-c", RUN, str(scenario), str(hours)]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        sizes.append((int(output[0]), int(output[1])))
    (few, small), (some, middle), (many, large) = sizes
    per_order_kib = (middle - small) / (some - few), (large - middle) / (many - some)
    print(f"\n{sizes}: {per_order_kib[0]:.2f} KiB, then {per_order_kib[1]:.2f} KiB an order, all records kept")
    assert many > 100_000
    assert per_order_kib[1] <= 1.1 * per_order_kib[0]
