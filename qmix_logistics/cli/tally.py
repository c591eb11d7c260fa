"""How far each stage of a command is, how fast it goes on, and who is best so far."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from qmix_logistics.evaluation.jobs import Job, Progress

WINDOW_S = 60.0
"""Speed is that of the last so many seconds."""
ENOUGH = 0.02
"""The time left is told once so much of what is left has been done in that time."""
STEP_S = 0.5
"""Reports that follow each other faster count as one for the speed."""


@dataclass(frozen=True, slots=True)
class Best:
    """
    The lowest mean cost so far.

    Parameters
    ----------
    subject
        Whose.
    cost
        How much.
    number
        Over how many jobs.
    """

    subject: str
    cost: float
    number: int


@dataclass(frozen=True, slots=True)
class StageState:
    """
    How a stage stands.

    Parameters
    ----------
    stage
        Its name.
    done, total
        How much of it is done, and how much there is, in ``counted_in``.
    counted_in
        What is counted, such as days.
    per_s
        Speed.
    left_s
        Time that is left at this speed; None while it cannot be told.
    best
        The lowest mean cost so far; None if there is none yet.
    """

    stage: str
    done: float
    total: float
    counted_in: str
    per_s: float
    left_s: float | None
    best: Best | None


class Tally:
    """
    Counts what jobs report.

    Parameters
    ----------
    jobs
        All jobs that are known; more may come.
    clock
        Seconds from any origin.
    """

    def __init__(self, jobs: Sequence[Job], clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._last_s = clock, clock()
        self._stages: dict[str, _Stage] = {}
        for job in jobs:
            self._add(job)

    def note(self, progress: Progress) -> bool:
        """
        Count a report, and tell whether it was news.

        Parameters
        ----------
        progress
            How a job stands.
        """
        now_s = self._clock()
        stage = self._add(progress.job)
        if stage.shares[progress.job] >= 1.0:
            return False
        if not stage.history:
            stage.history.append((self._last_s, stage.before))
        stage.note(progress, now_s)
        self._last_s = now_s
        return True

    def states(self) -> list[StageState]:
        """Return how each stage stands, in the order in which they became known."""
        now_s = self._clock()
        return [stage.state(name, now_s) for name, stage in self._stages.items()]

    def _add(self, job: Job) -> _Stage:
        stage = self._stages.setdefault(job.stage, _Stage(job.counted_in))
        if job not in stage.shares:
            stage.shares[job] = 0.0
            stage.total += job.size
            stage.before += job.size if job.is_done() else 0.0
        return stage


@dataclass(slots=True)
class _Stage:
    counted_in: str
    shares: dict[Job, float] = field(default_factory=dict)
    costs: dict[str, dict[Job, float]] = field(default_factory=lambda: defaultdict(dict))
    total: float = 0.0
    done: float = 0.0
    before: float = 0.0
    """What was done before this command began."""
    history: deque[tuple[float, float]] = field(default_factory=deque)
    """When so much was done; it begins one window ago."""

    def note(self, progress: Progress, now_s: float) -> None:
        job = progress.job
        self.done += (progress.share - self.shares[job]) * job.size
        self.shares[job] = progress.share
        if progress.cost is not None:
            self.costs[job.subject][job] = progress.cost
        if len(self.history) > 1 and now_s - self.history[-2][0] < STEP_S:
            self.history.pop()
        self.history.append((now_s, max(self.done, self.before)))
        while len(self.history) > 2 and self.history[1][0] <= now_s - WINDOW_S:
            self.history.popleft()

    def state(self, name: str, now_s: float) -> StageState:
        left, gone, per_s = max(self.total - self.done, 0.0), 0.0, 0.0
        if self.history and now_s > self.history[0][0]:
            gone = self.history[-1][1] - self.history[0][1]
            per_s = gone / (now_s - self.history[0][0])
        can_tell = gone > 0 and gone >= ENOUGH * left
        return StageState(
            name, self.done, self.total, self.counted_in, per_s, left / per_s if can_tell else None, self._best()
        )

    def _best(self) -> Best | None:
        """Compare those of whom most jobs are done: means over fewer days may be of easier ones."""
        most = max(map(len, self.costs.values()), default=0)
        means = {name: sum(costs.values()) / most for name, costs in self.costs.items() if len(costs) == most}
        return min((Best(name, mean, most) for name, mean in means.items()), key=lambda best: best.cost, default=None)
