"""Statistics of finished runs, and gates on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from commands import call, write_scenario
from conftest import FEW, RULES
from json_keys import KEYS

NO_REPORT = ("--set", "report.html=false")


@pytest.fixture(scope="module")
def slower(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same days with slower vehicles."""
    folder = tmp_path_factory.mktemp("slower") / "slow"
    fleet = [{"id": "amr", "count": 2, "speed_mps": 0.5}]
    file = write_scenario(folder.parent / "s.yaml", RULES, experiment=FEW, fleet=fleet)
    assert call("run", file, "--jobs", 1, "--quiet", "--out", folder, *NO_REPORT).status == 0
    return folder


def compared(*words: object) -> dict[str, Any]:
    outcome = call("compare", *words, "--json")
    assert outcome.status == 0, outcome.err
    found: dict[str, Any] = json.loads(outcome.out)
    assert set(found) == set(KEYS["compare"])
    return found


def test_a_run_s_comparisons_are_those_of_its_report(finished: Path) -> None:
    """Every figure of comparisons.csv, to the last digit."""
    found = pd.DataFrame(compared(finished, "--kpi", "all")["comparisons"])
    stored = pd.read_csv(finished / "comparisons.csv")
    shared = [column for column in stored if column in found]
    assert {"difference", "ci_low", "ci_high", "p_adjusted", "verdict"} <= set(shared)
    kept = stored[stored["kpi"].isin(found["kpi"])]
    assert found[shared].to_csv(index=False) == kept[shared].to_csv(index=False)
    assert len(found) == len(stored[stored["reference"] == "random"])


def test_another_reference_turns_the_difference_round(finished: Path) -> None:
    (one,) = compared(finished, "--policy", "nearest")["comparisons"]
    found = compared(finished, "--reference", "nearest")["comparisons"]
    assert (one["policy"], one["reference"]) == ("nearest", "random")
    (other,) = [row for row in found if row["policy"] == "random"]
    assert other["difference"] == pytest.approx(-one["difference"])
    assert (other["ci_low"], other["ci_high"]) == pytest.approx((-one["ci_high"], -one["ci_low"]))


def test_runs_of_the_same_days_are_compared_policy_by_policy(finished: Path, slower: Path) -> None:
    """The mean of paired differences is the difference of the means, day by day from replications.csv."""
    found = compared(finished, slower, "--policy", "atc")
    (row,) = found["comparisons"]
    costs = [
        table.loc[table["policy"] == "atc"].sort_values("day")["total_cost"].to_numpy()
        for table in (pd.read_csv(folder / "replications.csv") for folder in (finished, slower))
    ]
    assert (row["policy"], row["reference"], row["num_days"]) == ("slow/atc", "base/atc", 4)
    assert row["difference"] == pytest.approx((costs[1] - costs[0]).mean()) and row["difference"] > 0
    assert found["scenario_differences"] == ["fleet.0.speed_mps: 1.0, 0.5"]
    assert "differs: fleet.0.speed_mps: 1.0, 0.5" in call("compare", finished, slower).err


def test_one_policy_of_one_run_can_be_the_reference_of_all(finished: Path, slower: Path) -> None:
    found = compared(finished, slower, "--reference", "slow/nearest")["comparisons"]
    assert {row["policy"] for row in found} == {"base/nearest", "base/atc", "base/random", "slow/atc", "slow/random"}
    assert {row["reference"] for row in found} == {"slow/nearest"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (["--seed", 9], "experiment.seed is 1 and 9"),
        (["--set", "demand.rate_per_h=240"], "day 0: its orders differ ("),
        (["--set", "order_classes.0.due_s=60"], "day 0: its orders differ ("),
        (["--set", "network.racks_per_block=6"], "day 0: its tasks begin elsewhere, or have other loads"),
        (["--replications", 3], "did not play the same number of days (base 4, other 3)"),
    ],
)  # fmt: skip
def test_other_days_are_not_compared_and_the_message_says_which(
    finished: Path, tmp_path: Path, change: list[object], expected: str
) -> None:
    file = write_scenario(tmp_path / "s.yaml", [{"kind": "nearest"}], experiment=FEW)
    words = ["--jobs", 1, "--quiet", "--out", tmp_path / "other", *NO_REPORT]
    assert call("run", file, *words, *change).status == 0
    outcome = call("compare", finished, tmp_path / "other")
    assert (outcome.status, outcome.out) == (2, "")
    assert expected in outcome.err
    if "--replications" in change:
        common = compared(finished, tmp_path / "other", "--common-days")["comparisons"]
        assert [(row["num_days"], row["difference"]) for row in common] == [(3, 0)]


def test_costs_at_other_prices_are_not_compared_but_service_is(finished: Path, tmp_path: Path) -> None:
    objective = {"open_order_cost_per_h": 2.0}
    file = write_scenario(tmp_path / "s.yaml", RULES, experiment=FEW, objective=objective)
    assert call("run", file, "--jobs", 1, "--quiet", "--out", tmp_path / "dear", *NO_REPORT).status == 0
    outcome = call("compare", finished, tmp_path / "dear")
    assert outcome.status == 2 and "The runs have other prices (objective." in outcome.err
    assert compared(finished, tmp_path / "dear", "--kpi", "lead_time_mean_s", "--policy", "nearest")["comparisons"]


PASSED = ("total_cost>+100000%", "total_cost<-2%", "lead_time_mean_s>100000", "on_time_pct>0")
FAILED = ("total_cost>+2%", "lead_time_mean_s>1")


def test_a_gate_that_fails_ends_with_status_3(finished: Path, slower: Path) -> None:
    """Whoever drives at half the speed costs more than 2 % more, and takes more than a second longer."""
    words = ["compare", finished, slower, "--policy", "atc"]
    passed = [word for gate in PASSED for word in ("--fail-if", gate)]
    outcome = call(*words, *passed, "--json")
    assert (outcome.status, json.loads(outcome.out)["failed"]) == (0, [])
    assert outcome.err.count("passed ") == len(PASSED)
    outcome = call(*words, *passed, *[word for gate in FAILED for word in ("--fail-if", gate)], "--json")
    failed = [{"gate": gate, "policy": "slow/atc", "reference": "base/atc"} for gate in FAILED]
    assert (outcome.status, json.loads(outcome.out)["failed"]) == (3, failed)
    assert f"FAILED {FAILED[0]}: slow/atc against base/atc, total_cost: +" in outcome.err


def test_a_gate_that_must_be_sure_looks_at_the_whole_interval(finished: Path) -> None:
    (row,) = compared(finished, "--policy", "nearest", "--reference", "atc")["comparisons"]
    between = (row["difference"] + row["ci_low"]) / 2
    words = ["compare", finished, "--policy", "nearest", "--reference", "atc", "--fail-if", f"total_cost>{between:.6f}"]
    assert row["ci_low"] < between < row["difference"]
    assert (call(*words).status, call(*words, "--surely").status) == (3, 0)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--fail-if", "total_cost"], "is no gate; expected an indicator, < or >, and a bound, such as"),
        (["--fail-if", "orders_in>1"], "names orders_in, which is no indicator with a direction"),
        (["--reference", "nearst"], "Did you mean nearest?"),
        (["--policy", "astrology"], "There is nothing to compare; policies are"),
    ],
)
def test_what_cannot_be_compared_is_said(finished: Path, words: list[str], expected: str) -> None:
    outcome = call("compare", finished, *words)
    assert (outcome.status, outcome.out) == (2, "")
    assert expected in outcome.err
