"""The tables of a run as CSV, numbers in full precision."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from qmix_logistics.evaluation.result import ExperimentResult

HIDDEN = ["plans_cut_off"]
"""Columns of the replications that are for alerts only."""


def write_tables(result: ExperimentResult, folder: Path) -> None:
    """
    Write ``kpis.csv``, ``replications.csv``, ``comparisons.csv``, ``training.csv`` and ``timings.csv``.

    Parameters
    ----------
    result
        What to write.
    folder
        Where to.
    """
    scenario = pd.DataFrame({"scenario": [result.scenario.name] * len(result.replications)})
    replications = pd.concat([scenario, result.replications.drop(columns=HIDDEN)], axis=1)
    for name, table in (
        ("kpis", result.kpis),
        ("replications", replications),
        ("comparisons", result.comparisons),
        ("training", result.training),
        ("timings", result.timings),
    ):
        unfinished = folder / f".unfinished-{name}.csv"
        table.to_csv(unfinished, index=False, lineterminator="\n")
        unfinished.replace(folder / f"{name}.csv")
