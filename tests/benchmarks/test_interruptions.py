"""Runs that are interrupted at random moments; minutes long, so it stands with the benchmarks."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from commands import write_scenario
from conftest import Figures

NUM_RUNS = 20


def result(out: Path) -> dict[str, bytes]:
    """Return the tables and the weights of a finished run."""
    names = ("replications.csv", "kpis.csv", "comparisons.csv", "training.csv")
    files = [*(out / name for name in names), *out.glob("policy/*/*.safetensors")]
    return {str(file.relative_to(out)): file.read_bytes() for file in files}


def test_interrupted_runs_resume_to_the_same_files(tmp_path: Path, figures: Figures) -> None:
    """Every other one by Ctrl-C, the others killed, at a moment between 15 and 95 % of a whole run."""
    kinds = ("nearest", "matching", "atc", "qmix")
    file = write_scenario(tmp_path / "scenario.yaml", [{"kind": kind} for kind in kinds])
    program = [sys.executable, "-c", "from qmix_logistics.cli import main; main()", "run", str(file), "--jobs", "2"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    start_s = time.monotonic()
    subprocess.run([*program, "--out", str(tmp_path / "whole")], check=True, **quiet)
    whole_s, whole = time.monotonic() - start_s, result(tmp_path / "whole")
    rng, num_same = random.Random(1), 0
    for number in range(NUM_RUNS):
        out = tmp_path / str(number)
        with subprocess.Popen([*program, "--out", str(out)], start_new_session=True, **quiet) as process:
            time.sleep(rng.uniform(0.15, 0.95) * whole_s)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL if number % 2 else signal.SIGINT)
        resume = ["--resume"] if out.exists() else []
        subprocess.run([*program, "--out", str(out), *resume], check=True, **quiet)
        num_same += result(out) == whole
    figures.add("interrupted runs that end the same", [float(num_same)], f"of {NUM_RUNS}")
    assert num_same == NUM_RUNS
