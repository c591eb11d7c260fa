"""The replay in a browser: by keyboard and by touch, with the network off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import Browser, browser, chromium_path
from commands import call, write_scenario

pytestmark = pytest.mark.skipif(chromium_path() is None, reason="Chromium is not installed")

POLICIES = ({"kind": "nearest"}, {"kind": "fifo"}, {"kind": "qmix"})
PLAYER = "document.getElementById('r-player')"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("player")
    experiment = {"replications": 1, "validation_days": 1, "hindsight_moves": 0}
    file = write_scenario(folder / "s.yaml", POLICIES, experiment=experiment)
    assert call("run", file, "--jobs", 1, "--quiet", "--out", folder / "out").status == 0
    return folder / "out" / "report.html"


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    with browser() as window:
        yield window


@pytest.fixture
def page(window: Browser, report: Path) -> Iterator[Browser]:
    """The report with the replay in focus, and nothing that moves by itself."""
    window.open(report, prefers_reduced_motion="reduce")
    window.evaluate(f"{PLAYER}.focus()")
    yield window
    assert window.messages == []
    assert window.requests == [report.as_uri()]


def time_s(page: Browser) -> float:
    return float(page.evaluate(f"{PLAYER}.dataset.time"))


def is_playing(page: Browser) -> bool:
    return bool(page.evaluate(f"{PLAYER}.dataset.playing === 'true'"))


def places(page: Browser) -> list[list[str]]:
    """Return where the vehicles of each panel are drawn."""
    found: list[list[str]] = page.evaluate(
        "[...document.querySelectorAll('.r-map')].map(map => "
        "[...map.querySelectorAll('[data-vehicle]')].map(node => node.getAttribute('transform')))"
    )
    return found


def test_space_plays_and_pauses(page: Browser) -> None:
    assert not is_playing(page) and time_s(page) == 0
    page.press(" ")
    page.wait_for(f"{PLAYER}.dataset.time > 5")
    page.press(" ")
    assert not is_playing(page)
    stopped_s = time_s(page)
    assert page.evaluate(
        "new Promise(done => setTimeout(() => done(document.querySelector('.r-play').textContent), 80))"
    ) == ("Play")
    assert time_s(page) == stopped_s


def test_arrows_home_and_end_go_through_the_day_and_all_panels_go_along(page: Browser) -> None:
    before = places(page)
    for _ in range(6):
        page.press("ArrowRight")
    assert time_s(page) == 60
    page.press("ArrowRight", shift=True)
    page.press("ArrowLeft")
    assert time_s(page) == 110
    after = places(page)
    assert len(after) == 3
    assert all(one != two for one, two in zip(before, after, strict=True))
    page.press("End")
    assert time_s(page) == pytest.approx(float(page.evaluate("document.querySelector('.r-scrub').max")), abs=1)
    page.press("Home")
    assert time_s(page) == 0
    assert places(page) == before


def test_every_panel_shows_the_same_instant_as_the_clock(page: Browser) -> None:
    page.evaluate("document.querySelector('.r-scrub').value = 83")
    page.evaluate("document.querySelector('.r-scrub').dispatchEvent(new Event('input'))")
    assert time_s(page) == 83
    assert page.evaluate("document.querySelector('.r-clock').textContent") == "0:01:23"
    done = page.evaluate(
        "(() => { const data = JSON.parse(document.getElementById('r-data').textContent);"
        "return data.panels.map(panel => { let sum = 0;"
        "return panel.orders.done.filter(step => (sum += step) * data.tick <= 83).length; }); })()"
    )
    shown = page.evaluate("[...document.querySelectorAll('.r-done')].map(node => Number(node.textContent))")
    assert shown == done


def test_f_follows_one_vehicle_after_the_other_in_every_panel(page: Browser) -> None:
    page.press("End")
    page.press("f")
    told = page.evaluate("[...document.querySelectorAll('.r-info')].map(node => node.textContent)")
    assert len(told) == 3
    assert all(text.startswith("amr-1: ") for text in told)
    assert page.evaluate("document.querySelectorAll('.r-followed').length") >= 3
    page.press("f")
    assert page.evaluate("document.querySelector('.r-follow').selectedOptions[0].text") == "amr-2"
    before = page.evaluate("document.querySelector('.r-map').getAttribute('viewBox')")
    page.press("z")
    assert page.evaluate("document.querySelector('.r-map').getAttribute('viewBox')") != before
    page.press("Escape")
    assert page.evaluate("document.querySelector('.r-follow').value") == "-1"
    assert page.evaluate("document.querySelector('.r-map').getAttribute('viewBox')") == before


def test_a_touch_follows_a_vehicle_and_presses_buttons(page: Browser) -> None:
    page.tap(".r-map [data-vehicle='1']")
    assert page.evaluate("document.querySelector('.r-follow').value") == "1"
    page.tap(".r-on")
    assert time_s(page) == 10
    page.tap(".r-play")
    assert is_playing(page)
    page.tap(".r-play")


def test_a_decision_is_shown_in_the_replay(page: Browser) -> None:
    """The nearest stop is not always the planner's: the untrained team and the planner disagree somewhere."""
    page.evaluate("for (const part of document.querySelectorAll('.i-decision')) part.open = true")
    wanted = page.evaluate("document.querySelector('.i-show')?.dataset.replayAt")
    assert wanted is not None
    page.tap(".i-show")
    assert time_s(page) == pytest.approx(float(wanted), abs=0.1)
    vehicle = page.evaluate("document.querySelector('.i-show').dataset.replayVehicle")
    assert page.evaluate("document.querySelector('.r-follow').selectedOptions[0].text") == vehicle


def test_it_plays_by_itself_once_it_is_seen_unless_motion_is_unwanted(page: Browser, report: Path) -> None:
    page.open(report, prefers_reduced_motion="no-preference")
    assert not is_playing(page)
    page.evaluate(f"{PLAYER}.scrollIntoView()")
    page.wait_for(f"{PLAYER}.dataset.time > 1")
    page.evaluate("scrollTo(0, 0)")
    page.wait_for(f"{PLAYER}.dataset.playing === 'false'")


def test_on_a_phone_nothing_is_wider_than_the_screen(page: Browser, report: Path) -> None:
    page.open(report, width=390, height=800, prefers_reduced_motion="reduce")
    widths = page.evaluate(
        "[...document.querySelectorAll('section.replay, .r-map, .r-bar, .r-strip, section.insight')]"
        ".map(node => node.getBoundingClientRect().right)"
    )
    assert max(widths) <= 390
