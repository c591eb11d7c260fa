"""The policies of one finished run compared, or those of several that played the same days."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qmix_logistics.composition.reporting import load_result
from qmix_logistics.errors import ComparisonError
from qmix_logistics.evaluation.contender import Contender
from qmix_logistics.evaluation.run_folder import RunFolder, UnitKey
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.messages import did_you_mean
from qmix_logistics.scenario.policies import policy_name

if TYPE_CHECKING:
    import pandas as pd

    from qmix_logistics.evaluation.comparison import Settings
    from qmix_logistics.evaluation.result import ExperimentResult

MOST_SHOWN = 10
"""Days, or differing settings, that a message lists."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    Policies compared.

    Parameters
    ----------
    reference
        With whom; None: every policy with itself in the first run.
    comparisons
        As in ``comparisons.csv``; with several runs, policies are called ``run/policy``.
    kpis
        As in ``kpis.csv``, called likewise.
    scenario_differences
        In which settings the runs differ.
    confidence_pct
        Of the intervals.
    """

    reference: str | None
    comparisons: pd.DataFrame
    kpis: pd.DataFrame
    scenario_differences: tuple[str, ...]
    confidence_pct: float


def compare_within(folder: Path, reference: str | None = None) -> Comparison:
    """
    Return the comparisons of one run; without another reference, those of its report.

    Parameters
    ----------
    folder
        The run's.
    reference
        With whom policies are compared; None: with the run's own reference.

    Raises
    ------
    RunFolderError
        If it is no finished run.
    ComparisonError
        If there is no such policy.
    """
    from qmix_logistics.evaluation import comparison

    result = load_result(folder)
    names = [contender.name for contender in result.contenders]
    if reference is not None and reference not in names:
        raise _no_policy(reference, names)
    table = result.comparisons
    if reference not in (None, result.reference):
        settings = _settings(result, reference or result.reference)
        table = comparison.compare(result.replications, result.contenders, settings)
    percent = result.scenario.experiment.confidence_pct
    return Comparison(reference or result.reference, table, result.kpis, (), percent)


def compare_across(folders: Sequence[Path], reference: str | None = None, *, common_days: bool = False) -> Comparison:
    """
    Compare the policies of several runs that played the same days.

    Parameters
    ----------
    folders
        The runs'.
    reference
        ``policy`` of the first run that has it, or ``run/policy``: all others are compared with it. None: every policy
        is compared with the policy of the same name in the first run.
    common_days
        Whether to leave out days that not all runs have played.

    Raises
    ------
    RunFolderError
        If a folder holds no finished run.
    ComparisonError
        If days differ, or there is nothing to compare.
    """
    import pandas as pd

    from qmix_logistics.evaluation import comparison

    labels, results = _labels(folders), [load_result(folder) for folder in folders]
    days = _days_of_all(labels, results, common_days=common_days)
    for label, folder, result in zip(labels[1:], folders[1:], results[1:], strict=True):
        _demand_same_days((labels[0], folders[0], results[0]), (label, folder, result), days)
    by_run = [_labelled(result.contenders, label) for label, result in zip(labels, results, strict=True)]
    contenders = [contender for found in by_run for contender in found.values()]
    tables = []
    for label, result in zip(labels, results, strict=True):
        table = result.replications[result.replications["day"].isin(days)]
        tables.append(table.assign(policy=f"{label}/" + table["policy"]))
    replications = pd.concat(tables, ignore_index=True)
    if "regret_pct" in replications:
        replications["regret_pct"] = float("nan")  # each run knows its own best plans
    chosen = None if reference is None else _find(reference, [contender.name for contender in contenders])
    settings = _settings(results[0], chosen or contenders[0].name)
    pairs = _pairs_of(by_run, chosen)
    if not pairs:
        raise ComparisonError("The runs have no policy in common; name one to compare with: --reference RUN/POLICY")
    table = comparison.compare(replications, contenders, settings, lambda kpi: pairs)
    different = tuple(_scenario_differences([result.scenario for result in results]))
    if any(line.startswith("objective.") for line in different):
        table = table[~table["kpi"].map(_is_cost)].reset_index(drop=True)
    kpis = comparison.summarise_kpis("", replications, contenders, settings).drop(columns="scenario")
    return Comparison(chosen, table, kpis, different, results[0].scenario.experiment.confidence_pct)


def _is_cost(kpi: str) -> bool:
    return kpi.endswith("_cost")


def _labels(folders: Sequence[Path]) -> list[str]:
    names = [folder.resolve().name for folder in folders]
    return names if len(set(names)) == len(names) else [str(folder) for folder in folders]


def _labelled(contenders: Sequence[Contender], label: str) -> Mapping[str, Contender]:
    """Return the policies of a run under their names across runs, by their own names."""
    return {one.name: dataclasses.replace(one, name=f"{label}/{one.name}") for one in contenders}


def _pairs_of(by_run: Sequence[Mapping[str, Contender]], reference: str | None) -> list[tuple[Contender, Contender]]:
    if reference is None:
        first = by_run[0]
        return [(one, first[name]) for found in by_run[1:] for name, one in found.items() if name in first]
    known = {one.name: one for found in by_run for one in found.values()}
    return [(one, known[reference]) for one in known.values() if one.name != reference]


def _find(reference: str, names: Sequence[str]) -> str:
    found = [name for name in names if reference in (name, name.rpartition("/")[2])]
    if not found:
        raise _no_policy(reference, names)
    return found[0]


def _no_policy(name: str, known: Sequence[str]) -> ComparisonError:
    near = did_you_mean(name, known)
    expected = f"expected one of {', '.join(known)}"
    return ComparisonError(f"{name} is no policy of the run; {expected}{'.' * bool(near)}{near}")


def _settings(result: ExperimentResult, reference: str) -> Settings:
    from qmix_logistics.evaluation.comparison import Settings

    experiment = result.scenario.experiment
    return Settings(reference, experiment.confidence_pct / 100, experiment.indifference_pct / 100)


def _days_of_all(labels: Sequence[str], results: Sequence[ExperimentResult], *, common_days: bool) -> list[int]:
    """Return the days to compare on; demand that all runs have them, or take those that they have in common."""
    played = [set(result.replications["day"]) for result in results]
    common, every = set.intersection(*played), set.union(*played)
    if common_days and common:
        return sorted(common)
    if common != every:
        counts = ", ".join(f"{label} {len(days)}" for label, days in zip(labels, played, strict=True))
        raise ComparisonError(
            f"The runs did not play the same number of days ({counts}); compare those that all have with --common-days"
        )
    return sorted(common)


def _demand_same_days(
    first: tuple[str, Path, ExperimentResult], second: tuple[str, Path, ExperimentResult], days: Sequence[int]
) -> None:
    from qmix_logistics.evaluation.same_days import differing_days

    (label, folder, result), (other_label, other_folder, other) = first, second
    seeds = result.scenario.experiment.seed, other.scenario.experiment.seed
    found = [] if seeds[0] == seeds[1] else [f"experiment.seed is {seeds[0]} and {seeds[1]}"]
    if not found and "none" in (result.scenario.report.records, other.scenario.report.records):
        parts = ("network", "order_classes", "demand", "horizon", "disruptions")
        found = [f"{part} differs" for part in parts if getattr(result.scenario, part) != getattr(other.scenario, part)]
    elif not found:
        units = [(_a_unit(result, day), _a_unit(other, day)) for day in days]
        different = list(differing_days(RunFolder(folder), RunFolder(other_folder), units))
        found = [f"day {day}: {what}" for day, what in different]
    if found:
        more = f"\n  and {len(found) - MOST_SHOWN} more" if len(found) > MOST_SHOWN else ""
        listed = "".join(f"\n  {line}" for line in found[:MOST_SHOWN])
        raise ComparisonError(f"{label} and {other_label} did not play the same days:{listed}{more}")


def _a_unit(result: ExperimentResult, day: int) -> UnitKey:
    contender = result.contenders[0]
    return UnitKey(contender.name, contender.seeds(result.scenario.experiment.training_seeds)[0], day)


def _scenario_differences(specs: Sequence[ScenarioSpec]) -> Iterator[str]:
    """Say which settings differ between scenarios, each with its values in the order of the runs."""
    names = [{policy_name(entry) for entry in spec.policies} for spec in specs]
    shared = set.intersection(*names)
    flat = [dict(_flat("", _by_name(spec, shared))) for spec in specs]
    for key in dict.fromkeys(key for values in flat for key in values):
        values = [one.get(key, "absent") for one in flat]
        if any(value != values[0] for value in values) and not key.startswith(("name", "description", "report")):
            yield f"{key}: {', '.join(map(str, values))}"
    if any(found != shared for found in names):
        own = [", ".join(sorted(found - shared)) or "none" for found in names]
        yield f"policies: {'; '.join(own)} besides those of all"


def _by_name(spec: ScenarioSpec, policies: Collection[str]) -> Mapping[str, Any]:
    """Return a scenario with some of its policies by name, since their order does not matter."""
    values, entries = spec.model_dump(mode="json"), {policy_name(entry): entry for entry in spec.policies}
    values["policies"] = {name: entries[name].model_dump(mode="json") for name in sorted(policies)}
    return values


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _flat(f"{prefix}.{key}" if prefix else str(key), entry)
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _flat(f"{prefix}.{index}", entry)
    else:
        yield prefix, value
