"""The few indicators that a reader looks for first, of the policy that the report is about beside the reference."""

from __future__ import annotations

import math
from dataclasses import dataclass

from qmix_logistics.evaluation.kpis import KPIS, Kpi
from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.shown import Number, Phrase
from qmix_logistics_reports.tables import Tables

SHOWN = {
    "total_cost": "cost of a day",
    "on_time_pct": "orders on time",
    "lead_time_p95_s": "95 % of orders done within",
    "empty_travel_pct": "distance driven empty",
    "time_idle_pct": "vehicle time idle",
}
"""Indicators, and what they are called here."""


@dataclass(frozen=True, slots=True)
class Tile:
    """
    An indicator of two policies.

    Parameters
    ----------
    name, unit
        Which.
    ours, theirs
        Means of the policy and of the reference.
    change
        The paired difference with its interval, in words; empty where there is none.
    verdict
        What it says; empty for an indicator without direction.
    """

    name: str
    unit: str
    ours: Number
    theirs: Number
    change: str
    verdict: str


def tiles(result: ExperimentResult, policy: str) -> list[Tile]:
    """
    Return the indicators that both policies have.

    Parameters
    ----------
    result
        The experiment.
    policy
        Whom the report is about.
    """
    tables = Tables(result)
    kpis = {kpi.name: kpi for kpi in KPIS}
    found = [_tile(tables, kpis[kpi], name, policy, result.reference) for kpi, name in SHOWN.items()]
    return [tile for tile in found if math.isfinite(tile.ours.value) and math.isfinite(tile.theirs.value)]


def _tile(tables: Tables, kpi: Kpi, name: str, policy: str, reference: str) -> Tile:
    compared = tables.compared(policy, reference, kpi.name)
    ours, theirs = tables.kpi(policy, kpi.name), tables.kpi(reference, kpi.name)
    unit = "" if kpi.unit == "cost" else kpi.unit
    if compared is None:
        return Tile(name, unit, ours, theirs, "", "")
    if kpi.unit == "%" or not compared.has_share:
        parts = [compared.cell(column, "signed:3") for column in ("difference", "ci_low", "ci_high")]
        suffix = " points" if kpi.unit == "%" else ""
    else:
        parts, suffix = [compared.share(column) for column in ("difference", "ci_low", "ci_high")], ""
    interval = (" (", parts[1], " to ", parts[2], ")") if compared.has_interval else ()
    return Tile(name, unit, ours, theirs, Phrase(parts[0], suffix, *interval), compared.verdict)
