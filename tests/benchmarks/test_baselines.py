"""The ladder on every scenario with regret, what more work brings, factory days, and plans on a loaded machine."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import numpy as np
import pytest
from importing import shared

from qmix_logistics.composition import build_baseline, build_demand, run_experiment
from qmix_logistics.composition.building import world_of
from qmix_logistics.episode import play
from qmix_logistics.evaluation.statistics import estimate
from qmix_logistics.importers import ImportOptions, import_scenario
from qmix_logistics.importers.writing import write_imported
from qmix_logistics.scenario import ScenarioSpec, load_scenario
from qmix_logistics.scenario.policies import LearnedPolicy, RollingHorizonPolicy, RulePolicy
from qmix_logistics.simulation import DayKey, Purpose, Simulator, Split, compile_site, day_stream

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
NUM_DAYS = 5
FACTORY_DAYS = {
    "instance_1": 10, "instance_9": 10, "instance_17": 10, "instance_25": 10, "instance_33": 1, "instance_41": 1,
}  # fmt: skip
"""Solutions of a plan: with 50 and more vehicles ten of them take seconds, and there is a plan for every order."""
WORSE = ("nearest", "matching-myopic", "matching-anticipatory")


def ladder(spec: ScenarioSpec, folder: Path) -> dict[str, float]:
    """Let all baselines play, print cost and regret, and return the mean costs."""
    kept = [entry for entry in spec.policies if not isinstance(entry, LearnedPolicy)]
    experiment = spec.experiment.model_copy(update={"replications": min(NUM_DAYS, spec.experiment.replications or 5)})
    spec = spec.model_copy(update={"policies": tuple(kept), "experiment": experiment})
    result = run_experiment(spec, folder, resume=False, num_workers=2, on_progress=lambda progress: None)
    means = result.replications.groupby("policy", sort=False)[["total_cost", "regret_pct"]].mean()
    for policy, row in means.sort_values("total_cost").iterrows():
        print(
            f"{spec.name:<24} {policy!s:<24} {row['total_cost']:10.2f}  regret {row['regret_pct']:7.1f} %", flush=True
        )
    for alert in result.alerts:
        if "hindsight" in alert.text:
            print(f"{spec.name:<24} {alert.text}", flush=True)
    return {str(policy): float(cost) for policy, cost in means["total_cost"].items()}


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_routes_beat_rules_where_several_tasks_are_on_board_or_windows_bind(path: Path, tmp_path: Path) -> None:
    spec = load_scenario(path)
    costs = ladder(spec, tmp_path / "run")
    if max(vehicle_class.max_tasks_on_board for vehicle_class in spec.fleet) > 1:
        assert all(costs["rolling_horizon"] < costs[name] for name in WORSE if name in costs)


@pytest.mark.parametrize("name", FACTORY_DAYS)
def test_factory_days(name: str, tmp_path: Path) -> None:
    out = tmp_path / "scenario.yaml"
    source = import_scenario("dpdp", shared("dpdp", name), ImportOptions(0.0, None, None, None, 1))
    write_imported(source, name, out, force=True)
    spec = load_scenario(out)
    routes = RollingHorizonPolicy(
        kind="rolling_horizon", replan_period_s=600, max_planned_tasks=60, solution_limit=FACTORY_DAYS[name]
    )
    rules = tuple(entry for entry in spec.policies if not isinstance(entry, RulePolicy) or entry.kind == "nearest")
    ladder(spec.model_copy(update={"policies": (*rules, routes), "name": name}), tmp_path / "run")


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_twice_the_work_brings_little(path: Path) -> None:
    """The mean cost with twice the solutions is not lower by more than 1 % beyond what chance explains."""
    world = world_of(load_scenario(path).model_dump_json())
    entries = [entry for entry in world.spec.policies if isinstance(entry, RollingHorizonPolicy)]
    if not entries:
        pytest.skip("its baselines are rules: planned routes know nothing of lanes")
    costs = []
    for factor in (1, 2):
        policy = build_baseline(entries[0].model_copy(update={"solution_limit": factor * entries[0].solution_limit}))
        keys = [DayKey(Split.TEST, day) for day in range(NUM_DAYS)]
        seed = world.spec.experiment.seed
        days = [(world.demand.realise(key), day_stream(seed, key, Purpose.POLICY)) for key in keys]
        simulator = Simulator(world.site)
        costs.append(np.array([play(simulator, policy, day, rng).records.total_cost for day, rng in days]))
    change = estimate((costs[1] - costs[0])[None], 0.95)
    level = costs[0].mean()
    print(f"{path.stem:<24} {entries[0].solution_limit} solutions {level:.2f}, twice as many {costs[1].mean():.2f}: "
          f"{100 * change.mean / level:+.1f} % [{100 * change.low / level:+.1f}, {100 * change.high / level:+.1f}]",
          flush=True)  # fmt: skip
    assert change.high / level > -0.01


def _burn(until: multiprocessing.synchronize.Event) -> None:
    while not until.is_set():
        sum(range(10_000))


def test_plans_are_the_same_on_a_loaded_machine() -> None:
    spec = load_scenario(next(path for path in SCENARIOS if path.stem == "delivery-same-day"))
    site, key = compile_site(spec), DayKey(Split.TEST, 0)
    day = build_demand(spec, site).realise(key)
    policy = build_baseline(RollingHorizonPolicy(kind="rolling_horizon", replan_period_s=30, solution_limit=5))
    found, end = [], multiprocessing.Event()
    for number in (0, 2 * (os.cpu_count() or 1)):
        burning = [multiprocessing.Process(target=_burn, args=(end,), daemon=True) for _ in range(number)]
        for process in burning:
            process.start()
        found.append(play(Simulator(site), policy, day, day_stream(1, key, Purpose.POLICY)).records)
        assert policy.num_cut_off == 0
    end.set()
    assert found[0].tasks == found[1].tasks
    assert found[0].total_cost == found[1].total_cost
