"""A finished run that several tests of the command line read."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import call, write_scenario

RULES = ({"kind": "nearest"}, {"kind": "atc"}, {"kind": "random"})
FEW = {"replications": 4, "hindsight_moves": 0}


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run of three rules on four days."""
    folder = tmp_path_factory.mktemp("finished") / "base"
    file = write_scenario(folder.parent / "s.yaml", RULES, experiment=FEW)
    assert call("run", file, "--jobs", 1, "--quiet", "--out", folder).status == 0
    return folder
