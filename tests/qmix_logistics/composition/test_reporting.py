"""A finished run read again: as it was, from its folder alone; what is broken is named, with a remedy."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from commands import call, write_scenario

from qmix_logistics.composition import load_result, rebuild_report
from qmix_logistics.errors import RunFolderError

RULES = ({"kind": "nearest"}, {"kind": "atc"})
SHORT = {"replications": 1, "hindsight_moves": 0}
LINES = "order_id,order_time,sku,qty\n" + "".join(
    f"{n},2026-03-0{day} 08:{n % 40:02d},A{n % 5},1\n" for day in range(1, 7) for n in range(day * 10, day * 10 + 8)
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two rules on two days of recorded orders; the scenario and the orders are gone afterwards."""
    folder = tmp_path_factory.mktemp("reporting")
    (folder / "lines.csv").write_text(LINES)
    path = str(folder / "lines.csv")
    demand = {"kind": "trace", "path": path, "day_starts_s": "8 h", "test_days": 2, "validation_days": 1}
    horizon = {"demand_s": 3600, "drain_s": 3600}
    changes = {"experiment": {"hindsight_moves": 2}, "demand": demand, "horizon": horizon}
    file = write_scenario(folder / "s.yaml", RULES, **changes)
    outcome = call("run", file, "--jobs", 1, "--quiet", "--out", folder / "out")
    assert outcome.status == 0, outcome.err
    file.unlink()
    (folder / "lines.csv").unlink()
    return folder / "out"


@pytest.fixture
def out(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "run"))


def test_a_report_is_made_anew_from_the_folder_alone_wherever_it_lies(finished: Path, out: Path) -> None:
    (out / "report.html").unlink()
    assert rebuild_report(out).read_bytes() == (finished / "report.html").read_bytes()


def test_a_result_read_again_has_the_tables_that_were_written(out: Path) -> None:
    result = load_result(out)
    for name in ("kpis", "comparisons", "timings"):
        expected = pd.read_csv(out / f"{name}.csv").fillna({"unit": ""})
        pd.testing.assert_frame_equal(getattr(result, name), expected, check_dtype=False, rtol=1e-12)
    assert result.replications["day"].nunique() == 2


def test_the_records_may_be_parquet_or_none(tmp_path: Path) -> None:
    html = {}
    for records in ("csv", "parquet", False):
        file = write_scenario(tmp_path / f"{records}.yaml", RULES, report={"records": records}, experiment=SHORT)
        folder = tmp_path / str(records)
        assert call("run", file, "--jobs", 1, "--quiet", "--out", folder).status == 0
        html[records] = rebuild_report(folder).read_text()
    why = "written without the records of its days (report.records: none)"
    assert [text.count(why) for text in html.values()] == [0, 0, 3]
    figures = [[part.partition("</svg>")[0] for part in text.split("<svg")[1:]] for text in html.values()]
    drawn = [[svg for svg in found if "Service over the day" in svg or "Traffic" in svg] for found in figures]
    assert drawn[0] == drawn[1]
    assert [len(found) for found in drawn] == [2, 2, 0]


def test_records_that_are_gone_are_said_to_be(out: Path) -> None:
    (out / "units" / "atc-0-001" / "orders.csv").unlink()
    assert "The records of units/atc-0-001 are not there" in rebuild_report(out).read_text()


def remove(name: str) -> Callable[[Path], None]:
    def damage(out: Path) -> None:
        path = out / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return damage


def cut(name: str, number: int) -> Callable[[Path], None]:
    def damage(out: Path) -> None:
        (out / name).write_bytes((out / name).read_bytes()[:number])

    return damage


def write(name: str, text: str) -> Callable[[Path], None]:
    def damage(out: Path) -> None:
        (out / name).write_text(text)

    return damage


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (remove("scenario.yaml"), r"run is no run folder: it has no scenario.yaml\. Name the folder"),
        (remove("provenance.json"), "run/provenance.json is missing; go on with run --resume"),
        (remove("replications.csv"), "run/replications.csv is missing; go on with run --resume"),
        (remove("units/atc-0-001"), "run/units/atc-0-001/kpis.json is missing; go on with run --resume"),
        (remove("hindsight/001"), "run/hindsight/001/found.json is missing; go on with run --resume"),
        (
            cut("units/atc-0-001/kpis.json", 40),
            "atc-0-001/kpis.json is damaged or cut off; remove the folder .*atc-0-001",
        ),
        (cut("units/atc-0-001/timings.csv", 0), "units/atc-0-001/timings.csv is damaged or cut off"),
        (cut("provenance.json", 30), "provenance.json is damaged or cut off"),
        (write("provenance.json", "[]"), "provenance.json is damaged or cut off"),
        (write("provenance.json", "{}"), "provenance.json lacks qmix_logistics, command, created"),
        (write("replications.csv", "a,b\n1,2\n"), "replications.csv is damaged or cut off"),
        (write("scenario.yaml", "a: [1"), r"scenario.yaml:1:\d+:(.|\n)*is not what a run has written; name another"),
        (write("scenario.yaml", "version: 1\nname: x\n"), "scenario.yaml: network does not fit this version"),
        (write("scenario.yaml", "- 1\n"), "scenario.yaml:.* does not fit this version"),
        (cut("scenario.yaml", 700), r"scenario.yaml:\d+:\d+: (.|\n)*is not what a run has written"),
    ],
)
def test_a_truncated_or_foreign_run_folder_is_told_from_a_whole_one(
    out: Path, damage: Callable[[Path], None], message: str
) -> None:
    damage(out)
    before = (out / "report.html").read_bytes()
    with pytest.raises(RunFolderError, match=message):
        rebuild_report(out)
    assert (out / "report.html").read_bytes() == before


def test_what_is_no_folder_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").touch()
    for path in (tmp_path / "nothing", tmp_path / "photo.jpg"):
        with pytest.raises(RunFolderError, match=f"{path.name} is no folder; name the folder of a finished run"):
            load_result(path)


def test_a_map_whose_files_are_gone_is_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "map.txt").write_text("...r\n.@@.\n..r.\n")
    network = {"kind": "grid", "map": str(tmp_path / "map.txt"), "legend": {"r": "rack"}}
    network["stations"] = [{"node": "0.0", "service_s": 5.0}]
    file = write_scenario(tmp_path / "s.yaml", RULES, network=network, experiment=SHORT)
    outcome = call("run", file, "--jobs", 1, "--quiet", "--out", tmp_path / "out")
    assert outcome.status == 0, outcome.err
    assert "Traffic on the site" in rebuild_report(tmp_path / "out").read_text()
    (tmp_path / "map.txt").unlink()
    html = rebuild_report(tmp_path / "out").read_text()
    assert "The files of the network that the scenario names are no longer where they were" in html
    assert "Each vehicle" in html
