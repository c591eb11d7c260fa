"""All indicators of all policies."""

from __future__ import annotations

from dataclasses import dataclass

from qmix_logistics.evaluation.kpis import KPIS
from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.shown import Number
from qmix_logistics_reports.tables import Tables


@dataclass(frozen=True, slots=True)
class KpiRow:
    """
    An indicator of all policies.

    Parameters
    ----------
    name, unit, formula
        Which.
    cells
        For each policy its mean, and the verdict against the reference, if any.
    """

    name: str
    unit: str
    formula: str
    cells: tuple[tuple[Number, str], ...]


def kpi_table(result: ExperimentResult) -> list[KpiRow]:
    """
    Return a row for each indicator, a cell for each policy in the scenario's order.

    Parameters
    ----------
    result
        The experiment.
    """
    tables = Tables(result)
    rows = []
    for kpi in KPIS:
        cells = []
        for contender in result.contenders:
            compared = tables.compared(contender.name, result.reference, kpi.name)
            verdict = compared.verdict if compared and compared.verdict in ("better", "worse") else ""
            cells.append((tables.kpi(contender.name, kpi.name, "mean", "short:4"), verdict))
        rows.append(KpiRow(kpi.name, kpi.unit, kpi.formula, tuple(cells)))
    return rows
