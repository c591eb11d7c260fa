from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from documents import scenario

from qmix_logistics.evaluation.alerts import Alert, AlertKind, Severity, find_alerts
from qmix_logistics.evaluation.contender import Contender

ATC, QMIX = Contender("atc", "global", is_learned=False), Contender("qmix", "local", is_learned=True)
NO_TRAINING = pd.DataFrame(columns=["policy", "training_seed"])
QUIET = {
    "end": "completed", "mask_violations": 0.0, "strandings": 0.0, "rescues": 0.0, "plans_cut_off": 0,
    "candidate_cut_pct": 0.0,
}  # fmt: skip


def replications(num_days: int = 10, **changes: Any) -> pd.DataFrame:
    """Days on which nothing happens; a list changes a column day by day."""
    rows = [{"policy": "atc", "day": day, "total_cost": 10.0, **QUIET} for day in range(num_days)]
    return pd.DataFrame(rows).assign(**changes)


def curve(greedy: list[float | None], best: list[bool], exploring: float = 10.0) -> pd.DataFrame:
    """A training; the guide plays no part in it."""
    points = {"greedy_cost": greedy, "is_best": best, "exploring_cost": exploring, "guided_share": 0.0}
    points |= {"mean_value": -1.0, "realised_return": -1.0, "share_pick_up": 0.9, "share_charge": 0.1}
    return pd.DataFrame(points).assign(policy="qmix", training_seed=1, days=[10 * n for n in range(1, len(greedy) + 1)])


NO_COMPARISONS = pd.DataFrame(
    columns=["policy", "training_seed", "reference", "kpi", "coverage_pct", "ci_low", "ci_high"]
)


def alerts(
    table: pd.DataFrame,
    training: pd.DataFrame = NO_TRAINING,
    learned: bool = False,
    comparisons: pd.DataFrame = NO_COMPARISONS,
    hindsight: pd.DataFrame | None = None,
    **changes: Any,
) -> list[Alert]:
    contenders = (ATC, QMIX) if learned else (ATC,)
    changes = {"policies": [{"kind": "atc", "tuning": "tuned"}]} | changes
    return list(find_alerts(scenario(**changes), contenders, table, comparisons, training, hindsight))


def test_a_quiet_experiment_has_no_alerts() -> None:
    assert alerts(replications()) == []
    steady = curve([10.0, 9.0, 9.5], [True, True, False])
    assert alerts(replications(), steady, learned=True, experiment__training_seeds=5) == []


@pytest.mark.parametrize(
    ("changes", "severity", "text"),
    [
        ({"mask_violations": [1.0] + [0.0] * 9}, "error", "atc chose stops that were not feasible."),
        ({"strandings": [2.0] * 2 + [0.0] * 8}, "warning", "atc: vehicles ran out of energy 4 times."),
        ({"rescues": [2.0] + [0.0] * 9}, "note", "atc: vehicles were carried out of deadlocks 2 times."),
        ({"plans_cut_off": [3] + [0] * 9}, "warning", "atc: 3 plans were cut off by the clock"),
        ({"end": ["truncated"] * 3 + ["completed"] * 7}, "note", "30 % of the days ended with time running out"),
        ({"total_cost": [90.0] + [10.0] * 9}, "warning", "One day makes 50 % of all cost"),
        ({"candidate_cut_pct": 6.0}, "note", "the list of candidates left out feasible stops in 6 % of choices"),
        ({"num_days": 1}, "warning", "One test day: differences have no interval."),
        ({"num_days": 9}, "note", "9 test days: intervals assume"),
    ],
)
def test_alert(changes: dict[str, Any], severity: str, text: str) -> None:
    (alert,) = alerts(replications(**changes))
    assert alert.severity is Severity(severity)
    assert text in alert.text


@pytest.mark.parametrize(
    "changes", [{"total_cost": [59.0] + [10.0] * 9}, {"candidate_cut_pct": 5.0}, {"candidate_cut_pct": None}]
)
def test_below_its_threshold_an_alert_is_silent(changes: dict[str, Any]) -> None:
    """59 of 149 is 39.6 %, below 40 %."""
    assert alerts(replications(**changes)) == []


