"""The command line, called in this process."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from documents import document
from ruamel.yaml import YAML

from qmix_logistics import cli

TRAINING: dict[str, Any] = {
    "budget": "6 days", "envs_per_batch": 2, "epochs_per_update": 8, "epochs_before_learning": 20, "batch_epochs": 16,
    "hidden": 8, "mixer_hidden": 4, "replay_mib": 2, "validate_every_days": 2, "checkpoint_every_days": 2,
}  # fmt: skip
"""A training of a second."""


@dataclass(frozen=True)
class Outcome:
    """What a command said and how it ended."""

    status: int
    out: str
    err: str


def call(*words: object) -> Outcome:
    """Run ``qmix-logistics`` with these words."""
    out, err, arguments = io.StringIO(), io.StringIO(), [str(word) for word in words]
    with (
        patch.object(sys, "argv", ["qmix-logistics", *arguments]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            cli.main()
            status = 0
        except SystemExit as end:
            status = int(end.code or 0)
    return Outcome(status, out.getvalue(), err.getvalue())


def write_scenario(path: Path, policies: Sequence[dict[str, Any]] = ({"kind": "nearest"},), **changes: Any) -> Path:
    """Write a small scenario: two test days of ten minutes."""
    values = document(horizon={"demand_s": 600, "drain_s": 900}, policies=list(policies), training=TRAINING)
    values["experiment"] = {"replications": 2, "validation_days": 2}
    for key, value in changes.items():
        values[key] = value
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        YAML().dump(values, file)
    return path
