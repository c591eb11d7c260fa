from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from commands import call, write_scenario

from qmix_logistics import __version__
from qmix_logistics.evaluation.kpis import KPIS
from qmix_logistics.scenario import load_scenario

SOUND = """\
version: 1
name: sound
network:
  kind: warehouse
  num_aisles: 3
  racks_per_block: 4
  stations: [{id: S1, aisle: 2, service_s: 5}]
fleet:
  - {id: amr, count: 2, speed_mps: 1.5}
order_classes:
  - {id: standard, share_pct: 100, due_s: 20 min}
demand: {kind: poisson, rate_per_h: 60}
horizon: {demand_s: 10 min, drain_s: 10 min}
policies:
  - {kind: nearest}
"""
THREE = ({"kind": "nearest"}, {"kind": "atc"}, {"kind": "matching", "anticipatory": True})
CSV = "order_time,order_id,sku,qty\n"


def written(folder: Path, *replacements: tuple[str, str]) -> Path:
    text = SOUND
    for old, new in replacements:
        assert text.count(old) == 1
        text = text.replace(old, new)
    (folder / "scenario.yaml").write_text(text)
    return folder / "scenario.yaml"


@pytest.mark.parametrize("command", ["validate", "run"])
@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("speed_mps", "speed_mp", "9:25: fleet[0].speed_mp is unknown. Did you mean speed_mps (metres per second)?"),
        ("1.5", "-1.5", "9:36: fleet[0].speed_mps is -1.5; expected a number above 0 (metres per second)"),
        ("fleet:", "  closed_arcs: [[X0.2, S1]]\nfleet:", "7:14: network.stations[0] station S1 cannot be reached"),
        ("{kind: poisson, rate_per_h: 60}", "{kind: trace, path: gone.csv}", "12:29: demand.path '"),
        ("name: sound", "name: sound\nname: again", "3:1: name stands twice; it was set on line 2 already"),
        ("name: sound", "name: !!int sound", "2:7: name is not YAML: invalid literal for int()"),
        ("name: sound", "name: !made-up sound", "2:7: name is not YAML: could not determine a constructor"),
        ("20 min", "2026-13-45", "11:43: order_classes[0].due_s is not YAML: month must be in 1..12"),
        ("name: sound", "name: &a [*a]", "1:1: is not YAML that can be read: it is nested too deeply"),
        ("name: sound", "name: " + "[" * 500, "1:1: is not YAML that can be read: it is nested too deeply"),
        ("name: sound", "name: [", "4:7: is not YAML: expected ',' or ']', but got ':'"),
    ],
)
def test_a_faulty_scenario_ends_with_status_2_and_says_where_what_and_what_else(
    tmp_path: Path, command: str, old: str, new: str, expected: str
) -> None:
    file = written(tmp_path, (old, new))
    outcome = call(command, file)
    assert (outcome.status, outcome.out) == (2, "")
    assert f"{file}:{expected}" in outcome.err
    assert outcome.err.endswith("Nothing was run.\n")
    assert "Traceback" not in outcome.err


