"""
The report as a reader sees it: in Chromium, with the network off.

Needs Chromium, node and two packages from npm, which ``make browser`` installs; without them the tests are skipped.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from commands import call, write_scenario

HERE = Path(__file__).parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
POLICIES = ({"kind": "nearest"}, {"kind": "atc"}, {"kind": "matching"}, {"kind": "qmix"})

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium; make browser installs it"),
    pytest.mark.skipif(shutil.which("node") is None, reason="there is no node"),
    pytest.mark.skipif(not (HERE / "node_modules").is_dir(), reason="there is no axe-core; make browser installs it"),
]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with every section: a learned policy, two trainings, several days, regret."""
    folder = tmp_path_factory.mktemp("page")
    experiment = {"replications": 3, "validation_days": 2, "training_seeds": 2, "hindsight_moves": 3}
    file = write_scenario(folder / "s.yaml", POLICIES, experiment=experiment, description="a <b> & c")
    outcome = call("run", file, "--jobs", 1, "--quiet", "--out", folder / "out")
    assert outcome.status == 0, outcome.err
    return folder / "out"


@pytest.fixture(scope="module")
def found(out: Path) -> dict[str, Any]:
    command = ["node", str(HERE / "check_page.mjs"), str(CHROMIUM), str(out / "report.html"), str(out / "report.pdf")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_nothing_goes_wrong_and_nothing_is_asked_of_a_network(found: dict[str, Any]) -> None:
    assert found["messages"] == []
    assert all(request.startswith("file:") and request.endswith("report.html") for request in found["requests"])


def test_every_section_and_every_figure_is_drawn(found: dict[str, Any]) -> None:
    assert found["sections"] == [
        "alerts", "scoreboard", "costs", "differences", "service", "why", "fleet", "learning", "regret", "computing",
        "settings", "kpis", "how", "reproduce", "files",
    ]  # fmt: skip
    assert found["empty"] == []


def test_no_label_is_cut_off_or_lies_on_another(found: dict[str, Any]) -> None:
    assert found["clipped"] == []
    assert found["overlapping"] == []


@pytest.mark.parametrize("scheme", ["light 1280", "dark 1280", "light 390", "dark 390"])
def test_everyone_can_read_it(found: dict[str, Any], scheme: str) -> None:
    """All details open; wide figures scroll by themselves, the page does not."""
    assert found["schemes"][scheme]["violations"] == []
    assert found["schemes"][scheme]["overflow"] <= 0


def test_the_theme_follows_the_system_and_the_button(found: dict[str, Any]) -> None:
    light, dark = (found["schemes"][f"{scheme} 1280"]["background"] for scheme in ("light", "dark"))
    assert light != dark == found["toggled"]


def test_the_scoreboard_is_sorted_by_keyboard(found: dict[str, Any]) -> None:
    """Pressed twice: from the last name to the first."""
    assert found["by_name"] == sorted(found["order"], reverse=True) != found["order"]
    assert found["sorted"] == "descending"


def test_details_and_contents_work_by_keyboard(found: dict[str, Any]) -> None:
    assert (found["opened"], found["scrolled"]) == (1, "#files")


def test_the_table_inside_the_page_is_the_file_beside_it(found: dict[str, Any], out: Path) -> None:
    assert found["download"] == (out / "kpis.csv").read_text(encoding="utf-8")


def test_without_script_all_is_there_and_no_button_that_does_nothing(found: dict[str, Any]) -> None:
    plain = found["without_script"]
    assert plain["tables"] > 15
    assert plain["figures"] == 14
    assert plain["buttons"] == 0


def test_it_prints_with_all_numbers(found: dict[str, Any], out: Path) -> None:
    text = (out / "report.pdf").read_bytes()
    assert text.startswith(b"%PDF")
    assert text.count(b"/Type /Page\n") + text.count(b"/Type /Page ") >= 8
