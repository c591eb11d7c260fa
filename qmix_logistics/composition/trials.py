"""Candidates for the settings of a baseline, and what they cost on training days."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from qmix_logistics.composition.building import build_baseline, world_of
from qmix_logistics.episode import play
from qmix_logistics.evaluation.decision_times import fixed_times
from qmix_logistics.evaluation.jobs import Job, Progress, Report, run_jobs
from qmix_logistics.evaluation.run_folder import write_json
from qmix_logistics.evaluation.selection import select_lowest
from qmix_logistics.evaluation.stored import stored_json
from qmix_logistics.scenario.experiment import Experiment
from qmix_logistics.scenario.policies import Baseline, CustomPolicy
from qmix_logistics.simulation import DayKey, Purpose, Simulator, Split, day_stream

FACTORS: Mapping[str, tuple[float, ...]] = {
    "lookahead": (0.25, 0.5, 2, 4),
    "approach_weight": (2, 4),
    "replan_period_s": (0.25, 0.5, 2, 4),
    "max_planned_tasks": (0.5, 2),
    "solution_limit": (0.5, 2),
    "travel_weight": (3, 10, 30),
}
"""By what each setting is multiplied, one at a time, for other candidates; in a second round for those of the best."""
DAYS_AT_ONCE = 5
"""Days that those that are left play before they are screened again."""
FEWEST_DAYS = 2
"""Days that each candidate plays at least; where half the budget is less than that, the last ones are not tried."""
MOST_FIRST_DAYS = 10
"""Days before candidates are screened, if the budget allows."""


@dataclass(frozen=True, slots=True)
class TrialJob(Job):
    """
    Let one candidate play one training day; see ``Job``.

    Parameters
    ----------
    scenario
        The resolved scenario as JSON.
    folder
        The tuning's.
    policy
        Name of the baseline.
    number
        Which candidate.
    candidate
        Its settings.
    day
        Number of the training day.
    """

    scenario: str
    folder: Path
    policy: str
    number: int
    candidate: Baseline
    day: int

    @property
    def name(self) -> str:
        """Name of the trial."""
        return f"try {self.policy}-{self.number:02d}-{self.day:03d}"

    @property
    def stage(self) -> str:
        """The baseline."""
        return self.policy

    @property
    def subject(self) -> str:
        """The candidate."""
        return f"setting {self.number}"

    @property
    def place(self) -> Path:
        """Where the result is."""
        return self.folder / "trials" / f"{self.policy}-{self.number:02d}" / f"{self.day:03d}.json"

    def is_done(self) -> bool:
        """Return whether the day was played with these settings; an earlier tuning may have given others the number."""
        return self.place.exists() and stored_json(self.place).get("settings") == self._settings

    def cost(self) -> float:
        """Return what the day cost."""
        cost: float = stored_json(self.place)["cost"]
        return cost

    def run(self, report: Report) -> None:
        """Play; see ``Job``."""
        world, key = world_of(self.scenario), DayKey(Split.TRAINING, self.day)
        rng = day_stream(world.spec.experiment.seed, key, Purpose.POLICY)
        simulator = Simulator(world.site, is_recording=False)
        times = fixed_times(world.spec.decision_time, self.candidate.information)
        policy, day = build_baseline(self.candidate), world.demand.realise(key)
        played = play(simulator, policy, day, rng, times)
        write_json(self.place, {"cost": played.records.total_cost, "settings": self._settings})

    @property
    def _settings(self) -> dict[str, Any]:
        return self.candidate.model_dump(mode="json")


def candidates_of(entry: Baseline) -> tuple[Baseline, ...]:
    """
    Return a baseline's settings and those beside them; one alone has nothing to tune.

    Parameters
    ----------
    entry
        Its entry in the scenario.
    """
    if isinstance(entry, CustomPolicy):
        return (entry,)
    found: list[Baseline] = [entry]
    for name, factors in FACTORS.items():
        value = getattr(entry, name, None)
        if value is None:
            continue
        for factor in factors:
            changed = max(1, round(value * factor)) if isinstance(value, int) else value * factor
            with contextlib.suppress(ValidationError):  # beyond what the setting may be
                found.append(type(entry).model_validate(entry.model_dump() | {name: changed}))
    return tuple(dict.fromkeys(found))


@dataclass(slots=True)
class Trials:
    """
    What a baseline's candidates cost on training days 0, 1, 2 and so on; each plays a day once.

    Parameters
    ----------
    scenario
        The resolved scenario as JSON.
    folder
        The tuning's.
    policy
        Name of the baseline.
    candidates
        Settings of each.
    num_workers
        Processes.
    on_progress
        Told how trials stand.
    costs
        Of each candidate by its number, day by day.
    """

    scenario: str
    folder: Path
    policy: str
    candidates: list[Baseline]
    num_workers: int
    on_progress: Callable[[Progress], None]
    costs: dict[int, list[float]] = field(default_factory=dict)

    @property
    def num_played(self) -> int:
        """Days that were played in all."""
        return sum(map(len, self.costs.values()))

    def best(self, numbers: Sequence[int]) -> int:
        """
        Return the one with the lowest mean cost on the days that all of them have played.

        Parameters
        ----------
        numbers
            Candidates.
        """
        means = means_on_same_days([self.costs[number] for number in numbers])
        return numbers[means.index(min(means))]

    def missing(self, numbers: Sequence[int], days: int) -> int:
        """
        Return how many days have to be played until all have played so many.

        Parameters
        ----------
        numbers
            Candidates.
        days
            That many.
        """
        return sum(max(days - len(self.costs.get(number, ())), 0) for number in numbers)

    def play(self, numbers: Sequence[int], days: int) -> None:
        """
        Play what is missing until all have played so many days.

        Parameters
        ----------
        numbers
            Candidates.
        days
            That many.
        """
        jobs = [
            TrialJob(self.scenario, self.folder, self.policy, number, self.candidates[number], day)
            for day in range(days)
            for number in numbers
            if day >= len(self.costs.get(number, ()))
        ]
        run_jobs(jobs, self.num_workers, self.on_progress)
        for job in jobs:
            self.costs.setdefault(job.number, []).append(job.cost())


def means_on_same_days(costs: Sequence[Sequence[float]]) -> list[float]:
    """
    Return mean costs on the days that all have played.

    Parameters
    ----------
    costs
        Of each on training days 0, 1, 2 and so on.
    """
    days = min(map(len, costs))
    return [math.fsum(row[:days]) / days for row in costs]


def num_first_days(days: int, num_candidates: int) -> int:
    """
    Return how many days each candidate plays before the first screening.

    Parameters
    ----------
    days
        That may be played in all.
    num_candidates
        Candidates.
    """
    return max(FEWEST_DAYS, min(MOST_FIRST_DAYS, days // (2 * num_candidates)))


def screen(experiment: Experiment, trials: Trials, contest: Sequence[int], limit: int) -> list[int]:
    """
    Let candidates play the same days until one is left or so many days are played in all; return who is left.

    Those that are clearly worse leave, by the procedure of Kim and Nelson.

    Parameters
    ----------
    experiment
        Has the confidence, and the difference that does not matter.
    trials
        What was played; it grows.
    contest
        Numbers of the candidates; the first one's cost is what the difference is a share of.
    limit
        Days.
    """
    first_days = num_first_days(limit - trials.num_played, len(contest))
    kept, days, seen = list(contest), 0, dict.fromkeys(contest, 0)
    indifference, confidence = 0.0, experiment.confidence_pct / 100
    while len(kept) > 1:
        more = DAYS_AT_ONCE if days else first_days
        while more and days and trials.num_played + trials.missing(kept, days + more) > limit:
            more -= 1
        if not more:
            break
        days += more
        trials.play(kept, days)
        seen |= dict.fromkeys(kept, days)
        if not indifference:
            level = math.fsum(trials.costs[contest[0]][:days]) / days
            indifference = experiment.indifference_pct / 100 * level
        if indifference <= 0:
            break
        costs = [trials.costs[number][: seen[number]] for number in contest]
        kept = [contest[index] for index in select_lowest(costs, indifference, confidence, first_days)]
    return kept
