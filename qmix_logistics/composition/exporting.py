"""A run, handed on: its policy, or its results in formats of others."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_never

from qmix_logistics.composition.building import world_of
from qmix_logistics.composition.packing import export_policy
from qmix_logistics.composition.reporting import load_result
from qmix_logistics.errors import ExportError
from qmix_logistics.evaluation.export_format import ExportFormat
from qmix_logistics.evaluation.run_folder import RunFolder, UnitKey, committed, write_atomically
from qmix_logistics.evaluation.units import read_whole_day
from qmix_logistics.scenario.demand import TraceDemand

if TYPE_CHECKING:
    from qmix_logistics.evaluation.result import ExperimentResult


@dataclass(frozen=True, slots=True)
class Selection:
    """
    Which days of which policies are exported.

    Parameters
    ----------
    policy
        Name; None: all.
    training_seed
        Which training, from 1; 0 for what is not trained; None: all.
    day
        Number of the test day, from 0; None: all.
    """

    policy: str | None = None
    training_seed: int | None = None
    day: int | None = None

    def has(self, unit: UnitKey) -> bool:
        """
        Tell whether a unit is selected.

        Parameters
        ----------
        unit
            The unit.
        """
        return (
            self.policy in (None, unit.policy)
            and self.training_seed in (None, unit.training_seed)
            and self.day in (None, unit.day)
        )


def export_run(run: Path, out: Path, kind: ExportFormat, selection: Selection) -> Path:
    """
    Write a trained policy, or the results of a finished run in another format.

    Parameters
    ----------
    run
        Its folder.
    out
        The new folder.
    kind
        The format.
    selection
        Which policy; or which days of which policies, where a format has them (event logs, tracks, records).

    Returns
    -------
    The new folder.

    Raises
    ------
    RunFolderError
        If there is no finished run.
    DeploymentError
        If there is no such policy, or the folder exists.
    ExportError
        If the folder exists, nothing is selected, or the run lacks what the format needs.
    """
    if kind is ExportFormat.POLICY:
        return export_policy(run, out, selection.policy, selection.training_seed)
    if out.exists():
        raise ExportError(f"{out} exists; name another folder with -o")
    result = load_result(run)
    units = [unit for unit in _units(result) if selection.has(unit)]
    if not units:
        names = ", ".join(contender.name for contender in result.contenders)
        raise ExportError(f"{run} has no such days; its policies are {names}, its test days 0 to {_last_day(result)}")
    if (
        kind in (ExportFormat.OCEL, ExportFormat.GEOJSON, ExportFormat.PARQUET)
        and result.scenario.report.records == "none"
    ):
        raise ExportError(f"{run} was written without records (report.records: none); {kind} needs them")
    out.parent.mkdir(parents=True, exist_ok=True)
    with committed(out) as folder:
        _write(kind, result, RunFolder(run), units, folder)
    return out


def _write(kind: ExportFormat, result: ExperimentResult, run: RunFolder, units: list[UnitKey], folder: Path) -> None:
    match kind:
        case ExportFormat.OCEL:
            _write_event_logs(result, run, units, folder)
        case ExportFormat.GEOJSON:
            _write_maps(result, run, units, folder)
        case ExportFormat.MARL_EVAL:
            from qmix_logistics_reports.exports import marl_eval

            _dump(folder / "learning.json", marl_eval.learning_data(result))
            _dump(folder / "final.json", marl_eval.final_data(result))
        case ExportFormat.PARQUET:
            from qmix_logistics_reports.exports import parquet_files

            parquet_files.write_tables(result, folder)
            parquet_files.write_records(run, units, folder)
        case ExportFormat.FIGURES:
            from qmix_logistics_reports.exports.figure_files import write_figures

            write_figures(result, folder)
        case ExportFormat.POLICY:
            raise AssertionError("a policy is no result")
        case _:
            assert_never(kind)


def _write_event_logs(result: ExperimentResult, run: RunFolder, units: list[UnitKey], folder: Path) -> None:
    """Write one log for each policy and training, with all of its days."""
    from qmix_logistics_reports.exports.ocel import LoggedDay, ocel_log, starts_of_days

    spec = result.scenario
    labels = result.replications.drop_duplicates("day").set_index("day")["day_label"].sort_index()
    day_starts_s = spec.demand.day_starts_s if isinstance(spec.demand, TraceDemand) else 0.0
    length_s = spec.horizon.demand_s + spec.horizon.drain_s
    starts = dict(zip(labels.index, starts_of_days(labels.tolist(), length_s, day_starts_s), strict=True))
    classes = {name: vehicle_class.id for name, vehicle_class in _classes(result).items()}
    for (policy, seed), own in _by_training(units):
        days = [LoggedDay(str(labels[unit.day]), starts[unit.day], read_whole_day(run.unit(unit))) for unit in own]
        _dump(folder / f"{policy}-{seed}.json", ocel_log(days, classes))


def _write_maps(result: ExperimentResult, run: RunFolder, units: list[UnitKey], folder: Path) -> None:
    """Write the site, and the tracks of each unit."""
    from qmix_logistics_reports.exports.geojson import map_of, site_collection, track_collection

    map_, classes = map_of(result.scenario), _classes(result)
    _dump(folder / "site.geojson", site_collection(map_))
    for unit in units:
        about = {"policy": unit.policy, "training_seed": unit.training_seed, "day": unit.day}
        records = read_whole_day(run.unit(unit))
        _dump(folder / "tracks" / f"{unit}.geojson", track_collection(map_, records, classes, about))


def _units(result: ExperimentResult) -> list[UnitKey]:
    """Return the units of a result, in the order of ``replications.csv``."""
    table = result.replications
    rows = zip(table["policy"], table["training_seed"], table["day"], strict=True)
    return [UnitKey(str(policy), int(seed), int(day)) for policy, seed, day in rows]


def _classes(result: ExperimentResult) -> Mapping[str, Any]:
    fleet = world_of(result.scenario.model_dump_json()).site.fleet
    return dict(zip(fleet.names, fleet.classes, strict=True))


def _by_training(units: list[UnitKey]) -> Iterator[tuple[tuple[str, int], list[UnitKey]]]:
    for policy, seed in dict.fromkeys((unit.policy, unit.training_seed) for unit in units):
        yield (policy, seed), [unit for unit in units if (unit.policy, unit.training_seed) == (policy, seed)]


def _last_day(result: ExperimentResult) -> int:
    return int(result.replications["day"].max())


def _dump(path: Path, document: Mapping[str, Any]) -> None:
    write_atomically(path, json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n")