@pytest.mark.parametrize(("board_range_m", "num_alerts"), [(40.0, 1), (None, 0)])
def test_orders_that_no_vehicle_saw_to_the_end(board_range_m: float | None, num_alerts: int) -> None:
    """Time ran out for both on day 0, which says nothing about sight; on days 1 and 2 only for those who see little."""
    ends = {"atc": ["truncated"] + ["completed"] * 9, "qmix": ["truncated"] * 3 + ["completed"] * 7}
    table = pd.concat([replications(policy=policy, end=end) for policy, end in ends.items()])
    sight = {"information__board_range_m": board_range_m} if board_range_m else {}
    found = alerts(table, learned=True, experiment__training_seeds=5, **sight)
    unseen = [alert.text for alert in found if alert.kind is AlertKind.OUT_OF_SIGHT]
    assert unseen == ["qmix left orders open to the end on 2 of the 9 days that planners finished."] * num_alerts


@pytest.mark.parametrize(("seeds", "text"), [(1, "one training:"), (4, "4 trainings:")])
def test_below_five_trainings_results_are_conditional_on_these_policies(seeds: int, text: str) -> None:
    (alert,) = alerts(replications(), learned=True, experiment__training_seeds=seeds)
    assert text in alert.text
    assert "conditional on these policies" in alert.text


def test_a_budget_in_seconds_cannot_be_repeated() -> None:
    training = curve([10.0, 9.0, 9.5], [True, True, False])
    timed = {"experiment__training_seeds": 5, "training__budget": "5 min"}
    (alert,) = alerts(replications(), training, learned=True, **timed)
    assert "The training budget is in seconds" in alert.text


@pytest.mark.parametrize(
    ("greedy", "best", "text"),
    [
        ([10.0, 9.0, None, 8.0], [True, True, False, True], "was still improving when it ended"),
        ([10.0, 9.0, 20.1], [True, True, False], "the last policy costs 20.10 without exploration, 10.00 with it"),
    ],
)
def test_alert_about_a_training(greedy: list[float | None], best: list[bool], text: str) -> None:
    (alert,) = alerts(replications(), curve(greedy, best), learned=True, experiment__training_seeds=5)
    assert text in alert.text


def test_days_that_the_guide_played_do_not_tell_what_the_policy_costs_with_exploration() -> None:
    """The guide's days cost 5, the policy's own 16 (10 days) and 10 (20 days): 12 on average, half of 24.1."""
    training = curve([None, None, None, 24.1], [False, False, False, True])
    training = training.assign(exploring_cost=[5.0, 16.0, 99.0, 10.0], guided_share=[1.0, 0.0, 0.5, 0.0])
    training["days"] = [10, 20, 30, 50]
    (alert,) = alerts(replications(), training, learned=True, experiment__training_seeds=5)
    assert "24.10 without exploration, 12.00 with it" in alert.text


def test_values_that_run_away() -> None:
    """Five times what the worst days brought is too much; and nothing is said before gradient steps."""
    training = curve([10.0, 9.0, 9.5], [True, True, False])
    training["realised_return"] = [-2.0, -3.0, -1.0]
    for values, number in [([None, -4.0, -14.9], 0), ([None, -4.0, -15.1], 1), ([None, None, None], 0)]:
        training["mean_value"] = pd.Series(values, dtype=float)
        found = alerts(replications(), training, learned=True, experiment__training_seeds=5)
        assert len(found) == number
    training["mean_value"] = [-4.0, -4.0, 16.0]
    (alert,) = alerts(replications(), training, learned=True, experiment__training_seeds=5)
    assert alert.text == "qmix, training 1: values are 16, but days brought -3 at worst."


def test_a_kind_of_stop_that_takes_over() -> None:
    training = curve([10.0, 9.0, 9.5], [True, True, False])
    training["share_charge"] = [0.1, 0.5, 0.99]
    (alert,) = alerts(replications(), training, learned=True, experiment__training_seeds=5)
    assert alert.text == "qmix, training 1: 99 % of the last choices were one kind of stop, charge."
    training["share_charge"], training["share_pick_up"] = 0.0, 0.99  # as from the beginning: there is little else
    assert alerts(replications(), training, learned=True, experiment__training_seeds=5) == []


def test_intervals_that_hold_less_than_they_promise_are_told() -> None:
    columns = ["policy", "training_seed", "reference", "kpi", "coverage_pct", "ci_high"]
    rows = [("qmix", "all", "atc", "total_cost", 91.2, 1.0), ("nearest", "all", "atc", "total_cost", 93.1, 1.0),
            ("fifo", "all", "atc", "total_cost", 90.06, 1.0), ("qmix", "1", "atc", "total_cost", 80.0, 1.0),
            ("qmix", "all", "atc", "lost_pct", 88.0, 1.0)]  # fmt: skip
    first, second = alerts(replications(), comparisons=pd.DataFrame(rows, columns=columns).assign(ci_low=0.0))
    where = "fifo against atc, 90.1 %; qmix against atc, 91.2 %"
    assert first.text == f"Some 95 % intervals of total_cost hold the mean less often than they say: {where}."
    assert second.text.startswith("Intervals of lost_pct hold the mean in less than 93 % somewhere")


