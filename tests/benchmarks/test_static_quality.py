"""
Published instances planned at the work limits that the importer ships, and driven through the simulator.

Solomon: distance, truncated to a tenth as in the DIMACS challenge, over the best known. Li and Lim: distance over that
of the best known, which has the fewest vehicles, so less is possible with more of them.
"""

from __future__ import annotations

import csv
import json
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from importing import shared

from qmix_logistics.composition import build_baseline, build_demand
from qmix_logistics.episode import play
from qmix_logistics.importers import ImportOptions, import_scenario
from qmix_logistics.importers.writing import write_imported
from qmix_logistics.scenario import load_scenario
from qmix_logistics.scenario.policies import RollingHorizonPolicy
from qmix_logistics.simulation import DayKey, OrderStatus, Simulator, Split, compile_site, day_stream
from qmix_logistics.simulation.randomness import Purpose

PYVRP_ITERATIONS = 3000
LIMITS_PCT = {"ortools": 6.0, "pyvrp": 1.0}


def solve(format_name: str, source: Path, solver: str, folder: Path) -> tuple[str, float, int, int, float]:
    """Return the instance's name, the distance driven, vehicles used, orders not served, and seconds."""
    out = folder / f"{source.stem}-{solver}" / "scenario.yaml"
    write_imported(import_scenario(format_name, source, ImportOptions(0.0, None, None, None, 1)), "", out, force=True)
    spec = load_scenario(out)
    (entry,) = [entry for entry in spec.policies if isinstance(entry, RollingHorizonPolicy)]
    entry = entry.model_copy(update={"solver": solver, "iteration_limit": PYVRP_ITERATIONS})
    site, key = compile_site(spec), DayKey(Split.TEST, 0)
    day, started_s = build_demand(spec, site).realise(key), time.process_time()
    records = play(Simulator(site), build_baseline(entry), day, day_stream(1, key, Purpose.POLICY)).records
    took_s = time.process_time() - started_s
    missed = sum(order.status is not OrderStatus.DONE for order in records.orders)
    distance = sum(segment.distance_m for segment in records.segments)
    return source.stem, distance, len({task.vehicle for task in records.tasks}), missed, took_s


def best_known(format_name: str) -> dict[str, tuple[float, int | None]]:
    if format_name == "solomon":
        with shared("solomon", "bks.csv").open(newline="") as file:
            return {row["instance"]: (float(row["dimacs_cost_1dec_trunc"]), None) for row in csv.DictReader(file)}
    known = json.loads(shared("li_lim", "BKS.json").read_text())
    return {name: (entry["best_known_cost"], entry["solved_with_vehicles"]) for name, entry in known.items()}


@pytest.mark.parametrize("solver", ["pyvrp", "ortools"])
@pytest.mark.parametrize("format_name", ["solomon", "li_lim"])
def test_mean_gap_to_the_best_known(format_name: str, solver: str, tmp_path: Path) -> None:
    if solver == "pyvrp":
        pytest.importorskip("pyvrp", reason="pyvrp is an extra")
    folder = shared("solomon") if format_name == "solomon" else shared("li_lim", "li_lim_100")
    sources, known = sorted(folder.glob("*.txt")), best_known(format_name)
    sources = [source for source in sources if source.stem in known]
    number = len(sources)
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(solve, [format_name] * number, sources, [solver] * number, [tmp_path] * number))
    gaps, more = [], 0
    for name, distance, vehicles, missed, took_s in found:
        best, fewest = known[name]
        gaps.append(100 * (distance / best - 1))
        more += vehicles - (fewest or vehicles)
        print(f"{solver} {name:<8} {distance:9.1f} best {best:9.1f} gap {gaps[-1]:5.1f} %, {vehicles} vehicles "
              f"({fewest or '-'}), {missed} missed, {took_s:5.1f} s", flush=True)  # fmt: skip
    seconds = [row[-1] for row in found]
    what = (
        f"{solver}, {format_name}: {number} instances, mean gap {statistics.mean(gaps):.2f} %, worst {max(gaps):.1f} %"
    )
    print(f"{what}, {more} vehicles more, {statistics.mean(seconds):.1f} s each", flush=True)
    assert sum(row[3] for row in found) == 0
    assert statistics.mean(gaps) <= LIMITS_PCT[solver]