def test_everything_that_is_wrong_is_reported_at_once(tmp_path: Path) -> None:
    (tmp_path / "lines.csv").write_text(CSV + "2026-01-05 08:00,1,A,1\n2026-01-05 08:01,1,A,none\nsoon,2,B,1\n")
    file = written(
        tmp_path,
        ("count: 2", "number: 2"),
        ("1.5", "fast"),
        ("100", "90"),
        ("{kind: poisson, rate_per_h: 60}", "{kind: trace, path: lines.csv}"),
        ("kind: nearest", "kind: nearst"),
    )
    outcome = call("validate", file, "--set", "experiment.seed=-1")
    lines = outcome.err.replace(f"{tmp_path}/", "").splitlines()
    assert [line for line in lines if line[:1] != " "] == [
        "--set experiment.seed=-1: experiment.seed is -1; expected a number of 0 or more",
        "lines.csv:3:22: qty is 'none'; expected a number above 0 (drop cancellations and returns from the file)",
        "lines.csv:4:1: order_time is 'soon'; expected a date and time such as 2011-02-01 08:23:00",
        "scenario.yaml:9:5: fleet[0].count is missing; expected a value: number of vehicles",
        "scenario.yaml:9:15: fleet[0].number is unknown. Known here: access, battery, breakdowns, capacity_units, "
        "count, home, id, max_tasks_on_board, returns_home, shift, speed_mps, travels, unloading",
        "scenario.yaml:9:37: fleet[0].speed_mps is 'fast'; expected a number, or a number with one of the units "
        "m/s, mps, km/h, kmh",
        "scenario.yaml:11:3: order_classes have share_pct that sum to 90; expected 100",
        "scenario.yaml:15:5: policies[0] has kind 'nearst'; expected one of random, fifo, nearest, earliest_due_date, "
        "atc, matching, rolling_horizon, custom, iql, vdn, qmix, qplex, qtran_base, qtran_alt, cw_qmix, ow_qmix. "
        "Did you mean nearest?",
        "",
        "8 errors. Nothing was run.",
    ]
    assert outcome.status == 2


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["run", "gone.yaml"], "gone.yaml: cannot be read: No such file or directory"),
        (["validate", "."], ".: cannot be read: Is a directory"),
        (["run"], "Missing argument 'SCENARIO'"),
        (["fly"], "No such command 'fly'"),
        (["run", "gone.yaml", "--jobs", "0"], "Invalid value for '--jobs'"),
        (["run", "gone.yaml", "--speed", "9"], "No such option: --speed"),
    ],
)
def test_a_wrong_call_ends_with_status_2(words: list[str], expected: str) -> None:
    outcome = call(*words)
    assert (outcome.status, outcome.out) == (2, "")
    assert expected in outcome.err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--policy", "astrology"], "--policy astrology: is no policy of this scenario; expected one of nearest"),
        (["--replications", "0"], "--replications 0: experiment.replications is 0; expected a number of 1 or more"),
        (["--seed", "-1"], "--seed -1: experiment.seed is -1; expected a number of 0 or more"),
        (["--train-budget", "3 moons"], "--train-budget 3 moons: training.budget is '3 moons'; expected days"),
        (["--set", "fleet.0.count"], "--set fleet.0.count: has no value; expected key.path=value"),
        (["--set", "fleet.9.count=1"], "--set fleet.9.count=1: fleet.9 does not exist in the scenario"),
        (["--set", "fleett.0.count=1"], "--set fleett.0.count=1: fleett is unknown. Did you mean fleet?"),
        (["--set", "fleet.²=1"], "--set fleet.²=1: fleet.² does not exist in the scenario"),
        (["--set", "name=[1"], "--set name=[1: has a value that is not YAML"),
        (["--set", "name=2026-13-45"], "--set name=2026-13-45: has a value that is not YAML"),
    ],
)
def test_a_wrong_option_is_named(tmp_path: Path, words: list[str], expected: str) -> None:
    outcome = call("run", written(tmp_path), *words)
    assert (outcome.status, outcome.out) == (2, "")
    assert expected in outcome.err
    assert "Traceback" not in outcome.err


def test_validate_says_what_is_sound(tmp_path: Path) -> None:
    file = written(tmp_path)
    outcome = call("validate", file, "--set", "fleet.0.count=7")
    assert (outcome.status, outcome.err) == (0, "")
    first, *lines = outcome.out.splitlines()
    assert first == f"{file}: sound is sound"
    said = {line.split()[0]: " ".join(line.split()[1:]) for line in lines}
    assert said["site"] == "warehouse, 13 places"
    assert said["fleet"] == "7 vehicles: 7 amr"
    assert said["policies"] == "nearest; the reference is nearest"


