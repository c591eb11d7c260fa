"""
Learning curves, KPIs and the scenario in MLflow, as one run of the experiment ``qmix-logistics``.

Where to is for MLflow's own settings to say: ``MLFLOW_TRACKING_URI``, ``MLFLOW_EXPERIMENT_NAME``, its credentials.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlflow.entities import Metric, Param
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics.scenario import ScenarioSpec

EXPERIMENT = "qmix-logistics"
STEP = "epochs"
"""What counts the steps: joint decisions."""
MOST_PARAMS, MOST_METRICS, LONGEST_VALUE = 100, 1000, 500
"""What MLflow takes at once, and the length of a parameter that all of its servers take."""


class MlflowMirror:
    """
    Logs to a tracking server; see ``Mirror``.

    Parameters
    ----------
    name
        Of the run.
    spec
        The scenario; its values become parameters.
    """

    def __init__(self, name: str, spec: ScenarioSpec) -> None:
        try:
            self._client = MlflowClient()
        except MlflowException as error:
            reason = str(error).strip().split("; ")[-1].split(". ")[0]
            raise MlflowException(f"set MLFLOW_TRACKING_URI to a tracking server: {reason}") from error
        self._run_id = self._client.create_run(self._experiment(), run_name=name).info.run_id
        params = [Param(key, str(value)[:LONGEST_VALUE]) for key, value in flattened(spec.model_dump(mode="json"))]
        for first in range(0, len(params), MOST_PARAMS):
            self._client.log_batch(self._run_id, params=params[first : first + MOST_PARAMS])

    def add_point(self, policy: str, training_seed: int, point: Mapping[str, float]) -> None:
        """Show a point of a learning curve; see ``Mirror``."""
        values = {f"training/{policy}-{training_seed}/{key}": value for key, value in point.items() if key != STEP}
        self._log(values, int(point[STEP]))

    def finish(self, result: ExperimentResult) -> None:
        """Show the mean of each KPI; see ``Mirror``."""
        table = result.kpis.dropna(subset=["mean"])
        rows = zip(table["policy"], table["kpi"], table["mean"], strict=True)
        self._log({f"test/{policy}/{kpi}": mean for policy, kpi, mean in rows}, 0)

    def close(self) -> None:
        """End the run; see ``Mirror``."""
        self._client.set_terminated(self._run_id)

    def _experiment(self) -> str:
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME", EXPERIMENT)
        known = self._client.get_experiment_by_name(name)
        return self._client.create_experiment(name) if known is None else known.experiment_id

    def _log(self, values: Mapping[str, float], step: int) -> None:
        now_ms = int(1000 * time.time())
        metrics = [Metric(allowed(key), value, now_ms, step) for key, value in values.items()]
        for first in range(0, len(metrics), MOST_METRICS):
            self._client.log_batch(self._run_id, metrics=metrics[first : first + MOST_METRICS])


def allowed(name: str) -> str:
    """
    Return a name as MLflow takes it.

    Parameters
    ----------
    name
        Any name.
    """
    return re.sub(r"[^\w\-. :/]", "_", name)


def flattened(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """
    Yield the values of a document with their paths, such as ``fleet.0.count``.

    Parameters
    ----------
    value
        The document, or a part of it.
    prefix
        Path of the part.
    """
    if isinstance(value, Mapping):
        parts: Sequence[tuple[Any, Any]] = list(value.items())
    elif isinstance(value, list):
        parts = list(enumerate(value))
    else:
        yield prefix, value
        return
    for key, part in parts:
        yield from flattened(part, f"{prefix}.{key}" if prefix else str(key))
