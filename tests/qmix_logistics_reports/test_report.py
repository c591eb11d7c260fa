from __future__ import annotations

import base64
import csv
import dataclasses
import hashlib
import json
import re
import shlex
import xml.etree.ElementTree as ET
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from commands import call, write_scenario

from qmix_logistics.composition import load_result, rebuild_report
from qmix_logistics.evaluation.kpis import KPIS
from qmix_logistics.evaluation.result import ExperimentResult
from qmix_logistics_reports.figures.learning_figure import learning_curve
from qmix_logistics_reports.figures.profile_figure import _excess_pct
from qmix_logistics_reports.html_report import render_report
from qmix_logistics_reports.numbers import written
from qmix_logistics_reports.reading import ranking
from qmix_logistics_reports.scoreboard import scoreboard
from qmix_logistics_reports.verdict import cheapest_of_all, verdict_sentence

POLICIES = ({"kind": "nearest"}, {"kind": "atc"}, {"kind": "qmix"}, {"kind": "matching", "name": "match.er-1"})
VOID = {"meta", "br", "line", "input"}
SECTIONS = [
    "alerts", "scoreboard", "costs", "differences", "service", "replay", "insight", "why", "fleet", "learning",
    "regret", "computing", "settings", "kpis", "how", "reproduce", "files",
]  # fmt: skip
SOURCE = re.compile(r"(?:(\w+):)?([\w.]+)#([\d.+]+?)\.([a-z_0-9]+)$")


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
        if self.open and self.open[-1] in ("th", "td", "span", "data", "strong"):
            self.cells.append(data)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run; its scenario's description holds what must not become markup."""
    folder = tmp_path_factory.mktemp("report")
    experiment = {"replications": 3, "validation_days": 2, "training_seeds": 2, "hindsight_moves": 3}
    file = write_scenario(folder / "s.yaml", POLICIES, experiment=experiment, description="a <script>b</script> & c")
    assert call("run", file, "--jobs", 1, "--quiet", "--out", folder / "out").status == 0
    return folder / "out"


@pytest.fixture(scope="module")
def result(out: Path) -> ExperimentResult:
    return load_result(out)


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
    assert not re.search(r"url\(|@import|fetch\(|XMLHttp", html)


def test_every_shape_has_a_class_that_the_style_knows(html: str) -> None:
    """A shape without one is drawn black."""
    style = " ".join(re.findall(r"<style>(.*?)</style>", html, re.DOTALL))
    known = set(re.findall(r"\.([A-Za-z][\w-]*)", style))
    shapes = re.findall(r'<(?:circle|rect|line|polyline|path)\b[^>]*?class="([^"]*)"', html)
    assert len(shapes) > 100
    assert {words for words in shapes if not known & set(words.split())} == set()


def test_the_page_admits_its_own_script_and_nothing_else(html: str) -> None:
    policy = next(str(a["content"]) for tag, a in Page(html).tags if a.get("http-equiv") == "Content-Security-Policy")
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert policy.split("; ")[0] == "default-src 'none'"
    assert "script-src " + " ".join(f"'sha256-{value}'" for value in hashes) + ";" in policy
    assert sum(map(len, scripts)) <= 25_000
    assert len(html) < 1_500_000


def test_every_section_is_there_in_its_order_and_in_the_contents(html: str) -> None:
    page = Page(html)
    assert [attributes["id"] for tag, attributes in page.tags if tag == "h2"] == SECTIONS
    links = [str(a["href"])[1:] for tag, a in page.tags if tag == "a" and str(a["href"]).startswith("#")]
    assert [link for link in links[1:] if link != "settings"] == [name for name in SECTIONS if name != "settings"]


def test_every_figure_has_a_title_a_description_and_its_numbers(html: str) -> None:
    figures = re.findall(r"<figure>.*?</figure>", html, re.DOTALL)
    assert len(figures) == 16
    for figure in figures:
        drawing = re.search(r"<svg.*</svg>", figure, re.DOTALL)
        assert drawing is not None
        root = ET.fromstring(drawing[0])
        assert root.get("role") == "img"
        assert [root[0].tag, root[1].tag] == ["title", "desc"]
        assert root[0].text == root.get("aria-label")
        assert figure.count("<tr>") > 1


