"""Settings of all tests, and the run that those share who only read one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import jaxtyping
import pytest
import torch
from commands import call, write_scenario
from documents import BATTERY, document

torch.set_num_threads(1)  # tests run side by side; threads that fight for a core make small networks many times slower


@pytest.fixture
def shapes_on_trust() -> Iterator[None]:
    """Leave shapes of arrays unchecked, which else is half the time of a long training; other tests check the same."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run to read and to leave as it is: batteries, breakdowns, a rule and two trainings of a policy, two days."""
    folder = tmp_path_factory.mktemp("finished")
    values = document(
        network__chargers=[{"id": "C1", "aisle": 1}],
        fleet__0__battery=BATTERY,
        fleet__0__breakdowns={"mean_driving_s": 300, "repair_s": 60},
    )
    file = write_scenario(
        folder / "scenario.yaml",
        ({"kind": "nearest"}, {"kind": "qmix"}),
        network=values["network"],
        fleet=values["fleet"],
        experiment={"replications": 2, "validation_days": 2, "training_seeds": 2, "hindsight_moves": 2},
    )
    outcome = call("run", file, "--jobs", 1, "--quiet", "--out", folder / "run")
    assert outcome.status == 0, outcome.err
    return folder / "run"
