"""What a run shows while it goes on, and when it is done."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from qmix_logistics.evaluation.jobs import Job
from qmix_logistics.evaluation.jobs import Progress as JobProgress
from qmix_logistics_reports.scoreboard import ScoreRow

LINE_EVERY_S = 10.0
"""Where there is no terminal, a line of text after so much time."""


class _Tally:
    """How much of each stage is done."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self.totals = Counter(job.stage for job in jobs)
        self._known = {job.name for job in jobs}
        self._shares: dict[str, JobProgress] = {}

    def note(self, progress: JobProgress) -> None:
        if progress.name not in self._known:  # added under way, for precision
            self._known.add(progress.name)
            self.totals[progress.stage] += 1
        self._shares[progress.name] = progress

    def done(self, stage: str) -> float:
        return sum(progress.share for progress in self._shares.values() if progress.stage == stage)


@contextlib.contextmanager
def shown_progress(jobs: Sequence[Job], *, quiet: bool) -> Iterator[Callable[[JobProgress], None]]:
    """
    Show on standard error how far the jobs of a run are, a bar for each stage.

    Parameters
    ----------
    jobs
        All jobs of the run.
    quiet
        Show nothing.

    Yields
    ------
    What to call when a job goes on.
    """
    console, tally = Console(stderr=True), _Tally(jobs)
    if quiet:
        yield lambda progress: None
    elif console.is_terminal:
        with _bars(console) as bars:
            stages = {stage: bars.add_task(stage, total=total) for stage, total in tally.totals.items()}

            def draw(progress: JobProgress) -> None:
                tally.note(progress)
                bars.update(
                    stages[progress.stage], completed=tally.done(progress.stage), total=tally.totals[progress.stage]
                )

            yield draw
    else:
        yield _lines(console, tally)


def print_scoreboard(rows: Sequence[ScoreRow], reference: str) -> None:
    """
    Print the scoreboard on standard output.

    Parameters
    ----------
    rows
        The policies, cheapest first.
    reference
        Whom they are compared with.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    titles = (
        "policy",
        "total cost",
        "interval",
        "difference",
        "verdict",
        "regret %",
        "on time %",
        "lead time s",
        "decision ms",
    )
    for title in titles:
        table.add_column(title, no_wrap=True, justify="left" if title in ("policy", "verdict") else "right")
    for row in rows:
        numbers = (row.regret, row.on_time, row.lead_time, row.latency)
        style = "bold" if row.is_learned else None
        table.add_row(row.policy, row.cost, row.interval, row.relative, row.verdict, *numbers, style=style)
    console = Console()
    Console(width=max(console.width, table_width(console, table))).print(table)
    console.print(f"difference against {reference}; decision: median / 99 %", highlight=False)


def table_width(console: Console, table: Table) -> int:
    """
    Return the width that a table needs, so that a narrow pipe does not fold it.

    Parameters
    ----------
    console
        Where it is printed.
    table
        The table.
    """
    return console.measure(table, options=console.options.update(width=400)).maximum


def _bars(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<9}"),
        BarColumn(bar_width=36),
        TaskProgressColumn(),
        TextColumn("{task.completed:.1f}/{task.total:.0f}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
        refresh_per_second=4,
    )


def _lines(console: Console, tally: _Tally) -> Callable[[JobProgress], None]:
    last_s, last_line = time.monotonic(), ""

    def write(progress: JobProgress) -> None:
        nonlocal last_s, last_line
        tally.note(progress)
        is_over = all(tally.done(stage) >= total for stage, total in tally.totals.items())
        if is_over or time.monotonic() - last_s >= LINE_EVERY_S:
            shares = {stage: tally.done(stage) / total for stage, total in tally.totals.items()}
            line = ", ".join(f"{stage} {100 * share:.0f} %" for stage, share in shares.items())
            if line != last_line:
                console.print(line, highlight=False)
            last_s, last_line = time.monotonic(), line

    return write
