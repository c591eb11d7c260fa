"""
Figures beside their budgets: benchmarks fill a table, which is printed at the end.

Computing is measured in processor time, of which other work on the machine takes less than of the wall clock's.
Decisions of one vehicle and whole commands are measured by the wall clock: someone waits for them.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

import jaxtyping
import pytest
import torch

HEADER = ("what", "budget", "best", "median", "of budget", "", "")


@dataclass
class Figures:
    """Collects figures; a machine that is busy with other work spoils the median more than the best."""

    rows: list[tuple[str, ...]] = field(default_factory=list)

    def add(
        self,
        what: str,
        measured: Sequence[float],
        unit: str,
        *,
        budget: float | None = None,
        more_is_better: bool = False,
        note: str = "",
    ) -> None:
        """
        Put a figure into the table.

        Parameters
        ----------
        what
            What was measured.
        measured
            The figure in each repeat, in ``unit``.
        unit
            Its unit.
        budget
            What it must reach, if there is anything.
        more_is_better
            Whether the budget is a lower bound.
        note
            Under which circumstances.
        """
        best, median = max(measured) if more_is_better else min(measured), statistics.median(measured)
        limit, share, verdict = f"({unit})" if unit else "", "", ""
        if budget is not None:
            limit = f"{'>=' if more_is_better else '<='} {budget:,g} {unit}"
            shares = [budget / value if more_is_better else value / budget for value in (best, median)]
            share = " - ".join(dict.fromkeys(f"{value:.2f}" for value in shares))
            verdict = "OVER" if shares[0] > 1 else "at best" if shares[1] > 1 else "within"
        self.rows.append((what, limit, _number(best), _number(median), share, verdict, note))

    def add_unmeasured(self, what: str, budget: str, why: str) -> None:
        """
        Put a figure into the table that cannot be measured yet.

        Parameters
        ----------
        what
            What should be measured.
        budget
            What it must reach.
        why
            Why it is not.
        """
        self.rows.append((what, budget, "-", "-", "", why, ""))


FIGURES = pytest.StashKey[Figures]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = Figures()
    torch.set_num_threads(1)
    jaxtyping.config.update("jaxtyping_disable", True)  # shapes are the tests' to check: a quarter of a training's time


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Simulation, learning, commands: the longest comes last."""
    items.sort(key=lambda item: item.path.name, reverse=True)


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    return request.config.stash[FIGURES]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    rows = config.stash[FIGURES].rows
    if not rows:
        return
    widths = [max(len(cell) for cell in column) for column in zip(HEADER, *rows, strict=True)]
    terminalreporter.section("figures and budgets (at best: the best repeat is within, the median is not)")
    for row in (HEADER, *rows):
        cells = [
            cell.rjust(width) if 1 <= index <= 4 else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        terminalreporter.write_line("  ".join(cells).rstrip(), red="OVER" in row)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
