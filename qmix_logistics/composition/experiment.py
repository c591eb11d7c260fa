"""An experiment from scenario to report."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qmix_logistics import __version__
from qmix_logistics.composition.building import hindsight_moves, world_of
from qmix_logistics.composition.checking import check_policies
from qmix_logistics.composition.contending import contenders
from qmix_logistics.composition.hindsight_job import HindsightJob
from qmix_logistics.composition.insight_job import InsightJob, why_no_insight
from qmix_logistics.composition.jobs import PlayJob, TrainJob
from qmix_logistics.composition.mirroring import Mirroring, trainings_of
from qmix_logistics.evaluation.jobs import Job, Progress, run_jobs
from qmix_logistics.evaluation.mirrors import MirrorName
from qmix_logistics.evaluation.run_folder import RunFolder, UnitKey, write_json
from qmix_logistics.scenario import ScenarioSpec, dump_scenario
from qmix_logistics.scenario.choosing import reference_of
from qmix_logistics.simulation import Site, Split

if TYPE_CHECKING:
    from qmix_logistics.evaluation.comparison import Settings
    from qmix_logistics.evaluation.result import ExperimentResult


def plan(spec: ScenarioSpec, folder: Path, num_days: int | None = None) -> list[Job]:
    """
    Return all jobs of an experiment: trainings first, since they take longest.

    Parameters
    ----------
    spec
        The scenario.
    folder
        The run's folder.
    num_days
        Test days; by default as many as the scenario says, before any are added for precision.
    """
    scenario = spec.model_dump_json()
    num_days = num_days or world_of(scenario).num_test_days
    jobs: list[Job] = []
    for index, contender in enumerate(contenders(spec)):
        seeds = contender.seeds(spec.experiment.training_seeds)
        if contender.has_training:
            jobs += [TrainJob(scenario, folder, index, seed) for seed in seeds]
    for index, contender in enumerate(contenders(spec)):
        for seed in contender.seeds(spec.experiment.training_seeds):
            jobs += [PlayJob(scenario, folder, index, UnitKey(contender.name, seed, day)) for day in range(num_days)]
    if hindsight_moves(spec):
        for day in range(num_days):
            units = [job.unit for job in jobs if isinstance(job, PlayJob) and job.unit.day == day]
            jobs.append(HindsightJob(scenario, folder, tuple(units)))
    if not why_no_insight(spec):
        jobs.append(InsightJob(scenario, folder, tuple(job.unit for job in jobs if isinstance(job, PlayJob))))
    return jobs


def run_experiment(
    spec: ScenarioSpec,
    folder: Path,
    *,
    resume: bool = False,
    num_workers: int = 1,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    command: Sequence[str] = (),
    mirrors: Sequence[MirrorName] = (),
    on_warning: Callable[[str], None] = warnings.warn,
) -> ExperimentResult:
    """
    Train, play, compare, and write all files of a run.

    Parameters
    ----------
    spec
        The scenario.
    folder
        Where to.
    resume
        Whether the folder may hold an unfinished run of this scenario.
    num_workers
        Processes.
    on_progress
        Told how jobs stand.
    command
        How the user called it, for the record.
    mirrors
        Where else to show learning curves and KPIs; none of it changes or stops the run.
    on_warning
        Told of each mirror that failed, in a line.
    """
    check_policies(spec)
    run = RunFolder(folder)
    run.open(dump_scenario(spec), resume=resume)
    mirroring = Mirroring(mirrors, spec, run, trainings_of(contenders(spec), spec.experiment.training_seeds))
    try:
        first = [job for job in plan(spec, folder) if not isinstance(job, InsightJob)]  # it needs to know all days
        run_jobs(first, num_workers, on_progress)
        run_jobs(plan(spec, folder, _days_for_precision(spec, run)), num_workers, on_progress)
        result = assemble_result(spec, run, _provenance(spec, command), world_of(spec.model_dump_json()).site)
        _write(result, run)
        mirroring.finish(result)
    finally:
        mirroring.stop()
        for failure in mirroring.failures:
            on_warning(f"mirror {failure}")
    return result


def _days_for_precision(spec: ScenarioSpec, run: RunFolder) -> int:
    """Return how many test days it takes, from what the first ones vary by."""
    from qmix_logistics.evaluation import comparison, result

    world = world_of(spec.model_dump_json())
    first, precision_pct = world.num_test_days, spec.experiment.precision_pct
    if precision_pct is None or first < 2:
        return first
    replications = result.collect_replications(run, contenders(spec), spec.experiment.training_seeds, first)
    needed = comparison.days_for_precision(replications, contenders(spec), _settings(spec), precision_pct / 100)
    there_are = world.demand.num_days(Split.TEST) or spec.experiment.max_replications
    return max(first, min(needed, there_are, spec.experiment.max_replications))


def _settings(spec: ScenarioSpec) -> Settings:
    from qmix_logistics.evaluation import comparison

    experiment = spec.experiment
    return comparison.Settings(reference_of(spec), experiment.confidence_pct / 100, experiment.indifference_pct / 100)


def assemble_result(
    spec: ScenarioSpec, run: RunFolder, provenance: Mapping[str, Any], site: Site | None, num_days: int | None = None
) -> ExperimentResult:
    """
    Read what a finished run has written, and compare.

    Parameters
    ----------
    spec
        The scenario.
    run
        Its folder.
    provenance
        Versions, seeds, machine, command.
    site
        Its site; None if files of its network are gone.
    num_days
        Test days; by default as many as the scenario asks for.
    """
    from qmix_logistics.composition.showing import shown_day_of
    from qmix_logistics.evaluation import alert, alerts, comparison, result, warm_up_alert
    from qmix_logistics.evaluation.insight import read_insight
    from qmix_logistics.evaluation.shown import choosing

    policies, seeds = contenders(spec), spec.experiment.training_seeds
    settings, num_days = _settings(spec), num_days or _days_for_precision(spec, run)
    hindsight = result.collect_hindsight(run, num_days) if hindsight_moves(spec) else None
    replications = result.collect_replications(run, policies, seeds, num_days, hindsight)
    training = result.collect_training(run, policies, seeds)
    comparisons = comparison.compare(replications, policies, settings)
    choice = choosing.choose(replications, policies, settings.reference, spec.report.replay_policies)
    return result.ExperimentResult(
        scenario=spec,
        contenders=policies,
        reference=settings.reference,
        replications=replications,
        kpis=comparison.summarise_kpis(spec.name, replications, policies, settings),
        comparisons=comparisons,
        hindsight=hindsight,
        training=training,
        timings=result.collect_timings(run, policies, seeds, num_days),
        alerts=alert.worst_first(
            [
                *alerts.find_alerts(spec, policies, replications, comparisons, training, hindsight),
                *warm_up_alert.about_warm_up(spec, run, replications),
            ]
        ),
        provenance=provenance,
        run=run,
        site=site,
        shown=shown_day_of(spec, run, choice, site),
        insight=read_insight(run.insight),
        no_insight=why_no_insight(spec),
    )


def _write(result: ExperimentResult, run: RunFolder) -> None:
    from qmix_logistics.evaluation.shown.shown_day import ShownDay, write_demanded
    from qmix_logistics_reports import csv_tables, html_report

    csv_tables.write_tables(result, run.path)
    if isinstance(result.shown, ShownDay):
        write_demanded(run.shown_day, result.shown.demanded)
    write_json(run.path / "provenance.json", result.provenance)
    if result.scenario.report.html:
        html_report.write_report(result, run.path / "report.html")


def _provenance(spec: ScenarioSpec, command: Sequence[str]) -> dict[str, Any]:
    packages = ("numpy", "scipy", "pandas", "simpy", "networkx", "torch", "ortools", "pydantic")
    return {
        "qmix_logistics": __version__,
        "command": list(command),
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "seed": spec.experiment.seed,
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in packages},
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "executable": sys.executable,
    }
