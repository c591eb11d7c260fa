from pathlib import Path

import pytest
from documents import document
from ruamel.yaml import YAML

from qmix_logistics.errors import ScenarioError
from qmix_logistics.scenario import load_scenario, parse_override
from qmix_logistics.scenario.demand import TraceDemand


def write(path: Path, text: str) -> Path:
    file = path / "scenario.yaml"
    file.write_text(text)
    return file


def dump(path: Path, **changes: object) -> Path:
    file = path / "scenario.yaml"
    with file.open("w") as stream:
        YAML().dump(document(**changes), stream)
    return file


def problems_of(file: Path, *overrides: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file, [parse_override(text) for text in overrides])
    return [str(problem).removeprefix(f"{file.parent}/") for problem in caught.value.problems]


BROKEN = """\
version: 1
name: broken
network:
  kind: warehouse
  num_aisles: 4
  racks_per_block: 10
  closed_arcs: [[X0.2, S1]]
  stations:
    - {id: S1, aisle: 2, service_s: 12}
    - {id: S2, aisle: 3, service_s: {dist: lognormal, mean_s: 12, cv: 0.4}}
fleet:
  - {id: amr, count: 4, max_speed: 1.5, speed_mps: -1.5}
order_classes:
  - {id: standard, share_pct: 90, due_s: 20 min}
demand:
  kind: trace
  path: nosuch.csv
  path: other.csv
horizon: {demand_s: 1 h, drain_s: 30 min}
policies:
  - {kind: nearest}
  - {kind: nearst}
experiment: {seed: 1, replications: none}
"""


def test_all_errors_are_reported_at_once_each_at_its_place(tmp_path: Path) -> None:
    file = write(tmp_path, BROKEN)
    assert problems_of(file) == [
        "scenario.yaml:9:7: network.stations[0] station S1 cannot be reached from the racks and left again; "
        "check closed_arcs",
        "scenario.yaml:12:25: fleet[0].max_speed is unknown. Did you mean speed_mps (metres per second)?",
        "scenario.yaml:12:52: fleet[0].speed_mps is -1.5; expected a number above 0 (metres per second)",
        "scenario.yaml:14:3: order_classes have share_pct that sum to 90; expected 100",
        f"scenario.yaml:17:9: demand.path '{tmp_path}/nosuch.csv' is no file; expected a CSV of order lines, "
        "or no path at all",
        "scenario.yaml:18:3: demand.path stands twice; it was set on line 17 already. Remove one of them",
        "scenario.yaml:22:5: policies[1] has kind 'nearst'; expected one of random, fifo, nearest, "
        "earliest_due_date, atc, matching, rolling_horizon, custom, iql, vdn, qmix, qplex, qtran_base, qtran_alt, "
        "cw_qmix, ow_qmix. Did you mean nearest?",
        "scenario.yaml:23:37: experiment.replications is 'none'; expected a whole number",
    ]


def test_a_sound_scenario_is_read(tmp_path: Path) -> None:
    spec = load_scenario(dump(tmp_path, fleet__0__speed_mps="6 km/h"))
    assert spec.fleet[0].speed_mps == pytest.approx(6 / 3.6)


def test_override_replaces_a_value_and_is_named_in_errors(tmp_path: Path) -> None:
    file = dump(tmp_path)
    assert load_scenario(file, [parse_override("fleet.0.count=7")]).fleet[0].count == 7
    assert problems_of(file, "fleet.0.count=0") == [
        "--set fleet.0.count=0: fleet[0].count is 0; expected a number of 1 or more"
    ]
    assert problems_of(file, "fleet.3.count=1") == [
        "--set fleet.3.count=1: fleet.3 does not exist in the scenario; check the path"
    ]


