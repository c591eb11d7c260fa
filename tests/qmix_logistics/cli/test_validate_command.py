"""Checking scenarios before anything runs."""

from __future__ import annotations

import json
from pathlib import Path

from commands import call, write_scenario
from documents import document


def test_several_scenarios_are_checked_and_each_is_said_what_it_is(tmp_path: Path) -> None:
    good = write_scenario(tmp_path / "good.yaml", [{"kind": "nearest"}, {"kind": "qmix"}])
    bad = write_scenario(tmp_path / "bad.yaml", fleet=[{"id": "amr", "count": 2, "sped_mps": 1}])
    outcome = call("validate", good, bad, good)
    assert outcome.status == 2
    assert outcome.out.count(f"{good}: tiny is sound") == 2
    assert "learned   qmix: 1 training of 6 days each" in outcome.out
    assert f"{bad}:" in outcome.err and "Did you mean speed_mps (metres per second)?" in outcome.err
    assert outcome.err.endswith("\n2 errors. Nothing was run.\n")


def test_the_load_is_work_over_the_time_of_the_fleet(tmp_path: Path) -> None:
    """With twice the vehicles half as much."""
    file = write_scenario(tmp_path / "a.yaml")
    one, two = (
        json.loads(call("validate", file, "--json", "--set", f"fleet.0.count={count}").out)["files"][0]["summary"]
        for count in (2, 4)
    )
    assert one["load_pct"] == 2 * two["load_pct"] > 0
    assert (one["orders_a_day"], one["num_vehicles"]) == (two["orders_a_day"], 2)
    expected = document()["demand"]["rate_per_h"] * 600 / 3600
    assert abs(one["orders_a_day"] - expected) < 3 * expected**0.5


def test_json_has_every_fault_with_its_place(tmp_path: Path) -> None:
    bad = write_scenario(tmp_path / "bad.yaml", fleet=[{"id": "amr", "count": 0, "speed_mps": 1}])
    outcome = call("validate", bad, "--json")
    (file,) = json.loads(outcome.out)["files"]
    (problem,) = file["problems"]
    line = bad.read_text().splitlines().index("  count: 0") + 1
    assert (outcome.status, file["is_sound"], file["summary"]) == (2, False, None)
    assert (problem["path"], problem["line"], problem["column"]) == (str(bad), line, 10)
    assert (problem["field"], problem["message"]) == ("fleet[0].count", "is 0; expected a number of 1 or more")


def test_what_only_a_run_would_need_is_checked(tmp_path: Path) -> None:
    lost = write_scenario(tmp_path / "a.yaml", decision_time={"kind": "recorded", "recorded_in": "gone"})
    assert "gone" in call("validate", lost).err
    unreachable = write_scenario(tmp_path / "b.yaml")
    outcome = call("validate", unreachable, "--set", "network.closed_arcs=[[X0.2, S1]]")
    assert (outcome.status, "cannot be reached" in outcome.err) == (2, True)
    trained = write_scenario(tmp_path / "c.yaml", [{"kind": "qmix", "weights_in": "."}])
    outcome = call("validate", trained)
    assert (outcome.status, "holds no whole policy" in outcome.err) == (2, True)
