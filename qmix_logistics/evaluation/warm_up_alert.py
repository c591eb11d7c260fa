"""Whether the days of a steady state are long enough to tell where it begins."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from qmix_logistics.evaluation.alert import Alert, AlertKind, Severity
from qmix_logistics.evaluation.record_table import has_record_table, read_record_table
from qmix_logistics.evaluation.run_folder import RunFolder, UnitKey
from qmix_logistics.evaluation.service import ORDER_COLUMNS, service_over_time
from qmix_logistics.scenario import ScenarioSpec


def about_warm_up(spec: ScenarioSpec, run: RunFolder, replications: pd.DataFrame) -> Iterator[Alert]:
    """
    Tell under which policies open orders reach no steady state, by MSER-5; nothing of days that end by draining.

    Parameters
    ----------
    spec
        The scenario.
    run
        Its folder; without records there is nothing to tell.
    replications
        One row for each policy, training seed and day.
    """
    if spec.horizon.drain_s > 0:
        return
    unsettled = []
    for policy in replications["policy"].unique().tolist():
        units = units_of(replications, policy)
        places = [run.unit(unit) for unit in units if has_record_table(run.unit(unit), "orders")]
        known = [read_record_table(place, "orders", ORDER_COLUMNS) for place in places]
        if known and service_over_time(known, spec.horizon.demand_s).warm_up_s is None:
            unsettled.append(policy)
    if unsettled:
        text = f"Open orders reach no steady state under {', '.join(unsettled)}: no steady state can be claimed."
        remedy = "Lengthen horizon.demand_s; if the fleet cannot keep up, no length is enough."
        yield Alert(AlertKind.NO_STEADY_STATE, Severity.WARNING, text, remedy)


def units_of(replications: pd.DataFrame, policy: str) -> list[UnitKey]:
    """
    Return the units that a policy played.

    Parameters
    ----------
    replications
        One row for each policy, training seed and day.
    policy
        Its name.
    """
    rows = replications.loc[replications["policy"] == policy, ["training_seed", "day"]].itertuples(index=False)
    return [UnitKey(policy, int(seed), int(day)) for seed, day in rows]