def test_paths_are_relative_to_the_file_but_in_overrides_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "a.csv").write_text("x")
    monkeypatch.chdir(tmp_path / "work")
    file = dump(tmp_path, demand={"kind": "trace", "path": "a.csv"})
    assert "a.csv' is no file" in problems_of(file)[0]
    assert "order_time is missing in the header" in "".join(problems_of(file, "demand.path=a.csv"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [1", "is not YAML"),
        ("[1, 2]", "is no scenario"),
        ("", "is empty; expected a mapping"),
        ("version: 2", "version is 2; expected 1"),
        ("\x00", "is not YAML"),
    ],
)
def test_what_is_no_scenario_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in "\n".join(problems_of(write(tmp_path, text)))


def test_missing_file_is_reported(tmp_path: Path) -> None:
    assert problems_of(tmp_path / "none.yaml") == ["none.yaml: cannot be read: No such file or directory"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"network__stations__0__aisle": 9}, "network.stations[0].aisle is 9; expected 1 to 3"),
        ({"network__closed_arcs": [["X0.1", "X0.9"]]}, "X0.1 -> X0.9 is no arc of this warehouse"),
        ({"network__chargers": [{"id": "S1", "aisle": 1}]}, "'S1' names several facilities"),
        ({"demand__load": {"low_units": 1, "high_units": 5}}, "no vehicle carries more than 1"),
        ({"demand": {"kind": "piecewise_poisson", "profile": [{"from_s": 5, "rate_per_h": 1}]}}, "do not rise"),
        (
            {"demand": {"kind": "piecewise_poisson", "profile": [{"from_s": s, "rate_per_h": 9} for s in (0, 1200)]}},
            "profile[1].from_s is 1200; expected less than horizon.demand_s, 1200",
        ),
        ({"policies": [{"kind": "qmix"}, {"kind": "vdn", "weights_of": "qmix"}]}, "'qmix' is no vdn policy with a"),
        ({"policies": [{"kind": "qmix", "information": "advised", "adviser": None}]}, "vehicles are to be advised"),
        ({"policies": [{"kind": "qmix", "adviser": "oracle"}]}, "'oracle' is no policy here that does not learn"),
        ({"experiment": {"reference": "astrology"}}, "'astrology' is no policy here"),
        ({"policies": [{"kind": "fifo"}, {"kind": "fifo"}]}, "'fifo' is used more than once"),
        ({"demand": {"kind": "trace"}, "experiment": {"replications": 9}}, "is 9, but the trace has 5 test days"),
        ({"training": {"budget": "3 moons"}}, "expected days of simulation such as '300 days'"),
        ({"demand": {"kind": "trace", "day_starts_s": "12 h"}}, "order lines outside the day"),
        (
            {"demand": {"kind": "trace", "test_days": 39}, "horizon": {"demand_s": "24 h"}},
            "leaves no day to train on",
        ),
        ({"fleet__0__battery": {"capacity_wh": 1}}, "fleet[0].battery.drive_wh_per_m is missing"),
    ],
)
def test_faults_that_show_only_together_are_found(tmp_path: Path, changes: dict[str, object], expected: str) -> None:
    assert expected in "\n".join(problems_of(dump(tmp_path, **changes)))


def test_battery_without_a_charger_is_refused(tmp_path: Path) -> None:
    battery = {"capacity_wh": 100, "drive_wh_per_m": 0.1, "charging_curve": [{"from_pct": 0, "power_w": 100}]}
    assert "needs a charger" in problems_of(dump(tmp_path, fleet__0__battery=battery))[0]


def test_paths_of_a_document_that_is_named_relatively_are_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run folder keeps the scenario: it must load from there, and from another working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lines.csv").write_text(
        "order_time,order_id,sku,qty\n" + "".join(f"2026-01-0{day} 00:05,{day},A,1\n" for day in (5, 6, 7))
    )
    trace = {"kind": "trace", "path": "lines.csv", "test_days": 1, "validation_days": 1}
    with Path("scenario.yaml").open("w") as file:
        YAML().dump(document(demand=trace), file)
    spec = load_scenario(Path("scenario.yaml"))
    assert isinstance(spec.demand, TraceDemand)
    assert spec.demand.path == tmp_path / "lines.csv"
