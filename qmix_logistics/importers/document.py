"""What imported scenarios have in common: their rules, their cost, and how their files are written."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from qmix_logistics.importers.imported import ImportOptions

RULES = ("random", "nearest", "fifo", "earliest_due_date", "atc")
"""Policies of an imported scenario that decide at once, however many vehicles there are."""
MOST_MATCHED = 200
"""Vehicles of a scenario that also has a matching: with so many it takes 40 ms a decision (median, busy machine)."""
LARGEST_CLASS = 1000
"""Vehicles of one class at most, as ``VehicleClass.count`` says."""


def scenario_document(
    *,
    source: Path,
    description: str,
    network: dict[str, Any],
    fleet: list[dict[str, Any]],
    due_s: float,
    demand: dict[str, Any],
    horizon: dict[str, Any],
) -> dict[str, Any]:
    """
    Return a scenario with one class of orders, policies that need no time, and a single day.

    Parameters
    ----------
    source
        What was imported; gives the name.
    description
        Where it comes from.
    network, fleet, demand, horizon
        Parts of the scenario.
    due_s
        Time from release to due.
    """
    return {
        "version": 1,
        "name": scenario_name(source),
        "description": description,
        "network": network,
        "fleet": fleet,
        "order_classes": [{"id": "standard", "share_pct": 100, "due_s": plain(due_s)}],
        "demand": demand,
        "horizon": horizon,
        "objective": {"open_order_cost_per_h": 1, "late_order_cost_per_h": 4, "travel_cost_per_km": 0.1},
        "policies": policies_of(sum(vehicles["count"] for vehicles in fleet)),
        "experiment": {"replications": 1},
    }


def policies_of(num_vehicles: int) -> list[dict[str, Any]]:
    """
    Return policies that need time neither to learn nor to plan.

    Parameters
    ----------
    num_vehicles
        Vehicles of the fleet.
    """
    matching = [{"kind": "matching", "anticipatory": True}] if num_vehicles <= MOST_MATCHED else []
    return [*({"kind": kind} for kind in RULES), *matching]


def scenario_name(source: Path) -> str:
    """
    Return a name made of the characters that a scenario's name may have.

    Parameters
    ----------
    source
        A file or folder.
    """
    stem = source.resolve().name if source.is_dir() else source.stem
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", stem).lstrip("_.-")[:80] or "imported"


def fleet_of(count: int, homes: Sequence[str] = (), **rules: Any) -> list[dict[str, Any]]:
    """
    Return vehicles that are alike, in as many classes as their number needs.

    Parameters
    ----------
    count
        How many.
    homes
        Where they start, in turn; needed where there are several classes, which must not start at the same places.
    **rules
        Fields of the class, with its ``id``.
    """
    firsts = range(0, count, LARGEST_CLASS)
    if len(firsts) == 1:
        return [{"id": rules["id"], "count": count} | rules]
    fleet = []
    for number, first in enumerate(firsts, start=1):
        own = homes[first : first + LARGEST_CLASS] or homes
        size = min(LARGEST_CLASS, count - first)
        fleet.append(rules | {"id": f"{rules['id']}-{number}", "count": size, "home": list(own)})
    return fleet


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """
    Return a table as CSV.

    Parameters
    ----------
    header
        Names of the columns.
    rows
        Their cells.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def plain(value: float, digits: int = 3) -> float:
    """
    Return a number as one would write it: rounded, and whole where it is.

    Parameters
    ----------
    value
        The number.
    digits
        Decimals at most.
    """
    rounded = round(float(value), digits)
    return int(rounded) if rounded.is_integer() else rounded


def hours_up(time_s: float) -> int:
    """
    Return a time rounded up to full hours, at least one, in seconds.

    Parameters
    ----------
    time_s
        The time.
    """
    return 3600 * max(math.ceil(time_s / 3600 - 1e-9), 1)


def sentences(*parts: str) -> str:
    """
    Join sentences to a note, leaving out empty ones.

    Parameters
    ----------
    *parts
        Sentences, with or without their full stop.
    """
    return " ".join(f"{part[0].upper()}{part[1:].rstrip('.')}." for part in parts if part)


def no_dynamism(options: ImportOptions) -> str:
    """
    Return a sentence if the user asked for a share of unknown orders where it means nothing.

    Parameters
    ----------
    options
        What the user chose.
    """
    return "dynamism has no effect here: orders come in one after the other" if options.dynamism_pct else ""
