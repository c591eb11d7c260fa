"""What ``--dry-run`` says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qmix_logistics.cli.amounts import size
from qmix_logistics.cli.talk import Talk
from qmix_logistics.composition.planning import PlannedFile
from qmix_logistics.evaluation.jobs import Job


def answer_plan(
    talk: Talk, what: str, folder: Path, jobs: Sequence[Job], files: Sequence[PlannedFile], note: str = ""
) -> None:
    """
    Print what a command would do.

    Parameters
    ----------
    talk
        Where to.
    what
        What it would do, in a few words.
    folder
        Where it would write.
    jobs
        Its parts.
    files
        What it would write.
    note
        What else there is to know.
    """
    stages = _stages(jobs)
    total = sum(file.num_bytes for file in files)
    values: dict[str, Any] = {
        "dry_run": True,
        "what": what,
        "folder": folder,
        "stages": [
            {"stage": stage.name, "jobs": stage.jobs, "done": stage.done, "size": stage.size, "unit": stage.counted_in}
            for stage in stages
        ],
        "files": [
            {"path": file.path, "meaning": file.meaning, "bytes": round(file.num_bytes)} for file in files
        ],
        "bytes": round(total),
    }  # fmt: skip
    talk.answer(_lines(what, folder, stages, files, total, note), values)


@dataclass(slots=True)
class _Stage:
    name: str
    counted_in: str
    jobs: int = 0
    done: int = 0
    size: float = 0.0


def _stages(jobs: Sequence[Job]) -> list[_Stage]:
    stages: dict[str, _Stage] = {}
    for job in jobs:
        stage = stages.setdefault(job.stage, _Stage(job.stage, job.counted_in))
        stage.jobs += 1
        stage.done += job.is_done()
        stage.size += job.size
    return list(stages.values())


def _lines(
    what: str, folder: Path, stages: Sequence[_Stage], files: Sequence[PlannedFile], total: float, note: str
) -> Iterator[str]:
    yield f"Would {what}. Nothing was done."
    yield ""
    for stage in stages:
        done = f", {stage.done} done already" if stage.done else ""
        yield f"  {stage.name:<22} {stage.jobs:>6} jobs, {stage.size:>10,.0f} {stage.counted_in}{done}"
    if note:
        yield f"  {note}"
    yield ""
    yield f"Files in {folder}, about {size(total)}:"
    for file in files:
        name = file.path.relative_to(folder) if file.path.is_relative_to(folder) else file.path
        about = f"  ({size(file.num_bytes)})" if file.num_bytes else ""
        yield f"  {name}: {file.meaning}{about}"
