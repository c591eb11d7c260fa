"""One policy plays one test day: the unit of an experiment."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qmix_logistics.episode import PlayedDay, Policy, play
from qmix_logistics.evaluation.kpis import RecordedDay, compute_kpis
from qmix_logistics.evaluation.run_folder import committed, write_csv, write_json
from qmix_logistics.simulation import (
    DayKey,
    DemandModel,
    OrderRecord,
    Purpose,
    SegmentRecord,
    Simulator,
    Site,
    Split,
    TaskRecord,
    VisitRecord,
    day_stream,
)


def play_unit(
    folder: Path, site: Site, demand: DemandModel, policy: Policy, day: int, seed: int, *, records: bool
) -> None:
    """
    Let a policy play a test day, and commit records, KPIs and decision times.

    Parameters
    ----------
    folder
        Where to.
    site
        The site.
    demand
        Where days come from.
    policy
        Who plays.
    day
        Number of the test day, from 0.
    seed
        Root of all seeds.
    records
        Whether to write all records, or KPIs only.
    """
    key = DayKey(Split.TEST, day)
    realised = demand.realise(key)
    played = play(Simulator(site), policy, realised, day_stream(seed, key, Purpose.POLICY))
    with committed(folder) as unfinished:
        if records:
            write_records(unfinished, played)
        kpis = compute_kpis(RecordedDay(played.records, site))
        head = {"day": realised.label, "end": played.records.end.value, "plans_cut_off": policy.num_cut_off}
        write_json(unfinished / "kpis.json", head | {"kpis": kpis})
        write_csv(unfinished / "timings.csv", ["decision_ms"], [[1000 * seconds] for seconds in played.decision_s])


def write_records(folder: Path, played: PlayedDay) -> None:
    """
    Write a day's records as CSV.

    Parameters
    ----------
    folder
        Where to.
    played
        The day.
    """
    tables: tuple[tuple[str, tuple[str, ...], Sequence[tuple[Any, ...]]], ...] = (
        ("orders", OrderRecord._fields, played.records.orders),
        ("tasks", TaskRecord._fields, played.records.tasks),
        ("vehicles", SegmentRecord._fields, played.records.segments),
        ("visits", VisitRecord._fields, played.records.visits),
    )
    for name, fields, rows in tables:
        write_csv(folder / f"{name}.csv", fields, [[_cell(value) for value in row] for row in rows])


def _cell(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.name.lower()
    return float(value) if isinstance(value, np.floating) else value
