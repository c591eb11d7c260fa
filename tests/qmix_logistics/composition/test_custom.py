"""Policies of users: the same days, the same tables, and faults said with their place in the user's file."""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from commands import call, write_scenario

NEAREST = """
    class MyNearest:
        def score(self, site, epoch, times, rng):
            return -times.arrival_s
"""
STANDING = """
    import numpy as np
    class Turns:
        def decide(self, epoch):
            return np.array([np.flatnonzero(row)[0] for row in epoch.feasible])
"""
FEW = {"replications": 3, "hindsight_moves": 0}


def custom(policy_class: str, **fields: Any) -> dict[str, Any]:
    return {"kind": "custom", "policy_class": policy_class, **fields}


def site(folder: Path, code: str, *policies: dict[str, Any], **changes: Any) -> Path:
    """Write a scenario and beside it ``rules.py``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules.py").write_text(textwrap.dedent(code), encoding="utf-8")
    return write_scenario(folder / "s.yaml", policies, **{"experiment": FEW} | changes)


def played(file: Path, *words: object) -> pd.DataFrame:
    out = file.parent / "out"
    outcome = call("run", file, "--quiet", "--out", out, *words)
    assert outcome.status == 0, outcome.err
    return pd.read_csv(out / "replications.csv")


def kpis_of(table: pd.DataFrame, policy: str) -> pd.DataFrame:
    kept = table[table["policy"] == policy].reset_index(drop=True)
    return kept.drop(columns="policy")


def test_a_rule_that_copies_a_built_in_one_has_its_results_in_every_table(tmp_path: Path) -> None:
    """Two worker processes load it, from a folder that is not where the command was given."""
    file = site(tmp_path, NEAREST, {"kind": "nearest"}, custom("rules:MyNearest"), {"kind": "atc"})
    found = played(file, "--jobs", 2)
    pd.testing.assert_frame_equal(kpis_of(found, "MyNearest"), kpis_of(found, "nearest"))
    comparisons = pd.read_csv(tmp_path / "out" / "comparisons.csv")
    (row,) = comparisons[(comparisons["policy"] == "MyNearest") & (comparisons["kpi"] == "total_cost")].to_dict(
        "records"
    )
    assert row["reference"] == "atc"  # the last one that is not of one's own
    assert "MyNearest" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_with_local_information_each_vehicle_has_a_rule_that_sees_what_it_sees(tmp_path: Path) -> None:
    """As the built-in rule on each vehicle, and not as the one that sees all."""
    narrow = {"board_range_m": 6, "radio_range_m": 6}
    policies = ({"kind": "nearest", "information": "local"}, custom("rules:MyNearest", information="local"))
    file = site(tmp_path, NEAREST, *policies, {"kind": "nearest"}, information=narrow)
    found = played(file, "--jobs", 1, "--set", "report.html=false")
    local, mine, all_seeing = (kpis_of(found, name) for name in ("nearest-local", "MyNearest-local", "nearest"))
    pd.testing.assert_frame_equal(mine, local)
    assert not mine["total_cost"].equals(all_seeing["total_cost"])


def test_options_come_from_the_scenario_and_each_day_gets_a_new_object(tmp_path: Path) -> None:
    """The second day would be another if the counter of the first went on."""
    code = """
    class Tiring:
        def __init__(self, patience):
            self.left = patience
        def score(self, site, epoch, times, rng):
            self.left -= 1
            return -times.arrival_s if self.left >= 0 else times.arrival_s
    """
    policies = [custom("rules:Tiring", name=f"after-{number}", options={"patience": number}) for number in (0, 9999)]
    file = site(tmp_path, code, *policies, {"kind": "nearest"})
    found = played(file, "--jobs", 1, "--set", "report.html=false")
    pd.testing.assert_frame_equal(kpis_of(found, "after-9999"), kpis_of(found, "nearest"))
    alone = call("run", file, "--quiet", "--out", tmp_path / "again", "--jobs", 1, "--replications", 1)
    assert alone.status == 0
    first = pd.read_csv(tmp_path / "again" / "replications.csv").set_index("policy").loc["after-0", "total_cost"]
    assert first == kpis_of(found, "after-0")["total_cost"][0]


def test_a_policy_may_choose_stops_itself_import_its_neighbours_and_advise(tmp_path: Path) -> None:
    (tmp_path / "helping.py").write_text("FIRST = 0\n")
    code = STANDING.replace("import numpy as np", "import numpy as np\n    from helping import FIRST").replace(
        "[0]", "[FIRST]"
    )
    file = site(tmp_path, code, custom("rules:Turns"), {"kind": "nearest"})
    assert set(played(file, "--jobs", 1, "--set", "report.html=false")["policy"]) == {"Turns", "nearest"}
    advised = {
        "kind": "qmix",
        "information": "advised",
        "adviser": custom("rules:Turns"),
        "teacher": custom("rules:No"),
    }
    outcome = call("validate", site(tmp_path, code, advised))
    assert (outcome.status, "policies[0].teacher.policy_class 'No' is not in" in outcome.err) == (2, True)


@pytest.mark.parametrize(
    ("code", "policy_class", "expected"),
    [
        (
            NEAREST,
            "ruls:MyNearest",
            "s.yaml:{line}:17: policies[0].policy_class names the module ruls; expected a file ruls.py",
        ),
        (NEAREST, "ruls:MyNearest", "Did you mean rules?"),
        (NEAREST, "rules:MyNeares", "'MyNeares' is not in {folder}/rules.py. Did you mean MyNearest?"),
        (NEAREST, "no-such-rule", "'no-such-rule' is no entry point of the group qmix_logistics.policies"),
        ("class A:\n  def score(self:\n", "rules:A", "{folder}/rules.py:2:"),
        ("1 / 0\nclass A: pass", "rules:A", "{folder}/rules.py:1: policy A cannot be built: ZeroDivisionError"),
        ("class A: pass", "rules:A", "rules:A has neither decide nor score; see docs/guides/own-policy.md"),
        ("class A:\n  def __init__(self, x): pass", "rules:A", "policy A cannot be built: TypeError"),
        ("import gone_for_good\nclass A: pass", "rules:A", "rules.py:1: policy A cannot be built: ModuleNotFoundError"),
        ("A = 3", "rules:A", "is no class: there is no A to call"),
    ],
)
def test_what_cannot_be_built_is_said_before_anything_runs(
    code: str, policy_class: str, expected: str, tmp_path: Path
) -> None:
    file = site(tmp_path, code, custom(policy_class))
    line = next(number for number, text in enumerate(file.read_text().splitlines(), 1) if "policy_class" in text)
    expected = expected.replace("{line}", str(line)).replace("{folder}", str(tmp_path))
    for command in ("validate", "run"):
        outcome = call(command, file)
        assert (outcome.status, outcome.out) == (2, "")
        assert expected in outcome.err
        assert "Traceback" not in outcome.err


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("raise ValueError('no idea')", "rules.py:5: policy A fails in decide: ValueError: no idea"),
        ("return np.zeros(len(epoch.deciders))", "rules.py: policy A chose an array of float64 in the shape ("),
        ("return np.zeros(99, int)", "rules.py: policy A chose an array of int64 in the shape (99,); expected "),
        ("return np.full(len(epoch.deciders), 999)", "which is not feasible for it; see epoch.feasible"),
        ("return None", "rules.py: policy A chose "),
    ],
)
def test_what_it_does_wrong_while_it_plays_is_said_with_its_place(body: str, expected: str, tmp_path: Path) -> None:
    code = f"import numpy as np\n\nclass A:\n    def decide(self, epoch):\n        {body}\n"
    file = site(tmp_path, code, {"kind": "nearest"}, custom("rules:A"))
    outcome = call("run", file, "--jobs", 1, "--out", tmp_path / "out", "--quiet")
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.startswith("play A-0-000 failed; what was finished is kept.")
    assert expected in outcome.err
    assert "Traceback" not in outcome.err and "--resume" in outcome.err
    assert (tmp_path / "out" / "units" / "nearest-0-002").is_dir()
    shown = call("run", file, "--jobs", 1, "--out", tmp_path / "out", "--quiet", "--resume", "--verbose")
    assert (shown.status, "Traceback" in shown.err) == (1, True)


def test_two_vehicles_at_one_task_are_refused(tmp_path: Path) -> None:
    code = """
    import numpy as np
    class Greedy:
        def decide(self, epoch):
            return np.array([np.flatnonzero(row)[-1] for row in epoch.feasible])
    """
    file = site(tmp_path, code, custom("rules:Greedy"), demand={"kind": "poisson", "rate_per_h": 600})
    outcome = call("run", file, "--jobs", 1, "--out", tmp_path / "out", "--quiet")
    assert (outcome.status, "policy Greedy sends two vehicles to one task after" in outcome.err) == (1, True)


def test_installed_packages_offer_policies_by_entry_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "offered-1.0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: offered\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[qmix_logistics.policies]\nbest-rule = offered_rules:MyNearest\n")
    (tmp_path / "site" / "offered_rules.py").write_text(textwrap.dedent(NEAREST))
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    file = write_scenario(tmp_path / "s.yaml", [{"kind": "nearest"}, custom("best-rule")], experiment=FEW)
    found = played(file, "--jobs", 1, "--set", "report.html=false")
    pd.testing.assert_frame_equal(kpis_of(found, "best-rule"), kpis_of(found, "nearest"))
    assert json.loads(call("policies", "--json").out)["installed"] == ["best-rule"]
    monkeypatch.delitem(sys.modules, "offered_rules")
    assert np.isfinite(found["total_cost"]).all()
