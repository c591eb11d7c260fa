"""The formats in which a run is handed on."""

from __future__ import annotations

import enum


class ExportFormat(enum.StrEnum):
    """What ``export`` writes: a trained policy, or the results."""

    POLICY = "policy"
    OCEL = "ocel"
    GEOJSON = "geojson"
    MARL_EVAL = "marl-eval"
    PARQUET = "parquet"
    FIGURES = "figures"
