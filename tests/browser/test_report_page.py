"""
The report as a reader sees it: in Chromium, with the network off.

Needs Chromium, and axe-core from npm for what helps readers who do not see well; ``make browser`` installs both.
Without them the tests are skipped.
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import Browser, browser, chromium_path
from commands import call, write_scenario

HERE = Path(__file__).parent
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
PROBES = (HERE / "probes.js").read_text(encoding="utf-8")
POLICIES = ({"kind": "nearest"}, {"kind": "fifo"}, {"kind": "matching"}, {"kind": "qmix"})
STATIONS = [{"id": "S1", "aisle": 2, "service_s": 5.0}]
DESKTOP, PHONE = 1280, 390

pytestmark = pytest.mark.skipif(chromium_path() is None, reason="there is no Chromium; make browser installs it")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with every section and every verdict: a learned policy, two trainings, several busy days, regret."""
    folder = tmp_path_factory.mktemp("page")
    changes = {
        "description": "a <b> & c",
        "network": {"kind": "warehouse", "num_aisles": 8, "racks_per_block": 10, "stations": STATIONS},
        "demand": {"kind": "poisson", "rate_per_h": 240},
        "experiment": {"replications": 4, "validation_days": 2, "training_seeds": 2, "hindsight_moves": 3},
    }
    file = write_scenario(folder / "s.yaml", POLICIES, **changes)
    outcome = call("run", file, "--jobs", 1, "--quiet", "--out", folder / "out")
    assert outcome.status == 0, outcome.err
    return folder / "out"


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    with browser() as window:
        yield window


@pytest.fixture
def page(window: Browser, out: Path) -> Iterator[Browser]:
    """The report; afterwards nothing has gone wrong and nothing was asked of a network."""
    window.open(out / "report.html", width=DESKTOP, prefers_color_scheme="light")
    yield window
    assert window.messages == []
    assert [url for url in window.requests if not url.startswith("data:")] == [(out / "report.html").as_uri()]


def ask(page: Browser, question: str) -> Any:
    return page.evaluate(f"({PROBES.rstrip()}).{question}")


def press_on(page: Browser, selector: str, key: str = " ") -> None:
    page.evaluate(f"document.querySelector({selector!r}).focus()")
    if key != "Enter":
        page.press(key)
        return
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
    page.send("Input.dispatchKeyEvent", type="keyDown", **enter)
    page.send("Input.dispatchKeyEvent", type="keyUp", **enter)


def test_every_section_and_every_figure_is_drawn(page: Browser) -> None:
    sections = ask(page, "sections()")
    links = page.evaluate("[...document.querySelectorAll('.contents a')].map(link => link.hash.slice(1))")
    assert len(links) > 10
    assert set(links) <= {section["name"] for section in sections}
    assert [section for section in sections if section["width"] < 900 or section["height"] < 40] == []
    assert ask(page, "emptyDrawings()") == []


def test_no_label_is_cut_off_or_lies_on_another(page: Browser) -> None:
    assert ask(page, "cutOffLabels()") == []
    assert ask(page, "overlappingLabels()") == []


@pytest.mark.skipif(not AXE.is_file(), reason="there is no axe-core; make browser installs it")
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_read_it(page: Browser, out: Path, scheme: str, width: int) -> None:
    """All details open."""
    page.open(out / "report.html", width=width, prefers_color_scheme=scheme)
    ask(page, "openDetails()")
    page.evaluate(AXE.read_text(encoding="utf-8") + ";0")
    assert ask(page, "violations()") == []


def test_on_a_phone_wide_figures_scroll_by_themselves_and_the_page_does_not(page: Browser, out: Path) -> None:
    page.open(out / "report.html", width=PHONE)
    ask(page, "openDetails()")
    assert ask(page, "shown('.all .worse')") > 0, "what is hidden in a table may not widen the page"
    assert ask(page, "overflow()") <= 0
    assert page.evaluate("document.querySelector('.plot').scrollWidth > document.querySelector('.plot').clientWidth")


def test_the_theme_follows_the_system_and_the_button(page: Browser, out: Path) -> None:
    light = ask(page, "background()")
    press_on(page, "#theme")
    assert ask(page, "background()") != light
    page.open(out / "report.html", prefers_color_scheme="dark")
    dark = ask(page, "background()")
    press_on(page, "#theme")
    assert (ask(page, "background()"), dark != light) == (light, True)


def test_the_scoreboard_is_sorted_by_keyboard(page: Browser) -> None:
    order = ask(page, "policies()")
    for _ in range(2):
        press_on(page, ".board thead .sort")
    assert ask(page, "policies()") == sorted(order, reverse=True) != order
    assert page.evaluate("document.querySelector('.board thead th').getAttribute('aria-sort')") == "descending"


def test_details_and_contents_work_by_keyboard(page: Browser) -> None:
    press_on(page, "figure summary")
    assert ask(page, "shown('figure details[open] table')") == 1
    press_on(page, ".contents a[href='#files']", "Enter")
    page.wait_for("location.hash === '#files'")


def test_the_table_inside_the_page_is_the_file_beside_it(page: Browser, out: Path, tmp_path: Path) -> None:
    page.send("Page.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    press_on(page, "a.download", "Enter")
    end_s = time.monotonic() + 30
    while not (saved := [path for path in tmp_path.iterdir() if path.suffix == ".csv"]):
        assert time.monotonic() < end_s, "nothing was saved"
        time.sleep(0.05)
    assert [path.name for path in saved] == ["tiny-kpis.csv"]
    assert saved[0].read_text(encoding="utf-8") == (out / "kpis.csv").read_text(encoding="utf-8")


def test_without_script_all_is_there_and_no_button_that_does_nothing(page: Browser, out: Path) -> None:
    figures = ask(page, "shown('figure svg')")
    page.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.open(out / "report.html", width=DESKTOP)
        assert ask(page, "shown('figure svg')") == figures > 10
        assert ask(page, "shown('.board tbody tr')") == len(POLICIES)
        assert ask(page, "shown('button')") == 0
    finally:
        page.send("Emulation.setScriptExecutionDisabled", value=False)


def test_it_prints_with_all_numbers_and_closes_them_again(page: Browser) -> None:
    closed = ask(page, "shown('details:not([open])')")
    pdf = base64.b64decode(page.send("Page.printToPDF", preferCSSPageSize=True)["data"])
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 8
    assert ask(page, "shown('details:not([open])')") == closed > 10
    page.send("Emulation.setEmulatedMedia", media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    try:
        assert ask(page, "shown('details:not([open])')") == 0
        assert ask(page, "shown('nav, button:not(.sort)')") == 0
    finally:
        page.send("Emulation.setEmulatedMedia", media="")
