"""Settings of baselines, chosen on training days with the budget that a learner gets."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qmix_logistics.composition.planning import PlannedFile
from qmix_logistics.composition.trials import (
    FACTORS,
    FEWEST_DAYS,
    TrialJob,
    Trials,
    candidates_of,
    means_on_same_days,
    num_first_days,
    screen,
)
from qmix_logistics.evaluation.jobs import Job, Progress
from qmix_logistics.evaluation.run_folder import RunFolder, write_atomically, write_csv
from qmix_logistics.scenario import ScenarioSpec, dump_scenario
from qmix_logistics.scenario.policies import (
    Baseline,
    LearnedPolicy,
    MatchingPolicy,
    RollingHorizonPolicy,
    policy_name,
)

Planner = MatchingPolicy | RollingHorizonPolicy

PRICE_OF_ROUTES_PCT = 5.0
"""By how much routes must be cheaper than a matching to be learned from; by little, longer trainings are worth more."""
DEFAULT_BUDGET_DAYS = 150
"""Days that each baseline may play where the learner's budget is in seconds."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """
    A baseline's candidates and what they cost.

    Parameters
    ----------
    policy
        Its name.
    candidates
        Settings of each; the first are those of the scenario.
    costs
        Of each candidate on training days 0, 1, 2 and so on, until it was out.
    chosen
        Number of the one to use.
    is_decided
        Whether the others were out before the budget was spent.
    """

    policy: str
    candidates: tuple[Baseline, ...]
    costs: tuple[tuple[float, ...], ...]
    chosen: int
    is_decided: bool


def budget_days(spec: ScenarioSpec) -> int:
    """
    Return how many days each baseline may play in all: as many as a training of the learner.

    Parameters
    ----------
    spec
        The scenario.
    """
    return spec.training.budget.days or DEFAULT_BUDGET_DAYS


def tune(
    spec: ScenarioSpec,
    folder: Path,
    days: int,
    *,
    resume: bool,
    num_workers: int,
    on_progress: Callable[[Progress], None],
) -> list[Tuned]:
    """
    Choose the settings of all baselines, and write ``tuning.csv``.

    All candidates of a baseline play the same training days; those that are clearly worse leave, by the procedure of
    Kim and Nelson. It ends with one left or with the budget spent; then the lowest mean is taken.

    Parameters
    ----------
    spec
        The scenario.
    folder
        Where to.
    days
        Training days that each baseline may play in all.
    resume
        Whether the folder may hold an unfinished tuning of this scenario.
    num_workers
        Processes.
    on_progress
        Told how trials stand.
    """
    RunFolder(folder).open(dump_scenario(spec), resume=resume)
    scenario = spec.model_dump_json()
    tuned = [
        _tune_one(spec, scenario, folder, entry, days, num_workers, on_progress)
        for entry in spec.policies
        if not isinstance(entry, LearnedPolicy) and len(candidates_of(entry)) > 1
    ]
    rows = [row for one in tuned for row in _rows(one)]
    write_csv(folder / "tuning.csv", COLUMNS, rows)
    return tuned


COLUMNS = ("policy", "candidate", "setting", "days", "mean_cost", "is_chosen")


def with_tuned(spec: ScenarioSpec, tuned: Sequence[Tuned], days: int) -> ScenarioSpec:
    """
    Return the scenario with the settings that were chosen; learners learn from the best planner.

    Parameters
    ----------
    spec
        The scenario.
    tuned
        What was chosen.
    days
        The budget of each baseline.
    """
    chosen = {}
    for one in tuned:
        played = sum(map(len, one.costs))
        why = "the others were worse" if one.is_decided else "lowest mean when the budget was spent"
        text = f"{len(one.candidates)} settings on {played} of {days} training days; {why}"
        chosen[one.policy] = one.candidates[one.chosen].model_copy(update={"tuning": text})
    teacher = best_planner(tuned)
    policies: list[Baseline | LearnedPolicy] = []
    for entry in spec.policies:
        if isinstance(entry, LearnedPolicy) and entry.teacher == "auto" and teacher is not None:
            policies.append(entry.model_copy(update={"teacher": teacher}))
        else:
            policies.append(chosen.get(policy_name(entry), entry))
    return spec.model_copy(update={"policies": tuple(policies)})


def best_planner(tuned: Sequence[Tuned]) -> str | None:
    """
    Return the central planner to learn from: the cheapest on the days that all played, or a matching near it.

    An assignment takes a hundredth of the time of routes, and in training it is asked at every decision.

    Parameters
    ----------
    tuned
        The baselines; rules are no planners. None if there is no planner among them.
    """
    central = [
        one for one in tuned if isinstance(one.candidates[0], Planner) and one.candidates[0].information == "global"
    ]
    if not central:
        return None
    found = means_on_same_days([one.costs[one.chosen] for one in central])
    means = {one.policy: mean for one, mean in zip(central, found, strict=True)}
    limit = min(means.values()) * (1 + PRICE_OF_ROUTES_PCT / 100)
    matchings = [one.policy for one in central if isinstance(one.candidates[0], MatchingPolicy)]
    as_good = [name for name in matchings if means[name] <= limit]
    return min(as_good or means, key=means.__getitem__)


def _tune_one(
    spec: ScenarioSpec,
    scenario: str,
    folder: Path,
    entry: Baseline,
    days: int,
    num_workers: int,
    on_progress: Callable[[Progress], None],
) -> Tuned:
    """Try settings that differ in one value from the scenario's, then those that differ in one from the best."""
    first = list(candidates_of(entry))[: max(2, days // (2 * FEWEST_DAYS))]
    trials = Trials(scenario, folder, policy_name(entry), first, num_workers, on_progress)
    kept = screen(spec.experiment, trials, range(len(trials.candidates)), days // 2)
    best = trials.best(kept)
    new = [near for near in candidates_of(trials.candidates[best]) if near not in trials.candidates]
    if new and days - trials.num_played >= 2 * len(new):
        trials.candidates += new
        num_all = len(trials.candidates)
        kept = screen(spec.experiment, trials, [best, *range(num_all - len(new), num_all)], days)
        best = trials.best(kept)
    costs = tuple(tuple(trials.costs[number]) for number in range(len(trials.candidates)))
    return Tuned(trials.policy, tuple(trials.candidates), costs, best, is_decided=len(kept) == 1)


def _setting(candidate: Baseline) -> str:
    return "; ".join(f"{name} {getattr(candidate, name):g}" for name in FACTORS if hasattr(candidate, name))


def _rows(tuned: Tuned) -> Iterator[tuple[Any, ...]]:
    for number, (candidate, costs) in enumerate(zip(tuned.candidates, tuned.costs, strict=True)):
        is_chosen = number == tuned.chosen
        yield tuned.policy, number, _setting(candidate), len(costs), math.fsum(costs) / len(costs), is_chosen


def plan_trials(spec: ScenarioSpec, folder: Path, days: int) -> list[Job]:
    """
    Return the first trials of all baselines; how many follow shows under way.

    Parameters
    ----------
    spec
        The scenario.
    folder
        Where to.
    days
        Training days that each baseline may play in all.
    """
    scenario = spec.model_dump_json()
    jobs: list[Job] = []
    for entry in spec.policies:
        candidates = () if isinstance(entry, LearnedPolicy) else candidates_of(entry)
        if len(candidates) > 1:
            first_days = num_first_days(days // 2, len(candidates))
            jobs += [
                TrialJob(scenario, folder, policy_name(entry), number, candidate, day)
                for day in range(first_days)
                for number, candidate in enumerate(candidates)
            ]
    return jobs


def planned_files(folder: Path, target: Path, jobs: Sequence[Job]) -> list[PlannedFile]:
    """
    Return what tuning would write.

    Parameters
    ----------
    folder
        The tuning's.
    target
        The tuned scenario.
    jobs
        Its first trials.
    """
    return [
        PlannedFile(folder / "scenario.yaml", "the scenario, every default spelt out", 8e3),
        PlannedFile(folder / "trials/", f"the cost of {len(jobs)} days or more", 100.0 * len(jobs)),
        PlannedFile(folder / "tuning.csv", "every setting that was tried", 5e3),
        PlannedFile(target, "the tuned scenario", 8e3),
    ]


def lines_of(spec: ScenarioSpec, tuned: Sequence[Tuned]) -> list[str]:
    """
    Return what was chosen, a line for each baseline.

    Parameters
    ----------
    spec
        The scenario.
    tuned
        The baselines.
    """
    lines = []
    for one in tuned:
        before, after = means_on_same_days([one.costs[0], one.costs[one.chosen]])
        changed = _setting(one.candidates[one.chosen]) if one.chosen else "as it was"
        days = sum(map(len, one.costs))
        lines.append(f"{one.policy:<24} {changed}: {after:.4g} instead of {before:.4g} ({days} training days)")
    teacher = best_planner(tuned)
    return lines if teacher is None else [*lines, f"learners learn from {teacher}, unless they name a planner"]


def write_tuned(spec: ScenarioSpec, out: Path) -> None:
    """
    Write a scenario, every default spelt out.

    Parameters
    ----------
    spec
        The scenario.
    out
        The file.
    """
    write_atomically(out, dump_scenario(spec))
