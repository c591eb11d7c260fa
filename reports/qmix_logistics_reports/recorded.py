"""What the report shows from the records of days; or, where there are none, why it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from qmix_logistics.errors import ScenarioError
from qmix_logistics.evaluation.arc_load import VEHICLE_COLUMNS, arc_loads
from qmix_logistics.evaluation.record_table import has_record_table, read_record_table
from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics.evaluation.run_folder import UnitKey
from qmix_logistics.evaluation.service import ORDER_COLUMNS, Service, service_over_time
from qmix_logistics.evaluation.typical_day import typical_day, typical_seed
from qmix_logistics.evaluation.warm_up_alert import units_of
from qmix_logistics.scenario.demand import TraceDemand
from qmix_logistics.scenario.layout import build_layout
from qmix_logistics_reports.figures.figure import Figure
from qmix_logistics_reports.figures.gantt_figure import gantt
from qmix_logistics_reports.figures.heat_figure import heat_map
from qmix_logistics_reports.figures.look import NUM_LOOKS, looks_of
from qmix_logistics_reports.figures.service_figure import service_figure
from qmix_logistics_reports.reading import focus_of, ranking


@dataclass(frozen=True, slots=True)
class Section:
    """
    Figures with their titles, or why there are none.

    Parameters
    ----------
    figures
        The figures.
    missing
        Why there are none, and what to do about it.
    """

    figures: tuple[tuple[str, Figure], ...] = ()
    missing: str = ""


@dataclass(frozen=True, slots=True)
class TypicalDay:
    """
    The day that is shown where only one can be, and who plays it.

    Parameters
    ----------
    number, label
        Which day.
    units
        The policies shown, each with its unit.
    """

    number: int
    label: str
    units: dict[str, UnitKey]


class _MissingError(Exception):
    """Records are not there; says why."""


def typical_units(result: ExperimentResult) -> TypicalDay:
    """
    Return the day that is most like the others, played by the policy that the report is about and by the reference.

    Parameters
    ----------
    result
        The experiment.
    """
    focus = focus_of(result) or result.reference
    table = result.replications
    day = typical_day(table, focus, result.reference)
    label = str(table.loc[table["day"] == day, "day_label"].iloc[0])
    policies = dict.fromkeys([focus, result.reference])
    return TypicalDay(day, label, {name: UnitKey(name, typical_seed(table, name), day) for name in policies})


def service_section(result: ExperimentResult) -> Section:
    """
    Return the service over the day of as many policies as can be told apart.

    Parameters
    ----------
    result
        The experiment.
    """
    looks, focus = looks_of(result), focus_of(result)
    first = [name for name in (focus, result.reference) if name]
    drawn = list(dict.fromkeys([*first, *ranking(result)]))[: NUM_LOOKS - 1]
    horizon = result.scenario.horizon
    length_s = result.replications.groupby("policy")["day_length_s"].max()
    until_s = max(horizon.demand_s, max(float(length_s[name]) for name in drawn))
    services: dict[str, Service] = {}
    try:
        for name in drawn:
            days = [_records(result, unit, "orders", ORDER_COLUMNS) for unit in units_of(result.replications, name)]
            services[name] = service_over_time(days, until_s)
    except _MissingError as error:
        return Section(missing=str(error))
    figure = service_figure(
        services,
        looks,
        horizon.demand_s,
        _starts_s(result),
        is_steady=horizon.drain_s == 0,
        num_left_out=len(result.contenders) - len(services),
    )
    return Section((("Throughput, open orders, orders on time", figure),))


def traffic_section(result: ExperimentResult) -> Section:
    """
    Return where vehicles drove and stood blocked on the shown day.

    Parameters
    ----------
    result
        The experiment.
    """
    shown, site = typical_units(result), result.site
    try:
        if site is None:
            raise _MissingError(_NO_SITE)
        layout = build_layout(result.scenario.network)
        tables = {name: _records(result, unit, "vehicles", VEHICLE_COLUMNS) for name, unit in shown.units.items()}
    except ScenarioError:
        return Section(missing=_NO_SITE)
    except _MissingError as error:
        return Section(missing=str(error))
    loads = {name: arc_loads(table, layout, site, result.scenario) for name, table in tables.items()}
    is_exact = all("lane" in table and table["lane"].notna().any() for table in tables.values())
    return Section((("Traffic on the site", heat_map(loads, layout, shown.label, is_exact=is_exact)),))


def vehicles_section(result: ExperimentResult) -> Section:
    """
    Return what each vehicle did on the shown day.

    Parameters
    ----------
    result
        The experiment.
    """
    shown, columns = typical_units(result), ("vehicle", "state", "start_s", "end_s")
    try:
        tables = {name: _records(result, unit, "vehicles", columns) for name, unit in shown.units.items()}
    except _MissingError as error:
        return Section(missing=str(error))
    starts_s = _starts_s(result)
    return Section(
        tuple(
            (f"Each vehicle's day under {name}", gantt(table, name, shown.label, starts_s))
            for name, table in tables.items()
        )
    )


_NO_SITE = (
    "The files of the network that the scenario names are no longer where they were, so there is no map to draw on. "
    "Put them back, and make the report again."
)


def _records(result: ExperimentResult, unit: UnitKey, name: str, columns: Sequence[str]) -> pd.DataFrame:
    if result.scenario.report.records == "none":
        raise _MissingError(
            "This run was written without the records of its days (report.records: none), which this needs. Run it "
            "again, with report.records set to csv."
        )
    if not has_record_table(result.run.unit(unit), name):
        raise _MissingError(
            f"The records of units/{unit} are not there, which this needs. Remove that folder, and run again with "
            "--resume: the day is played again."
        )
    return read_record_table(result.run.unit(unit), name, columns)


def _starts_s(result: ExperimentResult) -> float:
    demand = result.scenario.demand
    return demand.day_starts_s if isinstance(demand, TraceDemand) else 0.0
