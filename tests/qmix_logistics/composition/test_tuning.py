from __future__ import annotations

import csv
from pathlib import Path

import pytest
from commands import call, write_scenario

from qmix_logistics.composition.trials import TrialJob, candidates_of, means_on_same_days
from qmix_logistics.composition.tuning import Tuned, best_planner
from qmix_logistics.scenario import load_scenario
from qmix_logistics.scenario.policies import AtcPolicy, MatchingPolicy, RollingHorizonPolicy, RulePolicy

pytestmark = pytest.mark.usefixtures("shapes_on_trust")

ATC = AtcPolicy(kind="atc")
POLICIES = ({"kind": "nearest"}, {"kind": "atc", "lookahead": 50.0}, {"kind": "matching"}, {"kind": "qmix"})


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scenario(tmp_path_factory.mktemp("tune") / "scenario.yaml", POLICIES)


def test_candidates_change_one_setting_each() -> None:
    found = [(entry.lookahead, entry.approach_weight) for entry in candidates_of(AtcPolicy(kind="atc", lookahead=2.0))]  # type: ignore[union-attr]
    assert found == [(2, 1), (0.5, 1), (1, 1), (4, 1), (8, 1), (2, 2), (2, 4)]
    assert candidates_of(RulePolicy(kind="nearest")) == (RulePolicy(kind="nearest"),)
    entry = RollingHorizonPolicy(kind="rolling_horizon", replan_period_s=10, solution_limit=1)
    for other in candidates_of(entry)[1:]:
        changed = [name for name in type(entry).model_fields if getattr(other, name) != getattr(entry, name)]
        assert len(changed) == 1
    assert min(other.solution_limit for other in candidates_of(entry)) == 1


