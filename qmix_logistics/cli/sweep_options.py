"""What a user writes behind ``--grid`` and ``--target``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qmix_logistics.composition.sweeping import Axis, Target
from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.evaluation.kpis import KPIS
from qmix_logistics.scenario.messages import did_you_mean

_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)(?::(\d+))?")
_TARGET = re.compile(r"\s*(\w+)\s*(>=|<=)\s*([-+.\deE]+)\s*")
MOST_VALUES = 200


def grid_of(texts: Sequence[str]) -> tuple[Axis, ...]:
    """
    Return the axes of a grid.

    Parameters
    ----------
    texts
        Such as ``fleet.0.count=4..12``.

    Raises
    ------
    ScenarioError
        If anything of it is wrong; it names all that is.
    """
    problems: list[Problem] = []
    axes = []
    for text in texts:
        key, equals, values = text.partition("=")
        found = _values(values) if equals and key else ()
        if not 1 <= len(found) <= MOST_VALUES:
            message = f"is no axis; expected key.path=4..12, key.path=4..12:2 or key.path=a,b,c, at most {MOST_VALUES}"
            problems.append(Problem(f"--grid {text}", 0, 0, "", message))
        axes.append(Axis(key, found))
    if problems:
        raise ScenarioError(problems)
    return tuple(axes)


def target_of(text: str) -> Target:
    """
    Return what a fleet must reach.

    Parameters
    ----------
    text
        Such as ``on_time_pct>=95``.

    Raises
    ------
    ScenarioError
        If it names no KPI or no number.
    """
    match, names = _TARGET.fullmatch(text), [kpi.name for kpi in KPIS]
    try:
        if match is not None and match[1] in names:
            return Target(match[1], is_least=match[2] == ">=", value=float(match[3]))
    except ValueError:
        pass
    near = did_you_mean(match[1], names) if match is not None else ""
    message = f"is no target; expected a KPI, >= or <=, and a number.{near or ' KPIs: ' + ', '.join(names)}"
    raise ScenarioError([Problem(f"--target {text}", 0, 0, "", message)])


def _values(text: str) -> tuple[str, ...]:
    match = _RANGE.fullmatch(text.strip())
    if match is not None:
        return tuple(str(value) for value in range(int(match[1]), int(match[2]) + 1, int(match[3] or 1) or 1))
    return tuple(part.strip() for part in text.split(",") if part.strip())
