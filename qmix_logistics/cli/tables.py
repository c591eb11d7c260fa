"""Tables on standard output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from qmix_logistics_reports.numbers import short, signed_pct
from qmix_logistics_reports.scoreboard import ScoreRow

WORDS = ("policy", "verdict", "against", "indicator")
"""Columns that stand at the left."""


def print_scoreboard(rows: Sequence[ScoreRow], reference: str) -> None:
    """
    Print the scoreboard.

    Parameters
    ----------
    rows
        The policies, cheapest first.
    reference
        Whom they are compared with.
    """
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
    cells = [
        (row.policy, row.cost, row.interval, row.relative, row.verdict, row.regret, row.on_time, row.lead_time,
         row.latency)
        for row in rows
    ]  # fmt: skip
    print_table(titles, cells, bold=[row.is_learned for row in rows])
    Console().print(f"difference against {reference}; decision: median / 99 %", highlight=False, markup=False)


def print_comparisons(
    rows: Sequence[Mapping[str, Any]], means: Mapping[tuple[str, str], float], confidence_pct: float
) -> None:
    """
    Print comparisons.

    Parameters
    ----------
    rows
        Of ``comparisons.csv``.
    means
        Mean by policy and indicator.
    confidence_pct
        Of the intervals.
    """
    titles = ("indicator", "policy", "mean", "against", "mean", "difference", f"{confidence_pct:g} % interval", "p",
              "verdict")  # fmt: skip
    cells = []
    for row in rows:
        level = means[row["reference"], row["kpi"]]
        as_text = [_difference(row["kpi"], row[name], level) for name in ("difference", "ci_low", "ci_high")]
        cells.append(
            (row["kpi"], row["policy"], short(means[row["policy"], row["kpi"]], 4), row["reference"], short(level, 4),
             as_text[0], f"{as_text[1]} to {as_text[2]}", _p_value(row["p_adjusted"]), row["verdict"])
        )  # fmt: skip
    print_table(titles, cells)
    days = {row["num_days"] for row in rows}
    text = f"{max(days, default=0)} paired days; p adjusted by Holm over all comparisons of an indicator"
    Console().print(text, highlight=False, markup=False)


def print_table(titles: Sequence[str], rows: Sequence[Sequence[str]], bold: Sequence[bool] = ()) -> None:
    """
    Print a table; a narrow pipe does not fold it.

    Parameters
    ----------
    titles
        Of the columns.
    rows
        Cells as text; nothing in them is markup.
    bold
        Which rows stand out; none, if it is empty.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, no_wrap=True, justify="left" if title in WORDS else "right")
    for number, row in enumerate(rows):
        style = "bold" if bold and bold[number] else None
        table.add_row(*(Text(cell) for cell in row), style=style)
    console = Console()
    width = console.measure(table, options=console.options.update(width=400)).maximum
    width = max(console.width, width)
    Console(width=width, height=console.height).print(table)  # without both, 80 on a dumb terminal


def _difference(kpi: str, value: float, level: float) -> str:
    """Return a difference as a share of the reference's mean; of a share itself in points."""
    if kpi.endswith("_pct"):
        return f"{short(value)} points"
    return signed_pct(value / abs(level)) if level else short(value)


def _p_value(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p == p else "–"
