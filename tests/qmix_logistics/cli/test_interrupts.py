"""Ctrl-C: the command that goes on is printed, and it does go on."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pydantic
import pydantic_core
import pytest
from commands import Outcome, call, write_scenario

from qmix_logistics.cli.interrupts import two_interrupts
from qmix_logistics.evaluation.run_folder import UNFINISHED

# Where the key is pressed amid an import, Python leaves the module's file to the garbage collector, which says so.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

LEARNING = ({"kind": "atc"}, {"kind": "qmix"})
FEW = {"replications": 3, "validation_days": 2, "hindsight_moves": 0}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scenario(tmp_path_factory.mktemp("interrupts") / "s.yaml", LEARNING, experiment=FEW)


def interrupted(out: Path, *words: object) -> Outcome:
    """Call a command, and press Ctrl-C as soon as it has written something; amid a file, Python would leave it open."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    is_over = threading.Event()

    def press() -> None:
        while not (out.is_dir() and any(not path.name.startswith(UNFINISHED) for path in out.iterdir())):
            if is_over.wait(0.002):
                return
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    try:
        return call(*words)
    finally:
        is_over.set()
        thread.join()
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    "words",
    [
        ["run", "S", "--policy", "atc", "--set", "report.html=false"],
        ["train", "S"],
        ["evaluate", "S", "--set", "report.html=false"],
        ["tune", "S", "--output", "T", "--days", "12"],
        ["sweep", "S", "--grid", "fleet.0.count=2..3", "--policy", "atc"],
        ["learn", "game:two-step", "--steps", "400"],
    ],
    ids=lambda words: words[0],
)
def test_an_interrupted_command_says_how_it_goes_on(words: list[str], file: Path, tmp_path: Path) -> None:
    out, names = tmp_path / "out", {"S": str(file), "T": str(tmp_path / "tuned.yaml")}
    words = [*(names.get(word, word) for word in words), "--jobs", "1", "--quiet", "--out", str(out)]
    outcome = interrupted(out, *words)
    assert (outcome.status, outcome.out) == (130, "")
    line = outcome.err.splitlines()[-1].strip()
    assert outcome.err == f"\nInterrupted. What was finished is kept; go on with\n  {line}\n"
    assert shlex.split(line) == ["qmix-logistics", *words, "--resume"]
    assert call(*shlex.split(line)[1:]).status == 0


def test_the_folder_that_was_chosen_by_the_clock_is_named(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = interrupted(tmp_path / "runs", "train", file, "--jobs", 1)
    (folder,) = (tmp_path / "runs").iterdir()
    assert outcome.status == 130
    line = f"qmix-logistics train {file} --jobs 1 --out {folder.relative_to(tmp_path)} --resume"
    assert outcome.err.splitlines()[-1].strip() == line


class InterruptedDocument(pydantic.BaseModel):
    """One during whose writing Ctrl-C is pressed; the library makes that an error of its own."""

    @pydantic.model_serializer
    def _write(self) -> str:
        signal.raise_signal(signal.SIGINT)
        return ""


def test_an_interrupt_that_a_library_reports_as_its_own_error_is_one() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(pydantic_core.PydanticSerializationError):
            InterruptedDocument().model_dump_json()
        with pytest.raises(KeyboardInterrupt), two_interrupts():
            InterruptedDocument().model_dump_json()
        with pytest.raises(ZeroDivisionError), two_interrupts():
            print(1 / 0)
    finally:
        signal.signal(signal.SIGINT, before)


HARD = """
import multiprocessing, signal, time
from qmix_logistics.cli.interrupts import two_interrupts
signal.signal(signal.SIGINT, signal.default_int_handler)
with two_interrupts():
    worker = multiprocessing.get_context("fork").Process(target=time.sleep, args=(600,))
    worker.start()
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        print(worker.pid, flush=True)
        signal.raise_signal(signal.SIGINT)
print("goes on")
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc to see whether a process is there")
def test_a_second_interrupt_ends_the_command_and_its_processes_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", HARD], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "goes on" in done.stdout, done.stderr) == (130, False, "")
    status = Path("/proc") / done.stdout.strip() / "status"
    until = time.monotonic() + 20
    while status.exists() and "State:\tZ" not in status.read_text() and time.monotonic() < until:
        time.sleep(0.02)
    assert not status.exists() or "State:\tZ" in status.read_text()
