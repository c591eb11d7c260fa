from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import Figures

ROOT = Path(__file__).parents[2]
SKIP = "SKIP_QUICKSTART"


def wall_s(*words: object) -> float:
    """Return the time that a command takes, its start included."""
    command = [str(Path(sys.executable).with_name("qmix-logistics")), *map(str, words)]
    start_s = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - start_s


def test_help(figures: Figures) -> None:
    wall_s("--help")
    figures.add("--help", [wall_s("--help") for _ in range(7)], "s", budget=0.3)


@pytest.mark.skipif(SKIP in os.environ, reason=f"{SKIP} is set")
def test_the_quick_start(figures: Figures, tmp_path: Path) -> None:
    took_s = wall_s("run", "scenarios/quickstart.yaml", "--out", tmp_path / "run")
    figures.add("run scenarios/quickstart.yaml", [took_s], "s", budget=120, note="once")
