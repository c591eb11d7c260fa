"""Cells of an experiment's tables by what they are about, each with where it stands in the CSV files."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qmix_logistics.evaluation.comparison import ALL_SEEDS
from qmix_logistics.evaluation.kpis import PRIMARY_KPI
from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.reading import records
from qmix_logistics_reports.shown import Number

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Compared:
    """
    A comparison of two policies in a KPI, as numbers that know their source.

    Parameters
    ----------
    row, number
        The row of ``comparisons.csv``, and which.
    level
        The reference's mean.
    """

    row: Row
    number: int
    level: Number

    @property
    def verdict(self) -> str:
        """In a word."""
        return str(self.row["verdict"])

    @property
    def has_interval(self) -> bool:
        """Whether there was more than one day."""
        return math.isfinite(self.row["ci_low"])

    @property
    def has_share(self) -> bool:
        """Whether the difference can be told as a share of the reference."""
        return bool(self.level.value)

    def cell(self, column: str, form: str) -> Number:
        """
        Return a cell of the row.

        Parameters
        ----------
        column
            Which.
        form
            How it is written.
        """
        return Number(self.row[column], form, f"comparisons.csv#{self.number}.{column}")

    def share(self, column: str, form: str = "signed_pct:1") -> Number:
        """
        Return the difference, or a bound of its interval, as a share of the reference's mean.

        Parameters
        ----------
        column
            ``difference``, ``ci_low`` or ``ci_high``.
        form
            How it is written.
        """
        value = self.row[column] / self.level.value if self.has_share else math.nan
        return Number(value, form, f"comparisons.csv#{self.number}.{column}/{self.level.source}")


class Tables:
    """
    The tables of an experiment.

    Parameters
    ----------
    result
        The experiment.
    """

    def __init__(self, result: ExperimentResult) -> None:
        self._result = result
        self._kpis = {(row["policy"], row["kpi"]): (n, row) for n, row in enumerate(records(result.kpis), 1)}
        self._compared = {
            (row["policy"], row["reference"], row["kpi"]): (number, row)
            for number, row in enumerate(records(result.comparisons), 1)
            if row["training_seed"] == ALL_SEEDS
        }

    def kpi(self, policy: str, kpi: str, column: str = "mean", form: str = "short:3") -> Number:
        """
        Return a policy's mean in a KPI, or a bound of its interval.

        Parameters
        ----------
        policy, kpi
            Which row.
        column
            ``mean``, ``ci_low`` or ``ci_high``.
        form
            How it is written.
        """
        number, row = self._kpis[policy, kpi]
        return Number(row[column], form, f"kpis.csv#{number}.{column}")

    def compared(self, policy: str, reference: str, kpi: str = PRIMARY_KPI) -> Compared | None:
        """
        Return the comparison of two policies, the mean over all trainings; None if they are not compared.

        Parameters
        ----------
        policy, reference, kpi
            Which.
        """
        found = self._compared.get((policy, reference, kpi))
        return None if found is None else Compared(found[1], found[0], self.kpi(reference, kpi))

    def days(self, policy: str, kpi: str = PRIMARY_KPI, form: str = "short:3") -> list[tuple[Row, Number]]:
        """
        Return a policy's replications in a KPI: for each training and day what it was, and the number.

        Parameters
        ----------
        policy, kpi
            Which.
        form
            How it is written.
        """
        table = self._result.replications
        rows = records(table.loc[table["policy"] == policy, ["training_seed", "day", "day_label", kpi]])
        numbers = self._rows("replications", policy)
        return [
            (row, Number(row[kpi], form, f"replications.csv#{number}.{kpi}"))
            for number, row in zip(numbers, rows, strict=True)
        ]

    def quantile(self, policy: str, kpi: str, share: float, form: str = "short:3") -> Number:
        """
        Return a quantile over a policy's replications.

        Parameters
        ----------
        policy, kpi
            Which.
        share
            Which quantile, in hundredths.
        form
            How it is written.
        """
        table, numbers = self._result.replications, self._rows("replications", policy)
        value = float(table.loc[table["policy"] == policy, kpi].quantile(share))
        source = f"p{100 * share:02.0f}:replications.csv#{_span(numbers)}.{kpi}"
        return Number(value, form, source)

    def timing(self, policy: str, what: str, column: str, form: str = "short:3", *, total: bool = False) -> Number:
        """
        Return a clock reading, the mean over trainings, or their sum.

        Parameters
        ----------
        policy
            Whose.
        what
            ``training`` or ``decision``.
        column
            Which reading.
        form
            How it is written.
        total
            Whether the sum is meant.
        """
        table = self._result.timings
        is_wanted = (table["policy"] == policy) & (table["what"] == what)
        values, numbers = table.loc[is_wanted, column], _numbers(is_wanted)
        if not numbers:
            return Number(None, form, "")
        head = "sum:" if total else ""
        value = float(values.sum() if total else values.mean())
        return Number(value, form, f"{head}timings.csv#{_span(numbers)}.{column}")

    def _rows(self, name: str, policy: str) -> list[int]:
        table = {"replications": self._result.replications}[name]
        return _numbers(table["policy"] == policy)


def _numbers(is_wanted: Any) -> list[int]:
    return [number for number, wanted in enumerate(is_wanted.tolist(), 1) if wanted]


def _span(numbers: Sequence[int]) -> str:
    """Return numbers of rows as ``3``, ``3..9`` or ``3+7``."""
    if len(numbers) == numbers[-1] - numbers[0] + 1:
        return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}..{numbers[-1]}"
    return "+".join(map(str, numbers))