def test_policies_lists_every_kind() -> None:
    outcome = call("policies")
    assert (outcome.status, outcome.err) == (0, "")
    kinds = {kind for line in outcome.out.splitlines() if line[0] != " " for kind in line.split(", ")}
    assert kinds == {
        "random", "fifo", "nearest", "earliest_due_date", "atc", "matching", "rolling_horizon", "custom", "iql", "vdn",
        "qmix", "qplex", "qtran_base", "qtran_alt", "cw_qmix", "ow_qmix",
    }  # fmt: skip


def test_version() -> None:
    assert call("--version").out == f"{__version__}\n"


def test_json_is_all_there_is_on_standard_output(tmp_path: Path) -> None:
    file, out = write_scenario(tmp_path / "s.yaml", THREE), tmp_path / "out"
    outcome = call("run", file, "--jobs", 1, "--out", out, "--json")
    assert outcome.status == 0
    result = json.loads(outcome.out)
    assert set(result) == {"folder", "report", "reference", "verdict", "alerts", "kpis"}
    assert (result["folder"], result["report"]) == (str(out), str(out / "report.html"))
    assert result["reference"] == "matching-anticipatory"
    assert len(result["kpis"]) == 3 * len(KPIS)
    assert "playing 100 %" in outcome.err


def test_quiet_shows_no_progress_and_no_table(tmp_path: Path) -> None:
    file, out = write_scenario(tmp_path / "s.yaml", THREE), tmp_path / "out"
    outcome = call("run", file, "--jobs", 1, "--out", out, "--quiet")
    assert outcome.status == 0
    assert "playing" not in outcome.err
    sentence, report = outcome.out.splitlines()
    assert sentence.endswith(" The cheapest of all 3 policies are atc and matching-anticipatory.")  # two short days
    assert report == str(out / "report.html")


def test_a_loud_run_prints_every_policy(tmp_path: Path) -> None:
    outcome = call("run", write_scenario(tmp_path / "s.yaml", THREE), "--jobs", 1, "--out", tmp_path / "out")
    starts = [line.split()[0] for line in outcome.out.splitlines()]
    assert {"nearest", "atc", "matching-anticipatory"} <= set(starts)


def test_policy_restricts_and_may_be_repeated(tmp_path: Path) -> None:
    file, out = write_scenario(tmp_path / "s.yaml", THREE, experiment={"replications": 2, "reference": "atc"}), "out"
    words = ["--jobs", 1, "--quiet", "--policy", "nearest", "--policy", "matching-anticipatory"]
    assert call("run", file, "--out", tmp_path / out, *words).status == 0
    found = pd.read_csv(tmp_path / out / "replications.csv")
    assert list(found["policy"].unique()) == ["nearest", "matching-anticipatory"]
    assert load_scenario(tmp_path / out / "scenario.yaml").experiment.reference is None


def test_options_replace_the_scenario_s_values(tmp_path: Path) -> None:
    file, out = write_scenario(tmp_path / "s.yaml"), tmp_path / "out"
    words = ["--seed", 9, "--replications", 3, "--set", "report.html=false", "--set", "report.records=false"]
    outcome = call("run", file, "--jobs", 1, "--quiet", "--out", out, *words)
    spec = load_scenario(out / "scenario.yaml")
    assert (outcome.status, spec.experiment.seed, spec.experiment.replications) == (0, 9, 3)
    assert not (out / "report.html").exists()
    assert [file.name for file in (out / "units" / "nearest-0-002").iterdir()].count("orders.csv") == 0
    assert outcome.out.splitlines()[-1] == str(out)


