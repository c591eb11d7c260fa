from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from commands import call, write_scenario

from qmix_logistics.composition.reporting import load_result
from qmix_logistics.evaluation.export_format import ExportFormat
from qmix_logistics_reports.html_report import render_report


def test_a_finished_run_is_read_again_as_it_was(finished_run: Path) -> None:
    """The same tables and, from them, the same report byte by byte."""
    result = load_result(finished_run)
    assert render_report(result) == (finished_run / "report.html").read_text(encoding="utf-8")
    kpis = pd.read_csv(finished_run / "kpis.csv")
    assert result.kpis["mean"].tolist() == pytest.approx(kpis["mean"].tolist(), nan_ok=True)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["{run}", "-o", "{run}"], "exists; name another folder with -o"),
        (["{run}", "--policy", "atc"], "has no such days; its policies are nearest, qmix, its test days 0 to 1"),
        (["{run}", "--day", "2"], "has no such days; its policies are nearest, qmix, its test days 0 to 1"),
        (["{folder}"], "is no run folder: it has no scenario.yaml"),
        (["{unfinished}"], "qmix-1-001/kpis.json is missing; go on with run --resume"),
    ],
)
def test_an_export_that_cannot_be_made_says_why(
    finished_run: Path, tmp_path: Path, words: list[str], expected: str
) -> None:
    unfinished = tmp_path / "unfinished"
    shutil.copytree(finished_run, unfinished)
    shutil.rmtree(unfinished / "units" / "qmix-1-001")
    places = {"run": finished_run, "folder": tmp_path, "unfinished": unfinished}
    filled = [word.format(**places) for word in words]
    out = [] if "-o" in words else ["-o", tmp_path / "out"]
    outcome = call("export", *filled, *out, "--format", "ocel")
    assert (outcome.status, outcome.out) == (2, "")
    assert expected in outcome.err
    assert not (tmp_path / "out").exists()


def test_a_run_without_records_has_no_event_log(tmp_path: Path) -> None:
    file, run = write_scenario(tmp_path / "s.yaml", report={"records": False}), tmp_path / "run"
    assert call("run", file, "--jobs", 1, "--quiet", "--out", run).status == 0
    outcome = call("export", run, "--format", "ocel", "-o", tmp_path / "out")
    assert outcome.status == 2
    assert "was written without records (report.records: none); ocel needs them" in outcome.err


def test_an_unknown_format_is_refused_with_those_there_are(finished_run: Path, tmp_path: Path) -> None:
    outcome = call("export", finished_run, "--format", "xes", "-o", tmp_path / "out")
    assert outcome.status == 2
    assert all(kind.value in outcome.err for kind in ExportFormat)