def test_a_tuned_scenario_says_how_and_runs(file: Path, tmp_path: Path) -> None:
    """Whoever computes, the same choice; the budget is kept; learners and rules without settings stay as they are."""
    words = ["tune", file, "--days", 30, "--quiet"]
    first = call(*words, "--jobs", 1, "-o", tmp_path / "tuned.yaml", "--out", tmp_path / "1")
    assert first.status == 0, first.err
    again = call(*words, "--jobs", 2, "-o", tmp_path / "again.yaml", "--out", tmp_path / "2")
    assert again.status == 0
    assert (tmp_path / "tuned.yaml").read_text() == (tmp_path / "again.yaml").read_text()
    with (tmp_path / "1" / "tuning.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["policy"] for row in rows} == {"atc", "matching-myopic"}
    for policy in ("atc", "matching-myopic"):
        own = [row for row in rows if row["policy"] == policy]
        assert sum(int(row["days"]) for row in own) <= 30
        (chosen,) = [row for row in own if row["is_chosen"] == "True"]
        longest = [float(row["mean_cost"]) for row in own if row["days"] == chosen["days"]]
        assert float(chosen["mean_cost"]) == min(longest)
    tuned = load_scenario(tmp_path / "tuned.yaml")
    before = load_scenario(file)
    assert [entry.kind for entry in tuned.policies] == [entry.kind for entry in before.policies]
    assert tuned.policies[0] == before.policies[0]
    assert tuned.policies[3] == before.policies[3].model_copy(update={"teacher": "matching-myopic"})
    assert "settings on" in getattr(tuned.policies[1], "tuning", "")


def test_a_budget_that_is_not_spent_tries_no_third_round(tmp_path: Path) -> None:
    """The second round is won by a new setting while there are days left: its neighbours are not tried, nor listed."""
    demand = {"kind": "poisson", "rate_per_h": 400, "pick_up_s": 10.0}
    file = write_scenario(tmp_path / "s.yaml", [{"kind": "atc", "lookahead": 0.01}], demand=demand)
    done = call("tune", file, "--days", 200, "--quiet", "--jobs", 1, "-o", tmp_path / "t.yaml", "--out", tmp_path / "o")
    assert done.status == 0, done.err
    with (tmp_path / "o" / "tuning.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    first_round = len(candidates_of(AtcPolicy(kind="atc", lookahead=0.01)))
    assert next(int(row["candidate"]) for row in rows if row["is_chosen"] == "True") >= first_round
    assert all(int(row["days"]) > 0 for row in rows)
    assert 200 - sum(int(row["days"]) for row in rows) >= 2 * first_round


def test_settings_are_compared_on_the_days_that_all_have_played() -> None:
    """The second one's third day is a hard one, which the first never met."""
    assert means_on_same_days([[1.0, 3.0], [2.0, 1.0, 30.0]]) == [2.0, 1.5]


@pytest.mark.parametrize(("routes", "teacher"), [(96.0, "matching-myopic"), (94.0, "rolling_horizon")])
def test_routes_are_the_teacher_only_where_they_are_clearly_cheaper(routes: float, teacher: str) -> None:
    """On the two days that both have played matching costs 100; its later days are dearer."""
    matching, planner = MatchingPolicy(kind="matching"), RollingHorizonPolicy(kind="rolling_horizon")
    tuned = [
        Tuned("matching-myopic", (matching,), ((90.0, 110.0, 400.0),), 0, True),
        Tuned("rolling_horizon", (planner,), ((routes, routes),), 0, True),
        Tuned("atc", (AtcPolicy(kind="atc"),), ((1.0, 1.0),), 0, True),
    ]
    assert best_planner(tuned) == teacher
    assert best_planner(tuned[2:]) is None


def test_an_interrupted_tuning_goes_on(file: Path, tmp_path: Path) -> None:
    words = ["tune", file, "--days", 20, "--quiet", "--jobs", 1, "--policy", "atc", "-o", tmp_path / "tuned.yaml"]
    assert call(*words, "--out", tmp_path / "out").status == 0
    whole = (tmp_path / "out" / "tuning.csv").read_bytes()
    for trial in sorted((tmp_path / "out" / "trials").glob("*/*.json"))[::2]:
        trial.unlink()
    assert call(*words, "--out", tmp_path / "out").status == 2
    assert call(*words, "--out", tmp_path / "out", "--resume").status == 0
    assert (tmp_path / "out" / "tuning.csv").read_bytes() == whole


def test_a_trial_of_other_settings_is_not_taken_for_one_of_these(file: Path, tmp_path: Path) -> None:
    """With another budget another setting may get the number."""
    scenario = load_scenario(file).model_dump_json()
    one, other = (AtcPolicy(kind="atc", lookahead=lookahead) for lookahead in (1.0, 3.0))
    TrialJob(scenario, tmp_path, "atc", 7, one, 0).run(lambda share, cost=None: None)
    assert TrialJob(scenario, tmp_path, "atc", 7, one, 0).is_done()
    assert not TrialJob(scenario, tmp_path, "atc", 7, other, 0).is_done()


def test_settings_are_tried_within_their_bounds_and_days_within_the_budget(file: Path, tmp_path: Path) -> None:
    entry = RollingHorizonPolicy(kind="rolling_horizon", max_planned_tasks=600)
    assert {other.max_planned_tasks for other in candidates_of(entry)} == {300, 600}  # type: ignore[union-attr]
    words = ["--days", 9, "--policy", "atc", "--quiet", "--jobs", 1, "-o", tmp_path / "t.yaml", "--out", tmp_path / "o"]
    assert call("tune", file, *words).status == 0
    with (tmp_path / "o" / "tuning.csv").open(newline="") as stream:
        assert sum(int(row["days"]) for row in csv.DictReader(stream)) <= 9


def test_trials_decide_as_slowly_as_test_days(tmp_path: Path) -> None:
    costs = []
    for central_s in (0.0, 60.0):
        slow = {"kind": "fixed", "central_s": central_s}
        file = write_scenario(tmp_path / f"{central_s}.yaml", [{"kind": "atc"}], decision_time=slow)
        job = TrialJob(load_scenario(file).model_dump_json(), tmp_path / str(central_s), "atc", 0, ATC, 0)
        job.run(lambda share, cost=None: None)
        costs.append(job.cost())
    assert costs[1] > 1.2 * costs[0]
