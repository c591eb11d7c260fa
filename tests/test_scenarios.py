"""The documents that the project ships."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playing import NEAREST

from qmix_logistics.composition import build_demand
from qmix_logistics.episode import play
from qmix_logistics.scenario import load_scenario
from qmix_logistics.simulation import DayKey, Simulator, Split, compile_site

FILES = sorted((Path(__file__).parents[1] / "scenarios").glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_shipped_scenario_says_its_question_and_can_be_played(file: Path) -> None:
    _, _, opening = file.read_text(encoding="utf-8").partition("\n")  # the first line is for editors
    assert opening.startswith("# Question: ")
    assert "\n# Where the numbers come from: " in opening
    spec = load_scenario(file, [])
    assert spec.name == file.stem
    site = compile_site(spec)
    day = build_demand(spec, site).realise(DayKey(Split.TEST, 0))
    records = play(Simulator(site), NEAREST, day, np.random.default_rng(0)).records
    assert len(records.orders) == len(day.orders) > 20
    assert records.mask_violations == 0
