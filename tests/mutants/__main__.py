"""Run the tests that must notice each faulty version; ends with an error if one does not: ``make mutants``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mutants.catalogue import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
PARTS = ("qmix_logistics", "baselines", "reports", "tests", "scenarios", "pyproject.toml")


def main() -> int:
    """Return the exit status."""
    workers = len(os.sched_getaffinity(0))
    start_s = time.monotonic()
    with ThreadPoolExecutor(workers) as pool:
        survivors = [
            mutant for mutant, is_caught in zip(MUTANTS, pool.map(is_noticed, MUTANTS), strict=True) if not is_caught
        ]
    print(f"{len(MUTANTS) - len(survivors)} of {len(MUTANTS)} caught in {time.monotonic() - start_s:.0f} s")
    return 1 if survivors else 0


def is_noticed(mutant: Mutant) -> bool:
    """Tell whether a test fails with the faulty version; it is put into a copy of the project."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in PARTS:
            source = ROOT / part
            (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / part)
        place = copy / mutant.file
        text = place.read_text(encoding="utf-8")
        if text.count(mutant.right) != 1:
            print(f"STALE   {mutant.name}: {mutant.file} holds the right text {text.count(mutant.right)} times")
            return False
        place.write_text(text.replace(mutant.right, mutant.wrong), encoding="utf-8")
        paths = os.pathsep.join(str(copy / part) for part in (".", "baselines", "reports", "tests"))
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "", "-p", "no:cacheprovider", mutant.tests]
        environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        ran = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    failed = [line for line in ran.stdout.splitlines() if line.startswith("FAILED")]
    is_caught = ran.returncode == 1 and bool(failed)
    noticed = failed[0].partition(" - ")[0] if failed else ran.stdout[-300:]
    print(f"{'caught ' if is_caught else 'MISSED '} {mutant.name}\n        {noticed}", flush=True)
    return is_caught


if __name__ == "__main__":
    sys.exit(main())
