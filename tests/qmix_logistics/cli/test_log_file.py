"""Notes of all that a command says and does."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from commands import call, write_scenario


def notes(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_log_has_every_message_and_how_the_jobs_went_on(tmp_path: Path) -> None:
    file, log = write_scenario(tmp_path / "s.yaml"), tmp_path / "run.log"
    words = ["--jobs", 1, "--out", tmp_path / "out", "--log-file", log, "--set", "report.html=false"]
    outcome = call("run", file, *words, "--quiet")
    assert outcome.status == 0
    found = notes(log)
    times = [datetime.datetime.fromisoformat(note["time"]) for note in found]
    assert times == sorted(times)
    assert (found[0]["event"], found[0]["command"][1]) == ("begin", "run")
    assert (found[-1]["event"], found[-1]["status"]) == ("end", 0)
    done = [note for note in found if note["event"] == "progress" and note["stage"] == "playing"]
    assert [(note["job"], note["share"]) for note in done] == [("play nearest-0-000", 1.0), ("play nearest-0-001", 1.0)]
    last = done[-1]
    assert (last["done"], last["total"], last["counted_in"]) == (2.0, 2.0, "days")
    assert last["best"]["cost"] == pytest.approx(sum(note["cost"] for note in done) / 2)
    said = {note["text"] for note in found if note["event"] == "message"}
    assert set(outcome.err.splitlines()) <= said


def test_faults_are_noted_and_more_is_added_to_the_end(tmp_path: Path) -> None:
    file, log = write_scenario(tmp_path / "s.yaml"), tmp_path / "run.log"
    for _ in range(2):
        assert call("validate", file, "--set", "fleet.0.count=0", "--log-file", log).status == 2
    found = notes(log)
    assert [note["event"] for note in found].count("begin") == 2
    assert any("fleet[0].count is 0" in note.get("text", "") for note in found)


def test_a_gate_that_fails_ends_the_log_with_its_status(finished_run: Path, tmp_path: Path) -> None:
    log = tmp_path / "compare.log"
    assert call("compare", finished_run, "--fail-if", "total_cost>-1000000", "--log-file", log).status == 3
    assert (notes(log)[-1]["event"], notes(log)[-1]["status"]) == ("end", 3)


def test_a_log_that_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    file = write_scenario(tmp_path / "s.yaml")
    outcome = call("run", file, "--out", tmp_path / "out", "--log-file", tmp_path / "gone" / "log")
    assert (outcome.status, outcome.out) == (2, "")
    assert "cannot be written: No such file or directory" in outcome.err
    assert not (tmp_path / "out").exists()


def test_a_log_that_fills_the_disk_stops_nothing(tmp_path: Path) -> None:
    """/dev/full takes a file to be opened, and refuses every byte."""
    outcome = call("validate", write_scenario(tmp_path / "s.yaml"), "--log-file", "/dev/full")
    assert outcome.status == 0
    assert "warning: /dev/full: No space left on device; the log ends here" in outcome.err
