"""``validate``: whether scenarios can be run, and what they are."""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qmix_logistics.cli.app import Sets, load
from qmix_logistics.cli.excerpts import with_excerpts
from qmix_logistics.cli.speaking import UNUSABLE
from qmix_logistics.cli.talk import Talk
from qmix_logistics.errors import Problem, QmixLogisticsError, ScenarioError

if TYPE_CHECKING:
    from qmix_logistics.composition.summary import ScenarioSummary

WIDTH = 100
"""Lists are wrapped at it."""


def validate(
    talk: Talk,
    scenarios: Annotated[list[Path], typer.Argument(metavar="SCENARIO", help="Scenarios in YAML.")],
    sets: Sets = None,
) -> None:
    """
    Check scenarios, report everything that is wrong with each at its place, and say what they are.

    What run would need is checked too: files, places that can be reached, packages, policies of your own.
    """
    files: list[dict[str, Any]] = []
    for path in scenarios:
        summary, problems = _look_at(path, sets)
        files.append(
            {
                "path": path,
                "is_sound": not problems,
                "problems": [dataclasses.asdict(problem) for problem in problems],
                "summary": None if summary is None else dataclasses.asdict(summary),
            }
        )
        if problems:
            talk.warn("\n".join(with_excerpts(problems)))
        elif summary is not None and not talk.as_json:
            talk.answer(_lines(path, summary, is_short=talk.is_quiet), {})
    talk.answer([], {"is_sound": all(file["is_sound"] for file in files), "files": files})
    number = sum(len(file["problems"]) for file in files)
    if number:
        talk.warn(f"\n{number} error{'s' * (number > 1)}. Nothing was run.")
        raise typer.Exit(UNUSABLE)


def _look_at(path: Path, sets: list[str] | None) -> tuple[ScenarioSummary | None, tuple[Problem, ...]]:
    from qmix_logistics.composition.summary import summarise

    try:
        return summarise(load(path, sets)), ()
    except ScenarioError as error:
        return None, error.problems
    except QmixLogisticsError as error:
        return None, (Problem(str(path), 0, 0, "", str(error)),)


def _lines(path: Path, summary: ScenarioSummary, *, is_short: bool) -> Iterator[str]:
    from qmix_logistics.cli.amounts import time_words
    from qmix_logistics_reports.numbers import short

    yield f"{path}: {summary.name} is sound"
    if is_short:
        return
    fleet = ", ".join(f"{count} {name}" for name, count in summary.fleet.items())
    yield f"  site      {summary.network}, {summary.num_places} places"
    yield f"  fleet     {summary.num_vehicles} vehicles: {fleet}"
    tasks = "" if summary.tasks_a_day == summary.orders_a_day else f", {short(summary.tasks_a_day)} tasks"
    orders = f"{short(summary.orders_a_day)} a day{tasks}"
    yield f"  orders    {orders}, in {time_words(summary.demand_s)} ({summary.demand})"
    yield f"  load      {short(summary.load_pct)} % of the fleet's time, one task after the other over mean ways"
    yield f"  days      {summary.test_days} test days, {summary.validation_days} validation days, seed {summary.seed}"
    yield from textwrap.wrap(
        f"{', '.join(summary.policies)}; the reference is {summary.reference}",
        WIDTH, initial_indent="  policies  ", subsequent_indent=" " * 12, break_on_hyphens=False,
    )  # fmt: skip
    if summary.learned:
        trainings = f"{summary.trainings} training{'s' * (summary.trainings > 1)} of {summary.budget} each"
        yield f"  learned   {', '.join(summary.learned)}: {trainings}"
