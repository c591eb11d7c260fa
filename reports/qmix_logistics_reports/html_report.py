"""The report: one HTML file that needs no network and no script."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics.scenario import dump_scenario
from qmix_logistics_reports.difference_figure import against_each, by_day
from qmix_logistics_reports.figure import Figure
from qmix_logistics_reports.insight.section import insight_section
from qmix_logistics_reports.interval_figure import cost_intervals
from qmix_logistics_reports.learning_figure import learning_curve
from qmix_logistics_reports.profile_figure import performance_profile
from qmix_logistics_reports.reading import subject_of
from qmix_logistics_reports.replay.section import replay_section
from qmix_logistics_reports.scoreboard import kpi_table, scoreboard, settings_table, timing_table
from qmix_logistics_reports.stacked_figure import cost_by_cause, vehicle_time
from qmix_logistics_reports.verdict import verdict_sentence

FILES = (
    ("kpis.csv", "mean and interval of every KPI for every policy"),
    ("replications.csv", "every KPI of every policy on every day"),
    ("comparisons.csv", "differences between policies on the same days"),
    ("training.csv", "learning curves"),
    ("timings.csv", "how long decisions and trainings took"),
    ("provenance.json", "versions, seed, machine, command"),
    ("scenario.yaml", "the scenario, every default spelt out"),
)


def write_report(result: ExperimentResult, path: Path) -> None:
    """
    Write the report.

    Parameters
    ----------
    result
        The experiment.
    path
        The file.
    """
    unfinished = path.with_name(f".unfinished-{path.name}")
    unfinished.write_text(render_report(result), encoding="utf-8")
    unfinished.replace(path)


def render_report(result: ExperimentResult) -> str:
    """
    Return the report as HTML.

    Parameters
    ----------
    result
        The experiment.
    """
    environment = Environment(
        loader=PackageLoader("qmix_logistics_reports"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["drawing"] = lambda figure: Markup(figure.svg)  # built by Canvas, which escapes its text
    subject = subject_of(result)
    policies, kpis = kpi_table(result)
    return environment.get_template("report.html.j2").render(
        result=result,
        spec=result.scenario,
        verdict=verdict_sentence(result),
        scoreboard=scoreboard(result),
        num_days=result.replications["day"].nunique(),
        figures=_figures(result),
        subject=subject,
        differences=[against_each(result, subject), by_day(result, subject)] if subject else [],
        curves=[learning_curve(result, policy) for policy in _trained(result)],
        kpi_policies=policies,
        kpis=kpis,
        timings=timing_table(result),
        settings=settings_table(result),
        scenario_text=dump_scenario(result.scenario),
        files=FILES,
        insight_section=insight_section(result),
        replay_section=replay_section(result.shown, result.contenders, result.scenario.report.replay_from_s),
        command=" ".join(result.provenance["command"]),
    )


def _figures(result: ExperimentResult) -> dict[str, Figure]:
    return {
        "profile": performance_profile(result),
        "costs": cost_intervals(result),
        "causes": cost_by_cause(result),
        "time": vehicle_time(result),
    }


def _trained(result: ExperimentResult) -> list[str]:
    return [contender.name for contender in result.contenders if contender.has_training]
