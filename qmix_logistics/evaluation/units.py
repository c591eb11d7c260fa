"""One policy plays one test day: the unit of an experiment."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from qmix_logistics.episode import DecisionTimes, PlayedDay, Policy, no_time, play
from qmix_logistics.evaluation.kpis import RecordedDay, compute_kpis
from qmix_logistics.evaluation.record_table import read_record_table
from qmix_logistics.evaluation.run_folder import committed, read_json, write_csv, write_json
from qmix_logistics.simulation import (
    DayKey,
    DayRecords,
    DemandModel,
    End,
    OrderRecord,
    OrderStatus,
    Purpose,
    SegmentRecord,
    Simulator,
    Site,
    Split,
    StopKind,
    StopRecord,
    TaskRecord,
    VehicleState,
    VisitRecord,
    day_stream,
)


def play_unit(
    folder: Path,
    site: Site,
    demand: DemandModel,
    policy: Policy,
    day: int,
    seed: int,
    decision_time_s: DecisionTimes = no_time,
    *,
    records: str,
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
    decision_time_s
        How long each decision takes in the simulated day.
    records
        How to write all records: ``csv``, ``parquet``, or ``none``: KPIs only.
    """
    key = DayKey(Split.TEST, day)
    realised = demand.realise(key)
    played = play(Simulator(site), policy, realised, day_stream(seed, key, Purpose.POLICY), decision_time_s)
    with committed(folder) as unfinished:
        if records != "none":
            write_records(unfinished, played, as_parquet=records == "parquet")
        kpis = compute_kpis(RecordedDay(played.records, site))
        head = {"day": realised.label, "end": played.records.end.value, "plans_cut_off": policy.num_cut_off}
        write_json(unfinished / "kpis.json", head | {"kpis": kpis})
        times_ms = [[round(1e6 * seconds) / 1000] for seconds in played.decision_s]
        write_csv(unfinished / "timings.csv", ["decision_ms"], times_ms)


def write_records(folder: Path, played: PlayedDay, *, as_parquet: bool = False) -> None:
    """
    Write a day's records as CSV or Parquet.

    Parameters
    ----------
    folder
        Where to.
    played
        The day.
    as_parquet
        Whether as Parquet: the same columns, typed, with nothing where the CSV has an empty cell.
    """
    tables: tuple[tuple[str, tuple[str, ...], Sequence[tuple[Any, ...]]], ...] = (
        ("orders", OrderRecord._fields, played.records.orders),
        ("tasks", TaskRecord._fields, played.records.tasks),
        ("stops", StopRecord._fields, played.records.stops),
        ("vehicles", SegmentRecord._fields, played.records.segments),
        ("visits", VisitRecord._fields, played.records.visits),
    )
    for name, fields, rows in tables:
        cells = [[_cell(value) for value in row] for row in rows]
        if as_parquet:
            pd.DataFrame(cells, columns=list(fields)).to_parquet(folder / f"{name}.parquet", index=False)
        else:
            write_csv(folder / f"{name}.csv", fields, cells)


def read_records(folder: Path) -> DayRecords:
    """
    Read orders, tasks and stops of a unit's records again; the rest stays empty.

    Parameters
    ----------
    folder
        The unit's.
    """
    orders, tasks, stops = (_rows(folder, name) for name in ("orders", "tasks", "stops"))
    records = DayRecords()
    for row in orders:
        row["status"] = OrderStatus[row["status"].upper()]
        records.orders.append(OrderRecord(**row))
    records.tasks = [TaskRecord(**row) for row in tasks]
    for row in stops:
        row["stop"], row["task"] = StopKind[row["stop"].upper()], None if row["task"] is None else int(row["task"])
        records.stops.append(StopRecord(**row))
    return records


def read_whole_day(folder: Path) -> DayRecords:
    """
    Read all of a unit's records again; what only KPIs tell stays 0.

    Parameters
    ----------
    folder
        The unit's.
    """
    records = read_records(folder)
    for row in _rows(folder, "vehicles"):
        row["state"] = VehicleState[row["state"].upper()]
        records.segments.append(SegmentRecord(**row))
    records.visits = [VisitRecord(**row) for row in _rows(folder, "visits")]
    records.end_s = max((segment.end_s for segment in records.segments), default=0.0)
    kpis = read_json(folder / "kpis.json")
    records.end, records.total_cost = End(kpis["end"]), kpis["kpis"]["total_cost"]
    return records


def _rows(folder: Path, name: str) -> list[dict[str, Any]]:
    """Return a table row by row; None where a cell is empty."""
    table = read_record_table(folder, name)
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [{str(column): value for column, value in row.items()} for row in rows]


def _cell(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.name.lower()
    return float(value) if isinstance(value, np.floating) else value
