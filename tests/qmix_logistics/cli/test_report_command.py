"""The report of a finished run, made anew."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from commands import call


def test_a_report_is_made_anew_from_what_is_stored(finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "moved"
    shutil.copytree(finished, folder)
    (folder / "report.html").unlink()
    outcome = call("report", folder, "--json")
    assert (outcome.status, outcome.err) == (0, "")
    size = (finished / "report.html").stat().st_size
    assert json.loads(outcome.out) == {"report": str(folder / "report.html"), "bytes": size}
    assert (folder / "report.html").read_bytes() == (finished / "report.html").read_bytes()


def test_what_is_no_run_is_said(tmp_path: Path) -> None:
    outcome = call("report", tmp_path)
    assert (outcome.status, outcome.out) == (2, "")
    assert str(tmp_path) in outcome.err and "scenario.yaml" in outcome.err
