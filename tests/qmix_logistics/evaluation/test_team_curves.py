from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from qmix_logistics.evaluation.team_curves import find_alerts, interquartile_mean, summarise
from qmix_logistics_reports.figures.team_figure import team_figure


def curve(greedy: list[float], **last: float) -> pd.DataFrame:
    """A curve whose last point is as given, otherwise without anything odd."""
    number = len(greedy)
    table = pd.DataFrame(
        {
            "steps": 100 * np.arange(number), "greedy_return": np.array(greedy, float), "greedy_metric": 0.0,
            "exploring_return": [math.nan, *greedy[1:]], "first_value": np.array(greedy, float),
            "realised_return": greedy,
            "largest_action_share": 0.4,
        }
    )  # fmt: skip
    for name, value in last.items():
        table.loc[number - 1, name] = value
    return table


def written(folder: Path, curves: dict[tuple[str, int], pd.DataFrame]) -> dict[tuple[str, int], Path]:
    places = {}
    for (algorithm, seed), table in curves.items():
        places[algorithm, seed] = folder / f"{algorithm}-{seed}.csv"
        table.to_csv(places[algorithm, seed], index=False)
    return places


def test_the_interquartile_mean_and_its_interval_by_hand() -> None:
    """
    Five values: one is cut at each end, 2 + 3 + 4 stay.

    Winsorised they are 2, 2, 3, 4, 4 with a sum of squares of 4 about their mean, so the standard error is
    sqrt(4 / (3 * 2)) with 2 degrees of freedom (Tukey and McLaughlin 1963).
    """
    mean, low, high = interquartile_mean(np.array([100.0, 4, 3, 2, -50]))
    half = float(stats.t.ppf(0.975, 2)) * math.sqrt(4 / 6)
    assert mean == 3
    assert (low, high) == (pytest.approx(3 - half), pytest.approx(3 + half))


def test_three_values_are_a_plain_t_interval_and_one_has_none() -> None:
    values = np.array([1.0, 2.0, 6.0])
    mean, low, high = interquartile_mean(values)
    half = float(stats.t.ppf(0.975, 2)) * values.std(ddof=1) / math.sqrt(3)
    assert (mean, low, high) == (3, pytest.approx(3 - half), pytest.approx(3 + half))
    assert math.isnan(interquartile_mean(values[:1])[1])


def test_the_interval_covers_what_it_should() -> None:
    """5 normal values, 4000 times: about 95 % of the intervals hold the true mean (99.9 % band of a binomial)."""
    rng = np.random.default_rng(0)
    intervals = np.array([interquartile_mean(rng.normal(size=5))[1:] for _ in range(4000)])
    covered = np.mean((intervals[:, 0] <= 0) & (intervals[:, 1] >= 0))
    assert 0.935 < covered < 0.975


def test_curves_are_summarised_over_trainings(tmp_path: Path) -> None:
    curves = summarise(
        written(tmp_path, {("qmix", 1): curve([0, 1]), ("qmix", 2): curve([0, 3]), ("vdn", 1): curve([0, 7])})
    )
    last = curves.summary[curves.summary["play"] == 1].set_index("algorithm")
    assert last["iqm"].to_dict() == {"qmix": 2, "vdn": 7} and last["num_seeds"].to_dict() == {"qmix": 2, "vdn": 1}
    assert len(curves.points) == 6
    svg = team_figure(curves, "a:b")
    assert svg.count("line-0") == svg.count("line-1") and "interquartile mean" in svg


@pytest.mark.parametrize(
    ("last", "message"),
    [
        ({"greedy_return": 0.2, "exploring_return": 9.0}, "The greedy team has collapsed"),
        ({"first_value": 300.0}, "Values have run away"),
        ({"largest_action_share": 0.99}, "One action has taken over"),
    ],
)
def test_what_limits_a_training_is_said(last: dict[str, float], message: str, tmp_path: Path) -> None:
    """Bug 16, and its kin; a sound curve gives none."""
    sound, odd = curve([0, 4, 8, 10]), curve([0, 4, 8, 10], **last)
    alerts = find_alerts(summarise(written(tmp_path, {("qmix", 1): sound, ("qmix", 2): odd})))
    assert [alert.text.partition(":")[0] for alert in alerts] == ["qmix, training 2"]
    assert message in alerts[0].remedy
