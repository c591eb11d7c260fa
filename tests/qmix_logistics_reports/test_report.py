from __future__ import annotations

import csv
import dataclasses
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from commands import call, write_scenario

from qmix_logistics.composition.experiment import assemble_result
from qmix_logistics.evaluation.kpis import KPIS
from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics.evaluation.run_folder import RunFolder
from qmix_logistics.scenario import load_scenario
from qmix_logistics_reports.html_report import render_report
from qmix_logistics_reports.scoreboard import scoreboard
from qmix_logistics_reports.verdict import verdict_sentence

POLICIES = ({"kind": "nearest"}, {"kind": "atc"}, {"kind": "qmix"}, {"kind": "matching", "name": "match.er-1"})
VOID = {"meta", "br", "line", "input"}


class Page(HTMLParser):
    """An HTML page, taken apart; every tag must be closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("th", "td", "strong"):
            self.cells.append(data)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run; its scenario's description holds what must not become markup."""
    folder = tmp_path_factory.mktemp("report")
    experiment = {"replications": 3, "validation_days": 2, "training_seeds": 2}
    file = write_scenario(folder / "s.yaml", POLICIES, experiment=experiment, description="a <script>b</script> & c")
    assert call("run", file, "--jobs", 1, "--quiet", "--out", folder / "out").status == 0
    return folder / "out"


@pytest.fixture(scope="module")
def result(out: Path) -> ExperimentResult:
    return assemble_result(load_scenario(out / "scenario.yaml"), RunFolder(out), ["qmix-logistics", "run"])


@pytest.fixture(scope="module")
def html(out: Path) -> str:
    return (out / "report.html").read_text()


def header(path: Path) -> list[str]:
    with path.open(newline="") as file:
        return next(csv.reader(file))


def test_the_report_is_sound_html_that_needs_no_network(html: str) -> None:
    page = Page(html)
    names = {tag for tag, _ in page.tags}
    assert not names & {"link", "img", "iframe", "object", "embed", "base"}
    assert "&lt;script&gt;b&lt;/script&gt; &amp; c" in html
    for _, attributes in page.tags:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href", "xlink:href"):
            assert "//" not in (attributes.get(name) or "")
    assert not re.search(r"url\(|@import", html)


def test_links_lead_to_files_of_the_run_and_to_its_own_sections(html: str, out: Path) -> None:
    page = Page(html)
    places = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    links = [str(attributes["href"]) for tag, attributes in page.tags if tag == "a"]
    assert {link for link in links if link[0] != "#"} == {
        "kpis.csv", "replications.csv", "comparisons.csv", "training.csv", "timings.csv", "provenance.json",
        "scenario.yaml", "units/", "policy/",
    }  # fmt: skip
    assert all(link[1:] in places if link[0] == "#" else (out / link).exists() for link in links)


def test_every_policy_is_in_the_scoreboard_cheapest_first(result: ExperimentResult, html: str) -> None:
    rows = scoreboard(result)
    means = result.replications.groupby("policy")["total_cost"].mean().sort_values()
    assert [row.policy for row in rows] == list(means.index)
    assert {row.policy for row in rows} == {"nearest", "atc", "qmix", "match.er-1"}
    assert [row.policy for row in rows if row.is_reference] == ["match.er-1"]
    cells = Page(html).cells
    for row in rows:
        assert {row.policy, row.cost, row.interval, row.latency} <= set(cells)


def test_every_indicator_is_in_the_report(html: str) -> None:
    assert {kpi.name for kpi in KPIS} <= set(Page(html).cells)


def test_the_verdict_says_what_the_comparison_says(result: ExperimentResult, html: str) -> None:
    comparisons = result.comparisons
    row = comparisons[
        (comparisons["policy"] == "qmix") & (comparisons["reference"] == "match.er-1")
        & (comparisons["kpi"] == "total_cost") & (comparisons["training_seed"] == "all")
    ].iloc[0]  # fmt: skip
    direction = "less" if row["difference"] < 0 else "more"
    expected = f"qmix, deciding on local information, costs {abs(100 * row['relative']):.1f} % {direction} than match"
    sentence = verdict_sentence(result)
    assert sentence.startswith(expected)
    assert "on 3 paired days: " in sentence
    assert sentence in html


def test_the_report_depends_on_nothing_but_results_clock_readings_and_provenance(
    result: ExperimentResult, out: Path
) -> None:
    """Read anew, and with the clock readings and the date of the first: the same bytes."""
    again = assemble_result(load_scenario(out / "scenario.yaml"), RunFolder(out), [])
    same = dataclasses.replace(again, timings=result.timings, provenance=result.provenance)
    assert render_report(same) == render_report(result)
    other = dataclasses.replace(same, provenance={**result.provenance, "created": "2001-02-03T04:05:06Z"})
    lines = zip(render_report(other).splitlines(), render_report(result).splitlines(), strict=True)
    assert [line.count("2001-02-03T04:05:06Z") for line, before in lines if line != before] == [1]


def test_columns_of_the_tables(out: Path) -> None:
    assert header(out / "kpis.csv") == [
        "scenario", "policy", "information", "kpi", "unit", "mean", "ci_low", "ci_high", "interval_kind",
        "num_training_seeds", "num_days",
    ]  # fmt: skip
    first = ["scenario", "policy", "information", "training_seed", "day", "day_label", "end"]
    assert header(out / "replications.csv") == first + [kpi.name for kpi in KPIS]
    assert header(out / "comparisons.csv") == [
        "policy", "training_seed", "reference", "kpi", "difference", "ci_low", "ci_high", "relative", "p_adjusted",
        "verdict", "interval_kind", "coverage_pct", "improvement_pct", "improvement_low_pct", "improvement_high_pct",
        "num_training_seeds", "num_days",
    ]  # fmt: skip
    assert header(out / "training.csv")[:5] == ["policy", "training_seed", "days", "epochs", "updates"]
    assert header(out / "timings.csv")[:5] == ["policy", "training_seed", "what", "count", "total_s"]


def test_tables_hold_a_row_for_each_fact(out: Path) -> None:
    def number(name: str) -> int:
        return len((out / name).read_text().splitlines()) - 1

    assert number("kpis.csv") == 4 * len(KPIS)
    assert number("replications.csv") == (3 + 2) * 3
    assert number("timings.csv") == 3 + 2 * 2
    assert number("training.csv") == 2 * 3


def test_numbers_in_the_tables_are_exact(out: Path) -> None:
    for row in csv.DictReader((out / "replications.csv").read_text().splitlines()):
        unit = f"{row['policy']}-{row['training_seed']}-{int(row['day']):03d}"
        kpis = json.loads((out / "units" / unit / "kpis.json").read_text())["kpis"]
        assert float(row["total_cost"]) == kpis["total_cost"]


def test_provenance_says_what_is_needed_to_repeat_the_run(out: Path) -> None:
    found = json.loads((out / "provenance.json").read_text())
    assert found["command"][:2] == ["qmix-logistics", "run"]
    assert found["seed"] == 1
    assert {"numpy", "torch", "ortools", "simpy"} <= set(found["packages"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found["created"])
