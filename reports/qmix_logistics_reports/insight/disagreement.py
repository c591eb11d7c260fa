"""Where a learned policy and the planner disagreed, and what it cost."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from qmix_logistics.evaluation.insight import Insight, InsightHead
from qmix_logistics.evaluation.statistics import Estimate, estimate
from qmix_logistics_reports.figures.figure import Canvas, Figure, Scale
from qmix_logistics_reports.insight.words import KINDS, stop_key
from qmix_logistics_reports.numbers import short, tick_label, ticks
from qmix_logistics_reports.reading import records
from qmix_logistics_reports.replay.captions import clock_text, time_ticks

WIDTH, HEIGHT = 760, 240
FEW = 5
"""With fewer deviations there is no interval."""
SAME = 1e-9
COLUMNS = ("chosen", "decisions", "the planner's too", "same kind elsewhere", "another kind", "planner out of reach")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """
    What came of it.

    Parameters
    ----------
    sentences
        In words.
    columns, rows
        Decisions by kind of the stop that was chosen, and how often the planner would have chosen the same.
    figure
        What each deviation cost; None if none was played.
    """

    sentences: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figure: Figure | None


def disagreement_of(insight: Insight, confidence: float) -> Disagreement:
    """
    Return where the policy and the planner disagreed, and what it cost.

    Parameters
    ----------
    insight
        What was seen.
    confidence
        Of the interval.
    """
    head, deviations = insight.head, insight.tables["deviations"]
    mean, rows = _mean_of(deviations, confidence), _by_kind(insight.tables["decisions"])
    is_unheard = any(row[-1] != "0" for row in rows)
    return Disagreement(
        sentences=(_how_often(head, insight.tables["decisions"]), *_what_it_cost(head, deviations, mean, confidence)),
        columns=COLUMNS[: None if is_unheard else -1],
        rows=tuple(row[: None if is_unheard else -1] for row in rows),
        figure=_figure(head, deviations, mean, confidence) if len(deviations) else None,
    )


def signed(value: float, digits: int = 3) -> str:
    """
    Return a number with its sign.

    Parameters
    ----------
    value
        The number.
    digits
        Significant digits.
    """
    return f"+{short(value, digits)}" if value > 0 else short(value, digits)


def _mean_of(deviations: pd.DataFrame, confidence: float) -> Estimate | None:
    values = deviations["cost_difference"].to_numpy(float)
    return estimate(values[None], confidence) if len(values) >= FEW else None


def _how_often(head: InsightHead, decisions: pd.DataFrame) -> str:
    share = 100 * head.num_disagreeing / max(head.num_epochs, 1)
    text = (
        f"In {head.num_disagreeing} of {head.num_epochs} joint decisions ({share:.0f} %) {head.planner} would have "
        "sent at least one vehicle elsewhere."
    )
    unheard = int(decisions["planned_stop"].isna().sum())
    return f"{text} In an outage it was not asked ({unheard} decisions of vehicles)." if unheard else text


def _what_it_cost(
    head: InsightHead, deviations: pd.DataFrame, mean: Estimate | None, confidence: float
) -> tuple[str, ...]:
    values = deviations["cost_difference"].to_numpy(float)
    if not len(values):
        if not head.num_disagreeing:
            return ()
        return (
            f"None was played the planner's way: report.insight_decisions allows {head.budget} joint decisions, and a "
            "deviation takes more of them on this day.",
        )
    few = "" if len(values) == head.num_disagreeing else ", drawn at random,"
    played = (
        f"{len(values)} of them{few} were played the planner's way, each alone, and the rest of the day by "
        f"{head.policy}, with the same orders and handling times."
    )
    dearer, cheaper = int((values > SAME).sum()), int((values < -SAME).sum())
    counts = (
        f"{dearer} of these days cost more than the {short(head.cost, 4)} of the day as it was, {cheaper} less, "
        f"{len(values) - dearer - cheaper} the same."
    )
    if mean is None or not math.isfinite(mean.low):
        return f"{played} {counts} So few do not tell whose choices were better.", _caveat(head)
    spread = (
        f"The mean difference is {signed(mean.mean)} [{signed(mean.low)}, {signed(mean.high)}] at "
        f"{100 * confidence:g} %, the standard deviation of one {short(float(values.std(ddof=1)))}."
    )
    return f"{played} {counts} {spread} {_verdict(head, mean)}", _caveat(head)


def _verdict(head: InsightHead, mean: Estimate) -> str:
    if mean.low > 0:
        return f"Where the two disagreed on this day, the choice of {head.policy} was the cheaper one on average."
    if mean.high < 0:
        return f"Where the two disagreed on this day, the choice of {head.planner} would have been cheaper on average."
    return "They do not tell whose choices were better."


def _caveat(head: InsightHead) -> str:
    return (
        "One decision changes everything after it, so a single difference is mostly chance; only their mean says "
        "something, and only of this day. They do not add up to the difference between "
        f"{head.policy} and {head.planner}: each time only one decision was another, and the planner was asked on a "
        "day that it had not shaped."
    )


def _by_kind(decisions: pd.DataFrame) -> tuple[tuple[str, ...], ...]:
    counts = {kind: [0] * 5 for kind in KINDS}
    for row in records(decisions):
        own, planned = (
            stop_key(row[f"{head}stop"], row[f"{head}target"], row[f"{head}task"]) for head in ("", "planned_")
        )
        is_up = isinstance(row["planned_stop"], str)
        column = 4 if not is_up else 1 if own == planned else 2 if own[0] == planned[0] else 3
        counts[row["stop"]][0] += 1
        counts[row["stop"]][column] += 1
    return tuple((KINDS[kind], *map(str, numbers)) for kind, numbers in counts.items() if numbers[0])


def _figure(head: InsightHead, deviations: pd.DataFrame, mean: Estimate | None, confidence: float) -> Figure:
    rows = records(deviations)
    values = [row["cost_difference"] for row in rows]
    low, high = min(0.0, *values), max(0.0, *values)
    margin = 0.08 * (high - low or 1.0)
    canvas = Canvas(WIDTH, HEIGHT)
    end_s = max(row["time_s"] for row in rows)
    x, y = Scale(0.0, 1.03 * end_s, 70, WIDTH - 20), Scale(low - margin, high + margin, HEIGHT - 44, 14)
    if mean is not None and math.isfinite(mean.low):
        canvas.rectangle(70, y(mean.high), WIDTH - 90, y(mean.low) - y(mean.high), "look-0 risk")
    for tick in ticks(y.low, y.high, 5):
        canvas.line(70, y(tick), WIDTH - 20, y(tick), "grid")
        canvas.text(62, y(tick) + 4, tick_label(tick), "tick", "end")
    canvas.line(70, y(0), WIDTH - 20, y(0), "axis")
    if mean is not None:
        canvas.line(70, y(mean.mean), WIDTH - 20, y(mean.mean), "thin look-0-line")
    for row in rows:
        hint = f"{clock_text(row['time_s'])} {row['vehicles']}: {signed(row['cost_difference'])}"
        canvas.circle(x(row["time_s"]), y(row["cost_difference"]), 4, "mean look-0 day", hint)
    for tick in time_ticks(end_s):
        canvas.text(x(tick), HEIGHT - 26, clock_text(tick), "tick", "middle")
    axis = "time since the day began, when a decision was made the planner's way"
    canvas.text(WIDTH / 2, HEIGHT - 8, axis, "tick", "middle")
    caption = (
        f"Each dot is one joint decision made as {head.planner} would: how much more the day then cost. Above the "
        f"line, the choice of {head.policy} was the cheaper one."
    )
    if mean is not None:
        caption += f" The line is the mean, the band its interval at {100 * confidence:g} %."
    svg = canvas.render("What it costs to do it the planner's way", "A dot for each decision that was made otherwise.")
    cells = tuple(
        (
            clock_text(row["time_s"]),
            row["vehicles"],
            _kinds(row["stops"]),
            _kinds(row["planned_stops"]),
            signed(row["cost_difference"]),
        )
        for row in rows
    )
    columns = ("since the day began", "vehicles", "chosen", "by the planner", "cost difference")
    return Figure(svg, caption, columns, cells)


def _kinds(text: str) -> str:
    return ", ".join(KINDS[kind] for kind in text.split())
