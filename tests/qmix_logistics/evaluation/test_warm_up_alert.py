"""Days of an hour whose orders are never closed, by hand: ever more of them are open."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from documents import scenario

from qmix_logistics.evaluation.run_folder import RunFolder, UnitKey
from qmix_logistics.evaluation.warm_up_alert import about_warm_up, units_of

PLAYED = pd.DataFrame({"policy": ["atc", "atc", "fifo"], "training_seed": 0, "day": [0, 1, 0]})
STEADY = {"horizon": {"demand_s": 3600, "drain_s": 0}}


def write_orders(run: RunFolder, unit: UnitKey, stay_s: float) -> None:
    """An order every minute, each open for so long."""
    release_s = pd.Series(range(0, 3600, 60), dtype=float)
    closed_s = (release_s + stay_s).where(release_s + stay_s <= 3600)
    status = closed_s.notna().map({True: "done", False: "open"})
    table = pd.DataFrame({"release_s": release_s, "due_s": release_s + 60, "closed_s": closed_s, "status": status})
    run.unit(unit).mkdir(parents=True)
    table.to_csv(run.unit(unit) / "orders.csv", index=False)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """Under fifo nothing is done; under atc four orders are open at any time."""
    run = RunFolder(tmp_path)
    for policy, stay_s in (("atc", 240.0), ("fifo", 1e9)):
        for unit in units_of(PLAYED, policy):
            write_orders(run, unit, stay_s)
    return run


def test_a_backlog_that_only_grows_is_no_steady_state(run: RunFolder) -> None:
    (alert,) = about_warm_up(scenario(**STEADY), run, PLAYED)
    assert (alert.kind.value, alert.severity.value) == ("no-steady-state", "warning")
    assert alert.text.startswith("Open orders reach no steady state under fifo:")


def test_a_day_that_drains_claims_no_steady_state(run: RunFolder) -> None:
    assert list(about_warm_up(scenario(), run, PLAYED)) == []


def test_without_records_nothing_is_told(tmp_path: Path) -> None:
    assert list(about_warm_up(scenario(**STEADY), RunFolder(tmp_path), PLAYED)) == []


def test_units_are_those_of_the_policy() -> None:
    assert units_of(PLAYED, "atc") == [UnitKey("atc", 0, 0), UnitKey("atc", 0, 1)]
