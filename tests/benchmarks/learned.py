"""Policies that are trained once for several benchmarks, and the days they play."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from jaxtyping import Float
from scipy import stats

from qmix_logistics.composition.building import build_adviser, build_baseline, world_of
from qmix_logistics.composition.jobs import TrainJob
from qmix_logistics.episode import Policy, play
from qmix_logistics.evaluation.decision_times import fixed_times
from qmix_logistics.evaluation.jobs import run_jobs
from qmix_logistics.evaluation.run_folder import RunFolder
from qmix_logistics.learning.dispatch.learned_policy import load_policy
from qmix_logistics.scenario import ScenarioSpec, load_scenario, parse_override
from qmix_logistics.scenario.advisers import adviser_of
from qmix_logistics.scenario.policies import LearnedPolicy, policy_name
from qmix_logistics.simulation import DayKey, Purpose, Simulator, Split, day_stream

ROOT = Path(__file__).parents[2]
WORK = ROOT / "runs" / "benchmarks"
WORKERS = 2


def scenario_of(name: str, *changes: str) -> ScenarioSpec:
    """Return a shipped scenario with changes such as ``fleet.0.count=4``."""
    return load_scenario(ROOT / "scenarios" / f"{name}.yaml", [parse_override(change) for change in changes])


def train_all(specs: Sequence[ScenarioSpec], seeds: Sequence[int]) -> None:
    """Train all learners of some scenarios that are not trained, two at a time."""
    jobs = [
        TrainJob(spec.model_dump_json(), folder_of(spec), index, seed)
        for spec in specs
        for index, entry in enumerate(spec.policies)
        if isinstance(entry, LearnedPolicy) and entry.weights_of is None
        for seed in seeds
    ]
    for job in jobs:  # names repeat from folder to folder
        RunFolder(job.folder).path.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(WORKERS) as pool:
        list(pool.map(_train, jobs))


def _train(job: TrainJob) -> None:
    run_jobs([job], 1, lambda _: None)


def folder_of(spec: ScenarioSpec) -> Path:
    """Return where what a scenario's learners have learned is kept."""
    return WORK / f"{spec.name}-{hashlib.sha256(spec.model_dump_json().encode()).hexdigest()[:12]}"


def policy_of(spec: ScenarioSpec, name: str, seed: int = 1) -> Policy:
    """Return a baseline of a scenario, or what a learner has learned there."""
    entry = next(policy for policy in spec.policies if policy_name(policy) == name)
    if not isinstance(entry, LearnedPolicy):
        return build_baseline(entry)
    planner = adviser_of(spec, entry)
    place = RunFolder(folder_of(spec)).policy(entry.weights_of or name, seed)
    adviser = None if planner is None else build_adviser(planner)
    return load_policy(place, adviser, is_coordinated=entry.information == "coordinator")


def costs(spec: ScenarioSpec, make: Callable[[], Policy], num_days: int) -> Float[np.ndarray, " day"]:
    """Return what test days cost under a policy, played by two processes."""
    with ProcessPoolExecutor(WORKERS) as pool:
        found = pool.map(_cost, [spec.model_dump_json()] * num_days, [make] * num_days, range(num_days))
        return np.array(list(found))


def _cost(scenario: str, make: Callable[[], Policy], index: int) -> float:
    world, key = world_of(scenario), DayKey(Split.TEST, index)
    rng = day_stream(world.spec.experiment.seed, key, Purpose.POLICY)
    simulator, policy, day = Simulator(world.site, is_recording=False), make(), world.demand.realise(key)
    times = fixed_times(world.spec.decision_time, policy.information)
    return play(simulator, policy, day, rng, times).records.total_cost


def difference_pct(one: Float[np.ndarray, " day"], other: Float[np.ndarray, " day"]) -> tuple[float, float, float]:
    """Return the mean difference of paired days in per cent of the other's mean cost, and its 95 % interval."""
    paired, scale = one - other, 100 / other.mean()
    low, high = stats.t.interval(0.95, len(paired) - 1, paired.mean(), stats.sem(paired))
    return float(paired.mean() * scale), float(low * scale), float(high * scale)


def compare(found: Mapping[str, Float[np.ndarray, " day"]], one: str, other: str) -> tuple[float, float]:
    """Print what one costs against another on the same days; return the interval, in per cent."""
    mean, low, high = difference_pct(found[one], found[other])
    print(f"  {one} against {other}: {mean:+.1f} % [{low:+.1f}, {high:+.1f}]")
    return low, high
