from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from commands import call, write_scenario

from qmix_logistics.cli.sweep_options import grid_of, target_of
from qmix_logistics.composition.sweeping import _answers, points_of
from qmix_logistics.errors import ScenarioError


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sweep")
    return write_scenario(folder / "scenario.yaml", ({"kind": "nearest"}, {"kind": "atc"}), report={"html": False})


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_grids_are_ranges_and_lists() -> None:
    count, speed = grid_of(["fleet.0.count=2..6:2", "fleet.0.speed_mps=1,1.5"])
    assert (count.values, speed.values) == (("2", "4", "6"), ("1", "1.5"))
    assert len(list(points_of((count, speed)))) == 6
    assert next(points_of((count, speed))) == (("fleet.0.count", "2"), ("fleet.0.speed_mps", "1"))


def test_what_is_no_grid_or_target_is_told_all_at_once() -> None:
    with pytest.raises(ScenarioError) as error:
        grid_of(["fleet.0.count", "a=", "b=9..1", "c=1..900"])
    assert len(error.value.problems) == 4
    for text in ("on_time_pct", "speed>=3", "on_time_pct>=many"):
        with pytest.raises(ScenarioError, match="is no target"):
            target_of(text)
    assert str(target_of("on_time_pct >= 95")) == "on_time_pct >= 95"


def test_a_sweep_finds_the_smallest_fleet_and_goes_on_where_it_was(file: Path, tmp_path: Path) -> None:
    """The same days at every point; a point alone, run as ever, gives the same figures."""
    out, grid = tmp_path / "out", ["--grid", "fleet.0.count=1..3"]
    words = ["sweep", file, *grid, "--target", "lead_time_mean_s<=150", "--jobs", 1, "--quiet", "--out", out]
    outcome = call(*words)
    assert outcome.status == 0, outcome.err
    table = rows(out / "sweep.csv")
    lead = {row["fleet.0.count"]: float(row["mean"]) for row in table
            if row["kpi"] == "lead_time_mean_s" and row["policy"] == "atc"}  # fmt: skip
    assert lead["1"] > lead["2"] > lead["3"]
    smallest = next((count for count in "123" if lead[count] <= 150), None)
    wanted = f"is first met at fleet.0.count={smallest}" if smallest else "is met nowhere on the grid"
    assert wanted in next(line for line in outcome.out.splitlines() if line.startswith("atc:"))
    orders = {row["mean"] for row in table if row["kpi"] == "orders_in"}
    assert len(orders) == 1
    one = ["run", file, "--set", "fleet.0.count=2", "--set", "experiment.hindsight_moves=0"]
    assert call(*one, "--jobs", 1, "--quiet", "--out", tmp_path / "one").status == 0
    alone = [row for row in rows(tmp_path / "one" / "kpis.csv") if row["kpi"] == "total_cost"]
    there = [row for row in table if row["kpi"] == "total_cost" and row["fleet.0.count"] == "2"]
    assert [row["mean"] for row in alone] == [row["mean"] for row in there]
    before = (out / "sweep.csv").read_bytes()
    (out / "points" / "fleet.0.count=2" / "units" / "atc-0-001" / "kpis.json").unlink()
    (out / "points" / "fleet.0.count=2" / "units" / "atc-0-001").rename(tmp_path / "gone")
    assert call(*words).status == 2
    assert call(*words, "--resume").status == 0
    assert (out / "sweep.csv").read_bytes() == before
    html = (out / "sweep.html").read_text()
    assert "<svg" in html and "http://" not in html.replace("http://www.w3.org", "")


def test_errors_of_a_point_name_what_the_user_wrote(file: Path, tmp_path: Path) -> None:
    outcome = call("sweep", file, "--grid", "fleet.0.count=0..2", "--quiet", "--out", tmp_path / "out")
    assert outcome.status == 2
    assert "fleet.0.count=0" in outcome.err
    assert "Traceback" not in outcome.err


def answers(values: list[float], target: str, points: list[str] | None = None) -> list[str]:
    table = pd.DataFrame({"n": points or [str(10 * k) for k in range(1, len(values) + 1)], "mean": values})
    table = table.assign(kpi="on_time_pct", policy="atc", ci_low=table["mean"] - 2, ci_high=table["mean"] + 2)
    return list(_answers(table, ["n"], target_of(target)))


def test_a_point_beyond_the_first_that_misses_the_target_is_said() -> None:
    assert answers([90, 96, 94, 99], "on_time_pct>=95") == [
        "atc: on_time_pct >= 95 is first met at n=20, its whole interval first at n=40; not at n=30"
    ]
    assert answers([90, 98, 99], "on_time_pct>=95") == ["atc: on_time_pct >= 95 is first met at n=20"]
    assert answers([90], "on_time_pct>=95") == ["atc: on_time_pct >= 95 is met nowhere on the grid"]


def test_a_policy_answers_with_the_points_that_it_has_played() -> None:
    """An axis may change a policy's name, which then has fewer points than the grid."""
    assert answers([99], "on_time_pct>=95", ["local"]) == ["atc: on_time_pct >= 95 is first met at n=local"]
