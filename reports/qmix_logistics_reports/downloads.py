"""What can be had from a report: the files beside it, and one table inside it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from qmix_logistics.evaluation.result import ExperimentResult

FILES = (
    ("kpis.csv", "mean and interval of every KPI for every policy"),
    ("replications.csv", "every KPI of every policy on every day"),
    ("comparisons.csv", "differences between policies on the same days"),
    ("training.csv", "learning curves"),
    ("timings.csv", "how long decisions and trainings took"),
    ("provenance.json", "versions, seed, machine, command"),
    ("scenario.yaml", "the scenario, every default spelt out"),
)


@dataclass(frozen=True, slots=True)
class Downloads:
    """
    Files beside the report and inside it.

    Parameters
    ----------
    files
        Names of files and folders beside the report, and what is in them.
    kpis_uri
        ``kpis.csv`` as a data URI: it comes along when the report is sent to someone.
    """

    files: tuple[tuple[str, str], ...]
    kpis_uri: str


def downloads(result: ExperimentResult) -> Downloads:
    """
    Return what can be had from a report.

    Parameters
    ----------
    result
        The experiment.
    """
    found = list(FILES)
    has_records = result.scenario.report.records != "none"
    found.append(("units/", f"{'records and KPIs' if has_records else 'KPIs'} of every policy on every day"))
    if any(contender.has_training for contender in result.contenders):
        found.append(("policy/", "trained policies"))
    table = result.kpis.to_csv(index=False, lineterminator="\n")
    return Downloads(tuple(found), f"data:text/csv;charset=utf-8,{quote(table, safe=_PLAIN)}")


_PLAIN = ",/:;=()*!$'@[]?"
"""Characters that may stand in a data URI as they are."""