def column(path: Path, name: str, known: dict[Path, list[dict[str, str]]]) -> list[str]:
    if path not in known:
        with path.open(newline="") as file:
            known[path] = list(csv.DictReader(file))
    return [row[name] for row in known[path]]


def value_of(source: str, out: Path, known: dict[Path, list[dict[str, str]]]) -> float:
    """Return the number that a source names, read from the CSV file."""
    for sign in "/-":
        first, is_two, second = source.partition(sign)
        if is_two and "#" in second:
            one, other = value_of(first, out, known), value_of(second, out, known)
            return one / other if sign == "/" else one - other
    match = SOURCE.match(source)
    assert match, source
    how, file, rows, name = match.groups()
    cells = column(out / file, name, known)
    first, _, last = rows.partition("..")
    numbers = range(int(first), int(last) + 1) if last else [int(number) for number in rows.split("+")]
    values = [float(cells[number - 1] or "nan") for number in numbers]
    if how and how.startswith("p"):
        return float(np.quantile(values, int(how[1:]) / 100))
    return sum(values) / (1 if how == "sum" else len(values))


def test_every_number_shown_is_what_its_source_says(html: str, out: Path) -> None:
    """Texts of elements, marks in drawings with the number at the end of their title."""
    known: dict[Path, list[dict[str, str]]] = {}
    pattern = re.compile(r'data-source="([^"]+)" data-form="([^"]+)">(?:<title>)?([^<]*)<')
    shown = pattern.findall(html)
    assert len(shown) == html.count("data-source=") > 500
    assert {source.split("#")[0].split(":")[-1] for source, _, _ in shown} == {
        "kpis.csv", "comparisons.csv", "replications.csv", "training.csv", "timings.csv",
    }  # fmt: skip
    for source, form, text in shown:
        expected = written(value_of(source, out, known), form)
        assert text.rpartition(": ")[2] == expected, (source, form, text)


def test_every_number_of_the_tables_knows_its_source(html: str) -> None:
    """In the scoreboard and the table of all indicators, whatever looks like a number has one."""
    for name in ("board sortable", "all"):
        table = re.search(rf'<table class="{name}">.*?</table>', html, re.DOTALL)
        assert table is not None
        words = r"<data.*?</data>|<t[hd][^>]*class=.word[^>]*>.*?</t[hd]>|<thead>.*?</thead>"
        bare = re.sub(words, "", table[0], flags=re.DOTALL)
        assert not re.search(r">[−+]?\d", bare)


def test_the_report_is_made_anew_byte_by_byte(out: Path, html: str) -> None:
    """Without the scenario's own file, and in a process that has made another report before."""
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    (out / "report.html").unlink()
    assert rebuild_report(out) == out / "report.html"
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_links_lead_to_files_of_the_run_and_to_its_own_sections(html: str, out: Path) -> None:
    page = Page(html)
    places = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    links = [str(attributes["href"]) for tag, attributes in page.tags if tag == "a"]
    inside = [link for link in links if link.startswith("data:text/csv")]
    assert [unquote(link).partition(",")[2] for link in inside] == [(out / "kpis.csv").read_text()]
    links = [link for link in links if link not in inside]
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
        assert {row.policy, row.cost, row.relative, row.p_adjusted, row.improvement} - {""} <= set(cells)


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
    page = re.sub(r"</?data[^>]*>", "", html)
    first, rest = sentence.split(" The cheapest ")
    assert f"<h1>{first}</h1>" in page
    assert f">The cheapest {rest}</p>" in page


def test_an_interval_without_zero_that_holm_does_not_admit_is_explained(result: ExperimentResult) -> None:
    table = result.comparisons.copy()
    is_focus = (table["policy"] == "qmix") & (table["kpi"] == "total_cost") & (table["training_seed"] == "all")
    table.loc[is_focus, ["ci_low", "ci_high", "p_adjusted", "verdict"]] = [0.1, 0.9, 0.058, "inconclusive"]
    sentence = verdict_sentence(dataclasses.replace(result, comparisons=table))
    assert (
        "paired days: with so many comparisons (adjusted p 0.058) these days do not tell which is better." in sentence
    )


