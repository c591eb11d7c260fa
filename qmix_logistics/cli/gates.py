"""``--fail-if``: a bound on the difference between a policy and its reference."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.evaluation.kpis import KPIS, Better
from qmix_logistics.scenario.messages import did_you_mean
from qmix_logistics_reports.numbers import short, signed_pct

_GATE = re.compile(r"\s*(\w+)\s*([<>])\s*([-+]?\d*\.?\d+)\s*(%?)\s*")


@dataclass(frozen=True, slots=True)
class Gate:
    """
    Fails where a difference lies beyond a bound.

    Parameters
    ----------
    text
        As the user wrote it.
    kpi
        In which indicator.
    is_above
        Whether it fails above the bound, or else below it.
    bound
        The bound: in the indicator's unit, or as a share of the reference's mean.
    is_share
        Which of the two.
    """

    text: str
    kpi: str
    is_above: bool
    bound: float
    is_share: bool

    def fails(self, row: Mapping[str, Any], level: float, *, surely: bool) -> bool:
        """
        Tell whether a comparison fails.

        Parameters
        ----------
        row
            Of ``comparisons.csv``.
        level
            The reference's mean.
        surely
            Whether only a whole interval beyond the bound fails, and not the mean alone.
        """
        end = ("ci_low" if self.is_above else "ci_high") if surely else "difference"
        value = row[end]
        if self.is_share:
            value = value / abs(level) if level else float("inf") * value if value else 0.0
        return bool(value > self.bound if self.is_above else value < self.bound)

    def sentence(self, row: Mapping[str, Any], level: float) -> str:
        """
        Return how a comparison stands.

        Parameters
        ----------
        row, level
            As for ``fails``.
        """
        values = [row[name] for name in ("difference", "ci_low", "ci_high")]
        if self.is_share and level:
            mean, low, high = (signed_pct(value / abs(level)) for value in values)
        else:
            mean, low, high = (short(value, 4) for value in values)
        return f"{row['policy']} against {row['reference']}, {self.kpi}: {mean} [{low}, {high}]"


def gates_of(texts: Sequence[str]) -> list[Gate]:
    """
    Return the gates that a user has written.

    Parameters
    ----------
    texts
        Such as ``total_cost>+2%`` or ``on_time_pct<-1``.

    Raises
    ------
    ScenarioError
        If one names no indicator, or no bound; it names all that do.
    """
    names = [kpi.name for kpi in KPIS if kpi.better is not Better.NEITHER]
    gates, problems = [], []
    for text in texts:
        match = _GATE.fullmatch(text)
        if match is None:
            message = "is no gate; expected an indicator, < or >, and a bound, such as 'total_cost>+2%'"
        elif match[1] not in names:
            message = f"names {match[1]}, which is no indicator with a direction.{did_you_mean(match[1], names)}"
        else:
            value = float(match[3]) / (100 if match[4] else 1)
            gates.append(Gate(text.strip(), match[1], match[2] == ">", value, match[4] == "%"))
            continue
        problems.append(Problem(f"--fail-if {text}", 0, 0, "", message))
    if problems:
        raise ScenarioError(problems)
    return gates