def test_days_that_never_differ_are_told_where_a_kpi_differs_elsewhere() -> None:
    """A day that differs may be rare; but policies that do the same, and what never happens, are not worth a word."""
    columns = ["policy", "training_seed", "reference", "kpi", "coverage_pct", "ci_high"]
    rows = [("advised", "all", "atc", "total_cost", 74.0, 0.0), ("nearest", "all", "atc", "total_cost", 95.0, 1.0),
            ("advised", "all", "atc", "tardiness_mean_s", 74.0, 0.0),
            ("nearest", "all", "atc", "tardiness_mean_s", 94.0, 1.0),
            ("nearest", "all", "atc", "strandings", 74.0, 0.0)]  # fmt: skip
    (alert,) = alerts(replications(), comparisons=pd.DataFrame(rows, columns=columns).assign(ci_low=0.0))
    assert alert.text.startswith("Intervals of tardiness_mean_s hold")


def test_days_on_which_a_policy_beat_hindsight_are_told() -> None:
    table = replications()
    best = table.groupby("day")["total_cost"].min()
    hindsight = pd.DataFrame({"day": best.index, "cost": best.to_numpy()})
    assert alerts(table, hindsight=hindsight) == []
    hindsight.loc[0, "cost"] += 1
    (found,) = alerts(table, hindsight=hindsight)
    assert "a policy did better than the plan found with hindsight" in found.text


def test_baselines_that_were_not_tuned_are_named_beside_a_learner_that_was_trained() -> None:
    policies = [{"kind": "atc"}, {"kind": "matching", "tuning": "tuned"}, {"kind": "nearest"}, {"kind": "qmix"}]
    changes = {"policies": policies, "experiment__training_seeds": 5}
    (alert,) = alerts(replications(), learned=True, **changes)
    assert (alert.kind, alert.severity) == (AlertKind.UNTUNED, Severity.NOTE)
    assert "Settings of atc are as given" in alert.text
    assert alerts(replications(), **changes) == []


def test_an_alert_names_the_three_worst_comparisons_and_counts_the_others() -> None:
    rows = {"policy": list("abcde"), "training_seed": "all", "reference": "atc", "kpi": "total_cost"}
    rows |= {"ci_low": 0.0, "ci_high": 1.0, "coverage_pct": [90.0, 85.0, 80.0, 92.0, 91.0]}
    (alert,) = alerts(replications(), comparisons=pd.DataFrame(rows))
    where = "c against atc, 80.0 %; b against atc, 85.0 %; a against atc, 90.0 %; and 2 more."
    assert (alert.kind, alert.text.partition(": ")[2]) == (AlertKind.SKEWED_DAYS, where)


def test_days_without_a_time_to_drain_are_meant_to_be_cut() -> None:
    assert alerts(replications(end="truncated"), horizon__drain_s=0) == []


def test_a_policy_that_was_trained_before_needs_no_more_trainings_here() -> None:
    ready = (ATC, Contender("qmix", "local", is_learned=True, is_ready=True))
    spec = scenario(policies=[{"kind": "atc", "tuning": "tuned"}], experiment__training_seeds=1)
    (alert,) = find_alerts(spec, ready, replications(), NO_COMPARISONS, NO_TRAINING)
    assert alert.text == "qmix: one training each, that was done before; intervals are conditional on it."


@pytest.mark.parametrize(
    ("setting", "texts"),
    [
        ({"kind": "fixed", "central_s": 5.0}, []),
        ({"kind": "fixed", "central_s": 5.0, "local_s": 1.0}, ["Policies were trained on days on which decisions"]),
        ({"kind": "measured"}, ["Policies were trained and tuned on days on which decisions"]),
    ],
)
def test_who_was_not_trained_for_the_delays_of_the_test_days(setting: dict[str, Any], texts: list[str]) -> None:
    """Who decides on the vehicle has the vehicle's delay; fixed times are those of tuning too."""
    found = alerts(replications(), learned=True, experiment__training_seeds=5, decision_time=setting)
    unprepared = [alert.text for alert in found if alert.kind is AlertKind.UNPREPARED]
    assert len(unprepared) == len(texts) and all(map(str.startswith, unprepared, texts))
