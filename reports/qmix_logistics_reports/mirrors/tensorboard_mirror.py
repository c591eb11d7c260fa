"""Learning curves and KPIs in TensorBoard: a series for each policy and training, in the run's folder."""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from qmix_logistics.evaluation.kpis import KPIS
from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.reading import records

STEP = "epochs"
"""What counts the steps: joint decisions."""


class TensorBoardMirror:
    """
    Writes event files; see ``Mirror``.

    Parameters
    ----------
    folder
        Where to; what an earlier mirror wrote there is replaced.
    """

    def __init__(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self._folder = folder
        self._writers: dict[str, EventFileWriter] = {}
        self._steps: dict[str, int] = {}

    def add_point(self, policy: str, training_seed: int, point: Mapping[str, float]) -> None:
        """Show a point of a learning curve; see ``Mirror``."""
        name = f"{policy}-{training_seed}"
        self._steps[name] = int(point[STEP])
        self._write(name, {f"training/{key}": value for key, value in point.items() if key != STEP})

    def finish(self, result: ExperimentResult) -> None:
        """Show the mean of each KPI over the test days, at the step where training ended; see ``Mirror``."""
        names = [kpi.name for kpi in KPIS]
        means = result.replications.groupby(["policy", "training_seed"], sort=False)[names].mean().reset_index()
        for row in records(means):
            known = {f"test/{name}": float(row[name]) for name in names if math.isfinite(row[name])}
            self._write(f"{row['policy']}-{row['training_seed']}", known)

    def close(self) -> None:
        """Close the files; see ``Mirror``."""
        for writer in self._writers.values():
            writer.close()

    def _write(self, name: str, values: Mapping[str, float]) -> None:
        if name not in self._writers:
            self._writers[name] = EventFileWriter(str(self._folder / name))
        summary = Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()])
        self._writers[name].add_event(Event(wall_time=time.time(), step=self._steps.get(name, 0), summary=summary))
        self._writers[name].flush()
