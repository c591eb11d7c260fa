"""The decisions that tell most, each in full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from qmix_logistics.evaluation.insight import Insight
from qmix_logistics_reports.insight.disagreement import signed
from qmix_logistics_reports.insight.words import grouped, offer_words, stop_key, stop_words
from qmix_logistics_reports.numbers import short
from qmix_logistics_reports.reading import records
from qmix_logistics_reports.replay.captions import clock_text

MOST_OFFERS = 6
MOST_PARTS = 5
SMALL = 0.02
"""A part smaller than this share of the largest is left out."""


@dataclass(frozen=True, slots=True)
class Offer:
    """
    One stop on a vehicle's list.

    Parameters
    ----------
    stop, words
        What it is, and what the vehicle sees of it.
    utility
        Its utility.
    mark
        Whether it was chosen, or would have been by the planner.
    """

    stop: str
    words: str
    utility: str
    mark: str


@dataclass(frozen=True, slots=True)
class Part:
    """
    What a kind of information adds to the difference in utility.

    Parameters
    ----------
    words
        Which.
    value
        In words.
    share
        Over the largest, in [-1, 1].
    """

    words: str
    value: str
    share: float


@dataclass(frozen=True, slots=True)
class Telling:
    """
    One decision.

    Parameters
    ----------
    time_s, time, vehicle, place
        When, who, where.
    chosen, planned
        What it did, and what the planner would have done.
    cost
        What the day cost more the planner's way; empty if that was not played.
    offers, num_left_out
        Stops on its list, and how many more there were.
    against, parts
        What the chosen stop is compared with, and what made the difference.
    """

    time_s: float
    time: str
    vehicle: str
    place: str
    chosen: str
    planned: str
    cost: str
    offers: tuple[Offer, ...]
    num_left_out: int
    against: str
    parts: tuple[Part, ...]


def telling_decisions(insight: Insight, *, has_battery: bool) -> tuple[Telling, ...]:
    """
    Return the decisions that tell most, in the order of the day.

    Parameters
    ----------
    insight
        What was seen.
    has_battery
        Whether vehicles have batteries.
    """
    tables = insight.tables
    decisions = {row["decision"]: row for row in records(tables["decisions"])}
    deviations = {row["epoch"]: row for row in records(tables["deviations"])}
    offers, influences = _by_decision(tables["offers"]), _by_decision(tables["influences"])
    return tuple(
        _telling(
            decisions[number],
            deviations.get(decisions[number]["epoch"]),
            offers[number],
            influences.get(number, []),
            has_battery=has_battery,
        )
        for number in sorted(offers)
    )


def _by_decision(table: pd.DataFrame) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in records(table):
        found.setdefault(row["decision"], []).append(row)
    return found


def _telling(
    decision: dict[str, Any],
    deviation: dict[str, Any] | None,
    offers: list[dict[str, Any]],
    influences: list[dict[str, Any]],
    *,
    has_battery: bool,
) -> Telling:
    orders = {stop_key(row["stop"], row["target"], row["task"]): row["order"] for row in offers}
    own, planned = (
        stop_key(decision[f"{head}stop"], decision[f"{head}target"], decision[f"{head}task"])
        for head in ("", "planned_")
    )
    kept = [row for rank, row in enumerate(offers) if rank < MOST_OFFERS or row["is_chosen"] or row["is_planned"]]
    cost = "" if deviation is None else signed(deviation["cost_difference"])
    against = "the planner's choice" if influences and influences[0]["against"] == "planned" else "the next best stop"
    return Telling(
        time_s=float(decision["time_s"]),
        time=clock_text(decision["time_s"]),
        vehicle=decision["vehicle"],
        place=decision["place"],
        chosen=stop_words(*own[:2], orders.get(own)),
        planned=stop_words(*planned[:2], orders.get(planned)),
        cost=cost,
        offers=tuple(_offer(row, has_battery=has_battery) for row in kept),
        num_left_out=len(offers) - len(kept),
        against=against,
        parts=_parts(influences),
    )


def _offer(row: dict[str, Any], *, has_battery: bool) -> Offer:
    marks = [word for word, is_it in (("chosen", row["is_chosen"]), ("the planner's", row["is_planned"])) if is_it]
    return Offer(
        stop_words(row["stop"], row["target"], row["order"]),
        offer_words(row, has_battery=has_battery),
        short(row["utility"]),
        ", ".join(marks),
    )


def _parts(influences: list[dict[str, Any]]) -> tuple[Part, ...]:
    groups = grouped((row["feature"], row["part"]) for row in influences)
    if not groups:
        return ()
    largest = abs(groups[0][1])
    kept = [(words, value) for words, value in groups[:MOST_PARTS] if abs(value) >= SMALL * largest]
    return tuple(Part(words, signed(value, 2), value / largest) for words, value in kept)
