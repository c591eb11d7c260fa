"""What a learned policy was seen to do on one day, as tables: written by a run, read by its report."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from qmix_logistics.evaluation.record_columns import Column
from qmix_logistics.evaluation.run_folder import read_json, write_csv, write_json
from qmix_logistics.evaluation.stored import stored_csv

HEAD = "insight.json"
_TEXT = ("vehicle", "place", "target", "planned_target", "vehicles")

INSIGHT_COLUMNS: Mapping[str, Mapping[str, Column]] = {
    "decisions": {
        "decision": Column("", "number of the decision of one vehicle, from 0"),
        "epoch": Column("", "number of the joint decision, from 0: all vehicles that decide at the same time"),
        "time_s": Column("s", "when"),
        "vehicle": Column("", "who"),
        "place": Column("", "where it was"),
        "stop": Column("", "kind of the stop that it chose"),
        "target": Column("", "place of that stop; its own for wait"),
        "task": Column("", "task of that stop; empty where there is none"),
        "planned_stop": Column("", "kind of the stop to which the planner would have sent it; empty if it could not be"
                                   " reached"),
        "planned_target": Column("", "place of that stop"),
        "planned_task": Column("", "task of that stop"),
        "offered": Column("", "stops on its list"),
        "has_choice": Column("", "1 if it chose among stops, or competed with another vehicle"),
        "utility": Column("reward", "utility of the chosen stop; empty if it was not on its first list"),
        "next_utility": Column("reward", "the largest utility of another stop that it could have got"),
        "planned_utility": Column("reward", "utility of the planner's stop; empty if it was not on its list"),
        "mixing_weight": Column("", "by how much the team's value rises with its utility; empty without a choice, or"
                                    " where the algorithm has no such weights"),
    },
    "offers": {
        "decision": Column("", "as in decisions.csv; only the decisions that the report shows"),
        "stop": Column("", "kind of a stop on the vehicle's list"),
        "target": Column("", "its place"),
        "task": Column("", "its task"),
        "order": Column("", "number of the order of that task"),
        "utility": Column("reward", "its utility"),
        "is_chosen": Column("", "1 if it was chosen"),
        "is_planned": Column("", "1 if the planner would have chosen it"),
        "is_deferred": Column("", "1 if it may be taken only where others take all pick-ups of the list"),
    },
    "influences": {
        "decision": Column("", "as in offers.csv"),
        "against": Column("", "with what the chosen stop is compared: `planned`, the planner's stop, or `next`, the"
                              " next best"),
        "feature": Column("", "feature of the stop"),
        "part": Column("reward", "what it adds to the difference in utility; the parts add up to it"),
    },
    "features": {
        "feature": Column("", "feature of a stop"),
        "mean_part": Column("reward", "mean of the absolute parts in the lead of the chosen stop over the next best"),
        "num_decisions": Column("", "decisions over which the mean was taken"),
    },
    "deviations": {
        "epoch": Column("", "joint decision that was made the planner's way"),
        "time_s": Column("s", "when"),
        "vehicles": Column("", "vehicles that the planner sent elsewhere"),
        "stops": Column("", "kinds of the stops that they had chosen"),
        "planned_stops": Column("", "kinds of those of the planner"),
        "cost_difference": Column("cost", "cost of the day with that decision made the planner's way and all others by"
                                          " the policy, less its cost with all decisions by the policy"),
    },
}  # fmt: skip
"""Columns by table and name, in the order of the files; offers.csv goes on with the features of the stop, unscaled."""


@dataclass(frozen=True, slots=True)
class InsightHead:
    """
    What the tables are about.

    Parameters
    ----------
    policy, training_seed, algorithm, information
        Which policy.
    day, label
        Which test day.
    planner
        The baseline with which it is compared: the cheapest one.
    cost
        Cost of the day under the policy.
    num_epochs, num_disagreeing
        Joint decisions, and those in which the planner would have done something else.
    budget
        Joint decisions that deviations were allowed to take.
    absent
        Why there are no tables; empty if there are.
    """

    policy: str
    training_seed: int
    algorithm: str
    information: str
    day: int
    label: str
    planner: str
    cost: float
    num_epochs: int = 0
    num_disagreeing: int = 0
    budget: int = 0
    absent: str = ""


@dataclass(frozen=True, slots=True)
class Insight:
    """
    The tables.

    Parameters
    ----------
    head
        What they are about.
    tables
        By name, with the columns of ``INSIGHT_COLUMNS``.
    """

    head: InsightHead
    tables: Mapping[str, pd.DataFrame]


def write_insight(
    folder: Path, head: InsightHead, tables: Mapping[str, list[dict[str, Any]]], features: Sequence[str]
) -> None:
    """
    Write the tables.

    Parameters
    ----------
    folder
        Where to; it exists.
    head
        What they are about.
    tables
        Rows by name of the table.
    features
        Features of stops, with which the offers go on.
    """
    for name, rows in tables.items():
        columns = [*INSIGHT_COLUMNS[name], *(features if name == "offers" else ())]
        write_csv(folder / f"{name}.csv", columns, [[row[column] for column in columns] for row in rows])
    write_json(folder / HEAD, {name: getattr(head, name) for name in InsightHead.__slots__})


def read_insight(folder: Path) -> Insight | None:
    """
    Read the tables; None if there are none.

    Parameters
    ----------
    folder
        Where they are.
    """
    if not (folder / HEAD).exists():
        return None
    head = InsightHead(**read_json(folder / HEAD))
    if head.absent:
        return Insight(head, {})
    tables = {}
    for name, columns in INSIGHT_COLUMNS.items():
        path = folder / f"{name}.csv"
        tables[name] = stored_csv(path, dict.fromkeys(_TEXT, str)) if path.exists() else pd.DataFrame()
        if not set(columns) <= set(tables[name]):
            absent = f"{path.name} is missing or lacks columns; remove {folder.name}/ and run again with --resume"
            return Insight(dataclasses.replace(head, absent=absent), {})
    return Insight(head, tables)
