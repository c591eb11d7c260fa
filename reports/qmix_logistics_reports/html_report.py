"""The report: one HTML file that needs no network, and no script to be read."""

from __future__ import annotations

import base64
import functools
import hashlib
import shlex
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics.evaluation.run_folder import write_atomically
from qmix_logistics.scenario import dump_scenario
from qmix_logistics_reports.downloads import downloads
from qmix_logistics_reports.effort import days_until_even, effort_table, settings_table
from qmix_logistics_reports.figures.day_figure import by_day
from qmix_logistics_reports.figures.difference_figure import against_each, against_reference
from qmix_logistics_reports.figures.figure import Figure
from qmix_logistics_reports.figures.interval_figure import cost_intervals, interval_figure
from qmix_logistics_reports.figures.latency_figure import decision_latency
from qmix_logistics_reports.figures.learning_figure import learning_curve
from qmix_logistics_reports.figures.profile_figure import performance_profile
from qmix_logistics_reports.figures.stacked_figure import cost_by_cause, vehicle_time
from qmix_logistics_reports.glance import tiles
from qmix_logistics_reports.insight.section import insight_section
from qmix_logistics_reports.kpi_table import kpi_table
from qmix_logistics_reports.reading import focus_of, subject_of
from qmix_logistics_reports.recorded import service_section, traffic_section, vehicles_section
from qmix_logistics_reports.replay.section import replay_section
from qmix_logistics_reports.scoreboard import scoreboard
from qmix_logistics_reports.verdict import cheapest_of_all, headline, verdict_word

PACKAGE = "qmix_logistics_reports"
SCRIPTS = ("report.js", "replay.js")
"""Scripts in the page, in ``templates/``; the page admits these and no others, by their hashes."""


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
    write_atomically(path, render_report(result))


def render_report(result: ExperimentResult) -> str:
    """
    Return the report as HTML.

    Parameters
    ----------
    result
        The experiment.
    """
    scripts = [_template_text(name) for name in SCRIPTS]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            result=result,
            spec=result.scenario,
            content_policy=_content_policy(scripts),
            scripts=[Markup(script) for script in scripts],
            num_days=result.replications["day"].nunique(),
            headline=headline(result),
            cheapest=cheapest_of_all(result),
            verdict_word=verdict_word(result),
            scoreboard=scoreboard(result),
            service=service_section(result),
            traffic=traffic_section(result),
            vehicles=vehicles_section(result),
            kpis=kpi_table(result),
            effort=effort_table(result),
            settings=settings_table(result),
            scenario_text=dump_scenario(result.scenario),
            downloads=downloads(result),
            command=shlex.join(result.provenance["command"]),
            insight_section=insight_section(result),
            replay_section=replay_section(result.shown, result.contenders, result.scenario.report.replay_from_s),
            **_figures(result),
        )
    )


def _figures(result: ExperimentResult) -> dict[str, Any]:
    subject, focus, num_days = subject_of(result), focus_of(result), result.replications["day"].nunique()
    trained = [contender.name for contender in result.contenders if contender.has_training]
    regret: Figure | None = None
    if result.hindsight is not None:
        better = "0 is the best plan known for the day."
        regret = interval_figure(
            result, "regret_pct", "regret", "% above the best plan known for the day", better, "short:3"
        )
    return {
        "focus": focus,
        "tiles": tiles(result, focus) if focus else [],
        "costs": cost_intervals(result),
        "profile": performance_profile(result) if num_days > 1 and focus else None,
        "differences": _differences(result, subject, focus) if focus else [],
        "causes": cost_by_cause(result),
        "fleet": vehicle_time(result),
        "curves": [(policy, learning_curve(result, policy)) for policy in trained],
        "regret": regret,
        "latency": decision_latency(result),
        "even": [text for policy in trained if (text := days_until_even(result, policy))],
    }


def _differences(result: ExperimentResult, subject: str | None, focus: str) -> list[tuple[str, Figure]]:
    figures = [(f"Every policy against {result.reference}", against_reference(result))]
    if subject and len(result.contenders) > 2:
        figures.append((f"{subject} against each other policy", against_each(result, subject)))
    if result.replications["day"].nunique() > 1:
        figures.append((f"{focus} against {result.reference}, day by day", by_day(result, focus)))
    return figures


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(PACKAGE),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["drawing"] = lambda figure: Markup(figure.svg)  # built by Canvas, which escapes its text
    return environment


def _template_text(name: str) -> str:
    return files(PACKAGE).joinpath("templates", name).read_text(encoding="utf-8")


def _content_policy(scripts: Sequence[str]) -> str:
    """Return what the page may load: nothing; and which scripts may run: these."""
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{value}'" for value in hashes)
    return f"default-src 'none'; style-src 'unsafe-inline'; script-src {allowed}; img-src data:; base-uri 'none'"
