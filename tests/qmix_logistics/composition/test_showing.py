from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from documents import scenario
from playing import NEAREST, play_day, test_day

from qmix_logistics.composition.showing import shown_day_of
from qmix_logistics.evaluation.run_folder import RunFolder, UnitKey, write_json
from qmix_logistics.evaluation.shown.choosing import Choice
from qmix_logistics.evaluation.shown.shown_day import ShownDay, demanded_of, read_demanded, write_demanded
from qmix_logistics.evaluation.units import write_records
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import compile_site

OUTAGES = {"planner_outages": [{"earliest_s": 60, "duration_s": 30}]}
CHOICE = Choice(0, "nearest", 0, "nearest", 0.0, 1, "nearest", (UnitKey("nearest", 0, 0),))


def run_of(spec: ScenarioSpec, folder: Path) -> RunFolder:
    """Return a run folder with one unit."""
    run = RunFolder(folder)
    unit = run.unit(CHOICE.units[0])
    unit.mkdir(parents=True)
    write_records(unit, played := play_day(spec, NEAREST))
    write_json(unit / "kpis.json", {"end": "completed", "kpis": {"total_cost": played.records.total_cost}})
    return run


def test_what_came_in_is_kept_and_read_again(tmp_path: Path) -> None:
    spec = scenario(disruptions=OUTAGES)
    demanded = demanded_of(3, test_day(spec), compile_site(spec).network.names)
    assert demanded.outages_s == ((60.0, 90.0),)
    write_demanded(tmp_path / "day.json", demanded)
    assert read_demanded(tmp_path / "day.json", 3) == demanded
    assert read_demanded(tmp_path / "day.json", 4) is None
    assert read_demanded(tmp_path / "none.json", 3) is None


def test_a_day_is_shown_from_its_records_and_what_was_kept(tmp_path: Path) -> None:
    """What was kept goes before what the scenario would say: its source may be gone by then."""
    spec = scenario()
    run = run_of(spec, tmp_path)
    shown = shown_day_of(spec, run, CHOICE, compile_site(spec))
    assert isinstance(shown, ShownDay)
    assert shown.policies[0].records.total_cost == play_day(spec, NEAREST).records.total_cost
    kept = dataclasses.replace(shown.demanded, label="kept")
    write_demanded(run.shown_day, kept)
    again = shown_day_of(spec, run, CHOICE, compile_site(spec))
    assert isinstance(again, ShownDay) and again.demanded == kept


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"report": {"replay": False}}, "the scenario says report.replay: false"),
        ({"report": {"records": False}}, "the scenario says report.records: false"),
    ],
)
def test_a_scenario_may_want_none(changes: dict[str, Any], reason: str, tmp_path: Path) -> None:
    spec = scenario(**changes)
    assert shown_day_of(spec, RunFolder(tmp_path), CHOICE, compile_site(spec)) == reason


def test_missing_files_are_named(tmp_path: Path) -> None:
    spec = scenario()
    run = run_of(spec, tmp_path)
    assert shown_day_of(spec, run, CHOICE, None) == "files of its network are gone, so there is no map"
    (run.unit(CHOICE.units[0]) / "vehicles.csv").unlink()
    assert shown_day_of(spec, run, CHOICE, compile_site(spec)) == "records are missing: nearest-0-000/vehicles"