def test_a_used_folder_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file, out = write_scenario(tmp_path / "s.yaml"), tmp_path / "out"
    words = ["run", file, "--jobs", 1, "--quiet", "--out", out]
    assert call(*words).status == 0
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    for extra, expected in (
        ([], "exists; add --resume to go on with it"),
        (["--resume", "--seed", 9], "holds another scenario, or other settings"),
    ):
        outcome = call(*words, *extra)
        assert (outcome.status, outcome.out) == (2, "")
        assert expected in outcome.err
    assert before == {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "changes",
    [
        {"demand": {"kind": "poisson", "rate_per_h": 1e-6}},
        {"objective": {"open_order_cost_per_h": 0}},
    ],
)
def test_days_that_cost_nothing_can_be_compared(tmp_path: Path, changes: dict[str, object]) -> None:
    file = write_scenario(tmp_path / "s.yaml", THREE, **changes)
    outcome = call("run", file, "--jobs", 1, "--quiet", "--out", tmp_path / "out")
    assert outcome.status == 0
    assert " costs 0 more than matching-anticipatory [0, 0] on 2 paired days" in outcome.out


def test_a_failed_part_ends_with_status_1_and_its_name(tmp_path: Path) -> None:
    """Something else lies where a unit's folder should be: the disk is at fault, not the user's words."""
    file, out = write_scenario(tmp_path / "s.yaml"), tmp_path / "out"
    words = ["run", file, "--jobs", 1, "--quiet", "--out", out]
    assert call(*words).status == 0
    unit = out / "units" / "nearest-0-000"
    for path in unit.iterdir():
        path.unlink()
    unit.rmdir()
    unit.parent.rename(out / "moved")
    unit.parent.touch()
    outcome = call(*words, "--resume")
    assert outcome.status == 1
    assert outcome.err.startswith("play nearest-0-000 failed; what was finished is kept.")


def test_help_imports_none_of_the_heavy_packages() -> None:
    program = (
        "import sys; sys.argv = ['qmix-logistics', '--help']\n"
        "from qmix_logistics.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "print('LOADED', *{'torch', 'ortools', 'pandas', 'scipy', 'simpy', 'pydantic', 'numpy'} & set(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "Simulate, learn, compare:" in done.stdout
    assert done.stdout.splitlines()[-1] == "LOADED"


SOLOMON = """T1

VEHICLE
NUMBER     CAPACITY
  3         20

CUSTOMER
    0      0         0          0          0        100          0
    1      1         1         10         10         50          5
    2      3         4          7          0         90          5
"""


def test_an_imported_instance_is_a_sound_scenario(tmp_path: Path) -> None:
    source, out = tmp_path / "T1.txt", tmp_path / "made" / "t1.yaml"
    source.write_text(SOLOMON, encoding="utf-8")
    outcome = call("import", "solomon", source, "-o", out, "--vehicles", 2)
    assert outcome.status == 0
    assert outcome.out.splitlines() == [str(out), str(out.with_name("t1-orders.csv"))]
    assert "2 of 2 orders were taken" in outcome.err
    assert out.read_text(encoding="utf-8").startswith("# Imported from T1.txt")
    assert call("validate", out).status == 0
    again = call("import", "solomon", source, "-o", out)
    assert (again.status, "add --force" in again.err) == (2, True)
    assert call("import", "solomon", source, "-o", out, "--force").status == 0


def test_an_import_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    source = tmp_path / "T1.txt"
    source.write_text("nothing", encoding="utf-8")
    for words, message in (
        (("sollomon", source), "is no format; expected one of solomon"),
        (("solomon", source), "is no Solomon instance"),
        (("solomon", tmp_path / "none.txt"), "cannot be read"),
        (("dpdp", tmp_path), "holds 0 files of orders"),
        (("road", tmp_path), "has no nodes.csv"),
    ):
        outcome = call("import", *words, "-o", tmp_path / "out.yaml")
        assert outcome.status == 2, words
        assert message in outcome.err
        assert "Traceback" not in outcome.err
        assert not (tmp_path / "out.yaml").exists()


def test_the_formats_are_listed() -> None:
    outcome = call("import", "--formats")
    assert outcome.status == 0
    assert [line.split()[0] for line in outcome.out.splitlines()][:3] == ["solomon", "homberger", "li_lim"]
