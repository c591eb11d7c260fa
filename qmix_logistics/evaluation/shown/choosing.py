"""Which day a report shows, of which policies: the day whose cost difference is the median one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from qmix_logistics.evaluation.contender import Contender
from qmix_logistics.evaluation.kpis import PRIMARY_KPI
from qmix_logistics.evaluation.run_folder import UnitKey
from qmix_logistics.evaluation.typical_day import typical_day, typical_seed

MAX_POLICIES = 3
"""So many policies fit beside each other."""


@dataclass(frozen=True, slots=True)
class Choice:
    """
    What is shown.

    Parameters
    ----------
    day
        Number of the test day.
    focus
        The policy that it is about: the cheapest learned one, or else the cheapest other than the reference.
    training_seed
        Which of its trainings: the one whose mean cost is the median one.
    against
        Whom its cost is compared with.
    difference
        The day's cost under the focus, the mean over its trainings, less that under the other; NaN where there is no
        other.
    num_days
        Days among which it was chosen.
    baseline
        The cheapest policy that is not learned; None if there is none.
    units
        The policies side by side on that day.
    """

    day: int
    focus: str
    training_seed: int
    against: str
    difference: float
    num_days: int
    baseline: str | None
    units: tuple[UnitKey, ...]


def choose(
    replications: pd.DataFrame, contenders: Sequence[Contender], reference: str, wanted: Sequence[str] = ()
) -> Choice:
    """
    Choose a day and policies.

    Parameters
    ----------
    replications
        One row for each policy, training seed and day.
    contenders
        The policies, in the scenario's order.
    reference
        The policy that the others are compared with.
    wanted
        Names of the policies to show; by default the focus, the cheapest baseline, and the reference.
    """
    costs = {
        contender.name: rows.pivot_table(PRIMARY_KPI, "training_seed", "day")
        for contender in contenders
        if len(rows := replications[replications["policy"] == contender.name])
    }
    means = {name: float(table.to_numpy().mean()) for name, table in costs.items()}
    learned = [c.name for c in contenders if c.is_learned and c.name != reference]
    others = [c.name for c in contenders if not c.is_learned]
    rest = learned or [c.name for c in contenders if c.name != reference] or [reference]
    focus = min(rest, key=means.__getitem__)
    baseline = min(others, key=means.__getitem__) if others else None
    seeds = {name: typical_seed(replications, name) for name in costs}
    by_day = {name: table.mean(axis=0) for name, table in costs.items()}
    differences = by_day[focus] - by_day[reference] if focus != reference else by_day[focus]
    day = typical_day(replications, focus, reference)
    shown = [name for name in wanted if name in costs] or [focus, *([baseline] if baseline else []), reference]
    shown = list(dict.fromkeys(shown))[:MAX_POLICIES]
    return Choice(
        day=day,
        focus=focus,
        training_seed=seeds[focus],
        against=reference,
        difference=float(differences[day]) if focus != reference else float("nan"),
        num_days=len(differences),
        baseline=baseline,
        units=tuple(UnitKey(name, seeds[name], day) for name in shown),
    )