def test_the_command_can_be_pasted_into_a_shell(result: ExperimentResult) -> None:
    words = ["qmix-logistics", "run", "my site.yaml", "--set", "policies=[{kind: atc}]"]
    page = render_report(dataclasses.replace(result, provenance={**result.provenance, "command": words}))
    command = re.search(r'<code id="command">(.*?)</code>', page)
    assert command is not None
    assert shlex.split(unescape(command[1])) == words


def test_several_trainings_have_a_line_each_and_one_for_their_mean(result: ExperimentResult) -> None:
    figure = learning_curve(result, "qmix")
    assert [figure.svg.count(f'class="curve solid look-0-line{kind}"') for kind in (" faint", "")] == [2, 2]  # legend
    assert "a pair of thin lines for each training; the thick line is their mean" in figure.caption


def test_columns_of_each_policy_stand_under_its_name(html: str) -> None:
    service = re.search(r'aria-label="Throughput, open orders, orders on time, numbers">.*?</thead>', html, re.DOTALL)
    assert service is not None
    groups = re.findall(r'<th scope="colgroup" colspan="3">(.*?)</th>', service[0])
    assert sorted(groups) == ["atc", "match.er-1", "nearest", "qmix"]
    assert service[0].count('<th scope="col">') == 1 + 3 * len(groups)


def test_one_test_day_is_told_as_one(tmp_path: Path) -> None:
    experiment = {"replications": 1, "hindsight_moves": 0}
    file = write_scenario(tmp_path / "s.yaml", POLICIES[:2], experiment=experiment)
    assert call("run", file, "--jobs", 1, "--quiet", "--out", tmp_path / "out").status == 0
    html = (tmp_path / "out" / "report.html").read_text()
    assert "on the one test day; one day proves nothing." in html
    assert "The one test day, which has no interval: another day may bring anything." in html
    for words in ("How often each is near the best", "day by day", ">nan", "1 test days"):
        assert words not in html


def test_the_report_depends_on_nothing_but_results_clock_readings_and_provenance(
    result: ExperimentResult, out: Path
) -> None:
    """Read anew, and with the clock readings and the date of the first: the same bytes."""
    again = dataclasses.replace(load_result(out), timings=result.timings, provenance=result.provenance)
    assert render_report(again) == render_report(result)
    other = dataclasses.replace(again, provenance={**result.provenance, "created": "2001-02-03T04:05:06Z"})
    lines = zip(render_report(other).splitlines(), render_report(result).splitlines(), strict=True)
    assert [line.count("2001-02-03") for line, before in lines if line != before] == [1, 1]


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


def test_policies_that_cost_the_same_are_named_together(result: ExperimentResult) -> None:
    """The first two in the order of mean cost, both at what the first costs."""
    first, second, *_ = ranking(result)
    table = result.kpis.copy()
    is_cost = table["kpi"] == "total_cost"
    table.loc[is_cost & (table["policy"] == second), "mean"] = table[is_cost]["mean"].min()
    tied = dataclasses.replace(result, kpis=table)
    names = cheapest_of_all(tied).removeprefix("The cheapest of all 4 policies are ").rstrip(".")
    assert sorted(names.split(" and ")) == sorted([first, second])
    table.loc[is_cost & (table["policy"] != first), "mean"] *= 2
    assert cheapest_of_all(tied) == f"The cheapest of all 4 policies is {first}."


def test_a_day_that_costs_the_best_nothing_is_a_day_on_which_the_others_are_not_the_cheapest() -> None:
    days = np.array([[0.0, 1.0, 2.0], [0.5, 1.1, 2.0]])
    assert _excess_pct(days, days.min(axis=0)).tolist() == [[0, 0, 0], [np.inf, pytest.approx(10), 0]]
