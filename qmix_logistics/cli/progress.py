"""What a command shows while it goes on."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from qmix_logistics.cli.amounts import duration, rate
from qmix_logistics.cli.talk import Talk
from qmix_logistics.cli.tally import StageState, Tally
from qmix_logistics.evaluation.jobs import Job
from qmix_logistics.evaluation.jobs import Progress as JobProgress
from qmix_logistics_reports.numbers import short

LINE_EVERY_S = 10.0
"""Where there is no terminal, a line of text after so much time."""
BARS_EVERY_S = 0.2
"""On a terminal, bars move after so much time."""
NOTE_EVERY_S = 1.0
"""In a log, a line after so much time, and whenever a job ends."""


@contextlib.contextmanager
def shown_progress(
    jobs: Sequence[Job], talk: Talk, *, has_best: bool = True
) -> Iterator[Callable[[JobProgress], None]]:
    """
    Show on standard error how far the jobs of a command are, a bar for each stage; or lines, if it is no terminal.

    Parameters
    ----------
    jobs
        All jobs that are known.
    talk
        Where to.
    has_best
        Whether the costs of all jobs of a stage can be compared.

    Yields
    ------
    What to call when a job goes on.
    """
    console = Console(stderr=True)
    with contextlib.ExitStack() as stack:
        if talk.is_quiet:
            show: _Show = _Nothing()
        elif console.is_terminal and not console.is_dumb_terminal:
            show = stack.enter_context(_bars(console, talk))
        else:
            show = _Lines(talk)
        watch = _Watch(jobs, talk, show, has_best=has_best)
        yield watch
        watch.close()


class _Show(Protocol):
    every_s: float

    def __call__(self, states: Sequence[StageState]) -> None: ...


class _Watch:
    """Counts what jobs report, notes it in the log, and shows it now and then."""

    def __init__(self, jobs: Sequence[Job], talk: Talk, show: _Show, *, has_best: bool) -> None:
        self._tally, self._talk, self._show, self._has_best = Tally(jobs), talk, show, has_best
        self._shown_s = self._noted_s = time.monotonic()

    def __call__(self, progress: JobProgress) -> None:
        if not self._tally.note(progress):
            return
        now_s = time.monotonic()
        if progress.share >= 1.0 or now_s - self._noted_s >= NOTE_EVERY_S:
            self._note(progress)
            self._noted_s = now_s
        if now_s - self._shown_s >= self._show.every_s:
            self._show(self._states())
            self._shown_s = now_s

    def close(self) -> None:
        self._show(self._states())

    def _note(self, progress: JobProgress) -> None:
        state = next(state for state in self._states() if state.stage == progress.job.stage)
        job = {"job": progress.job.name, "share": round(progress.share, 4), "cost": progress.cost}
        self._talk.log.note("progress", **job, **dataclasses.asdict(state))
        if progress.share >= 1.0 and self._talk.is_verbose:
            cost = "" if progress.cost is None else f": cost {short(progress.cost, 4)}"
            self._talk.write(f"{progress.job.name}{cost}")

    def _states(self) -> list[StageState]:
        states = self._tally.states()
        return states if self._has_best else [dataclasses.replace(state, best=None) for state in states]


class _Nothing:
    every_s = float("inf")

    def __call__(self, states: Sequence[StageState]) -> None:
        pass


class _Lines:
    """A line of text now and then; the log has better ones."""

    every_s = LINE_EVERY_S

    def __init__(self, talk: Talk) -> None:
        self._talk, self._last = talk, ""

    def __call__(self, states: Sequence[StageState]) -> None:
        line = "; ".join(f"{state.stage} {_percent(state)} ({as_words(state)})" for state in states)
        if line and line != self._last:
            self._talk.write(line)
        self._last = line


@contextlib.contextmanager
def _bars(console: Console, talk: Talk) -> Iterator[_Show]:
    columns = (
        TextColumn("{task.description:<9}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[percent]:>5}", markup=False),
        TextColumn("{task.fields[words]}", markup=False),
    )
    bars, before = Progress(*columns, console=console, refresh_per_second=5), talk.write
    with bars:
        talk.write = lambda text: console.print(text, markup=False, highlight=False, soft_wrap=True)
        try:
            yield _Bars(bars)
        finally:
            talk.write = before


class _Bars:
    every_s = BARS_EVERY_S

    def __init__(self, bars: Progress) -> None:
        self._bars, self._tasks = bars, dict[str, TaskID]()

    def __call__(self, states: Sequence[StageState]) -> None:
        for state in states:
            if state.stage not in self._tasks:
                self._tasks[state.stage] = self._bars.add_task(state.stage, total=state.total, percent="", words="")
            self._bars.update(
                self._tasks[state.stage],
                completed=state.done,
                total=state.total,
                percent=_percent(state),
                words=as_words(state),
            )


def _percent(state: StageState) -> str:
    return f"{100 * state.done / state.total if state.total else 100:.0f} %"


def as_words(state: StageState) -> str:
    """
    Return how a stage stands: what is done, how fast, what time is left, and who is best.

    Parameters
    ----------
    state
        How it stands.
    """
    words = [f"{state.done:,.0f} of {state.total:,.0f} {state.counted_in}"]
    if state.per_s > 0 and state.done < state.total:
        words.append(rate(state.per_s, state.counted_in))
    if state.left_s:
        words.append(f"{duration(state.left_s)} left")
    if state.best is not None:
        over = f" in {state.best.number} {state.counted_in}" if state.best.number > 1 else ""
        words.append(f"best {state.best.subject} {short(state.best.cost, 4)}{over}")
    return ", ".join(words)
