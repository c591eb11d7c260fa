"""What nobody would write on purpose, or a machine does at the worst time: one clear message, nothing lost."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import Outcome, call, write_scenario

from qmix_logistics.scenario.demand import TraceColumns
from qmix_logistics.scenario.trace import read_order_lines

SCRIPT = "<script>alert(1)</script>"
FEW = {"replications": 2, "hindsight_moves": 0}
BOMB = "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9) if n else '1'}]\n" for n in range(12))


def assert_clear(outcome: Outcome, status: int, *expected: str) -> None:
    """One message, no traceback, nothing on standard output."""
    assert (outcome.status, outcome.out) == (status, ""), outcome.err
    assert "Traceback" not in outcome.err
    for part in expected:
        assert part in outcome.err


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ":1:1: is empty; expected a mapping that begins with version: 1. qmix-logistics init writes one"),
        (b"\n# nothing\n", ":1:1: is empty"),
        (bytes(range(256)) * 4, ": is not text in UTF-8: byte 0x80; save the file as UTF-8"),
        ("name: Zürich".encode("latin-1"), ":1:8: is not text in UTF-8: byte 0xfc; save the file as UTF-8"),
        ("version: 1".encode("utf-16"), ":1:1: is not text in UTF-8: byte 0xff"),
        (b"version: 1\nname: a\x07b\n", ":2:8: is not YAML: it has the character 0x07, which text does not have"),
        (b"PK\x03\x04 zipped", ":1:3: is not YAML: it has the character 0x03"),
        (b"a: " + b"[" * 5000, ":1:1: is not YAML that can be read: it is nested too deeply"),
        (b"{a: " * 5000, ":1:1: is not YAML that can be read: it is nested too deeply"),
        (BOMB.encode(), "is not YAML that can be read: it stands for more than 200,000 values"),
        (b"a: &a {<<: *a}", "is not YAML"),
        (b"- version: 1", ":1:1: is no scenario; expected a mapping"),
        (b"#" * (8 << 20) + b"\nversion: 1", ": has more than 8 MiB; put long lists into CSV files of their own"),
        (b"version: 1\n" * 1000, ":2:1: version stands twice"),
        (b"---\nversion: 1\n---\nversion: 1\n", "is not YAML"),
    ],
    ids=["empty", "comment", "binary", "latin", "utf16", "bell", "zip", "lists", "maps", "bomb", "merge", "list",
         "large", "repeated", "two"],
)  # fmt: skip
@pytest.mark.parametrize("command", ["validate", "run"])
def test_a_file_that_is_no_scenario(command: str, content: bytes, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_bytes(content)
    assert_clear(call(command, file), 2, f"{file}", expected)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.yaml"]


@pytest.mark.parametrize("command", ["validate", "run", "train", "evaluate", "tune", "sweep"])
def test_a_folder_in_place_of_a_scenario(command: str, tmp_path: Path) -> None:
    extra = {"tune": ["-o", tmp_path / "t.yaml"], "sweep": ["--grid", "fleet.0.count=1..2"]}.get(command, [])
    assert_clear(call(command, tmp_path, *extra), 2, f"{tmp_path}: cannot be read: Is a directory")


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    file = write_scenario(tmp_path / "s.yaml")
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert call("validate", file).status == 0


def test_names_with_markup_are_text_in_the_report(tmp_path: Path) -> None:
    """A description, a place and a vehicle class from files of others; the folder's own name."""
    spots = "node,x_m,y_m,kind\n" + f'"{SCRIPT}",0,0,customer\nB,50,0,customer\n'
    (tmp_path / "p.csv").write_text(spots)
    trips = [(a, b) for a in (SCRIPT, "B", "D") for b in (SCRIPT, "B", "D") if a != b]
    (tmp_path / "t.csv").write_text("from,to,time_s,length_m\n" + "".join(f'"{a}","{b}",30,50\n' for a, b in trips))
    file = write_scenario(
        tmp_path / "s.yaml",
        [{"kind": "nearest"}, {"kind": "atc"}],
        experiment=FEW,
        description=f"</title>{SCRIPT} & <b>",
    )
    out = tmp_path / "<img src=x onerror=alert(1)>"
    outcome = call("run", file, "--jobs", 1, "--out", out)
    assert outcome.status == 0, outcome.err
    page = (out / "report.html").read_text(encoding="utf-8")
    assert SCRIPT not in page and "&lt;script&gt;alert(1)" in page
    assert "<img src=x" not in page
    assert call("compare", out).status == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": SCRIPT}, "name"),
        ({"policies": [{"kind": "nearest", "name": SCRIPT}]}, "policies[0].name"),
        ({"fleet": [{"id": SCRIPT, "count": 1, "speed_mps": 1}]}, "fleet[0].id"),
    ],
)
def test_names_that_become_files_and_columns_have_no_markup(
    change: dict[str, object], field: str, tmp_path: Path
) -> None:
    file = write_scenario(tmp_path / "s.yaml", **change)
    assert_clear(call("validate", file), 2, f"{field} is '{SCRIPT}'; expected a name of letters, digits, - and _")


def test_order_lines_take_little_memory_and_time_grows_with_their_number(tmp_path: Path) -> None:
    """Once measured with 100 MB, 2.9 million lines: 32 s and 1.0 GB; here no more for each line."""
    number = 20_000
    file = tmp_path / "lines.csv"
    rows = (
        f"2026-01-{1 + n // 800:02d} 08:{n // 60 % 60:02d}:{n % 60:02d},{n // 3},A{n % 997},{n % 9 + 1}\n"
        for n in range(number)
    )
    file.write_text("order_time,order_id,sku,qty\n" + "".join(rows))
    tracemalloc.start()
    lines = read_order_lines(file, TraceColumns())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(lines) == number
    assert peak / number < 400


def test_a_file_of_a_hundred_thousand_faults_lists_twenty(tmp_path: Path) -> None:
    (tmp_path / "lines.csv").write_text("order_time,order_id,sku,qty\n" + "soon,1,A,1\n" * 100_000)
    file = write_scenario(tmp_path / "s.yaml", demand={"kind": "trace", "path": "lines.csv"})
    outcome = call("validate", file)
    assert_clear(outcome, 2, "lines.csv: has 100000 rows that cannot be read; the first 20 follow")
    assert outcome.err.count("order_time is 'soon'") == 20


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile") / "run"
    policies = [{"kind": "nearest"}, {"kind": "atc"}]
    file = write_scenario(folder.parent / "s.yaml", policies, experiment={"replications": 2, "hindsight_moves": 2})
    assert call("run", file, "--jobs", 1, "--quiet", "--out", folder).status == 0
    return folder


READ = ("scenario.yaml", "provenance.json", "units/nearest-0-000/kpis.json", "units/atc-0-001/timings.csv",
        "hindsight/000/found.json")  # fmt: skip


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("left", [None, 0.0, 0.5], ids=["missing", "empty", "half"])
def test_a_run_folder_that_lost_a_part(name: str, left: float | None, finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(finished, folder)
    content = (folder / name).read_bytes()
    if left is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content[: int(len(content) * left)])
    for command in ("report", "compare"):
        assert_clear(call(command, folder), 2, str(folder))
    assert (folder / "report.html").read_bytes() == (finished / "report.html").read_bytes()


def test_a_unit_that_lost_a_part_is_made_again(finished: Path, tmp_path: Path) -> None:
    """The message names the folder to remove; then the run goes on, to the same result."""
    folder, unit = tmp_path / "run", tmp_path / "run" / "units" / "nearest-0-001"
    shutil.copytree(finished, folder)
    (unit / "kpis.json").write_bytes((unit / "kpis.json").read_bytes()[:40])
    words = ["run", finished.parent / "s.yaml", "--jobs", 1, "--quiet", "--out", folder, "--resume"]
    assert_clear(call(*words), 2, str(unit))
    shutil.rmtree(unit)
    assert call(*words).status == 0
    for name in ("kpis.csv", "replications.csv", "comparisons.csv"):
        assert (folder / name).read_bytes() == (finished / name).read_bytes()


def test_an_output_folder_that_is_a_file_or_belongs_to_others(tmp_path: Path) -> None:
    file = write_scenario(tmp_path / "s.yaml")
    (tmp_path / "taken").write_text("mine")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "diary.txt").write_text("mine")
    assert_clear(
        call("run", file, "--out", tmp_path / "taken"), 2, "taken is a file, not a folder; name another with --out"
    )
    assert_clear(call("run", file, "--out", tmp_path / "taken" / "below"), 2, "cannot be written: Not a directory")
    assert_clear(
        call("run", file, "--out", tmp_path / "notes", "--resume"), 2, "is no run folder: it has no scenario.yaml"
    )
    assert (tmp_path / "taken").read_text() == (tmp_path / "notes" / "diary.txt").read_text() == "mine"


@contextlib.contextmanager
def nobody_s_rights() -> Iterator[None]:
    """Be a user whom permissions hold for, also where tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        if not os.access(__file__, os.R_OK, effective_ids=True):
            pytest.skip("root's own folder: nobody else may read the program in it")
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("command", ["run", "train", "tune", "sweep", "init", "report"])
def test_a_folder_that_may_not_be_written(command: str, finished: Path) -> None:
    place = Path(tempfile.mkdtemp(prefix="read-only-"))
    try:
        file = write_scenario(place / "s.yaml", [{"kind": "atc"}, {"kind": "qmix"}], experiment=FEW)
        shutil.copytree(finished, place / "run")
        before = (place / "run" / "report.html").read_bytes()
        words: list[object] = {
            "run": ["run", file, "--out", place / "out"],
            "train": ["train", file, "--out", place / "out"],
            "tune": ["tune", file, "-o", place / "tuned.yaml", "--out", place / "out"],
            "sweep": ["sweep", file, "--grid", "fleet.0.count=1..2", "--out", place / "out"],
            "init": ["init", place / "new.yaml"],
            "report": ["report", place / "run"],
        }[command]
        assert call("validate", file).status == 0  # all that is imported on the way
        for path in (place, place / "run"):
            path.chmod(0o555)
        with nobody_s_rights():
            outcome = call(*words)
        assert_clear(outcome, 2, "Permission denied", str(place))
        assert {path.name for path in place.iterdir()} == {"s.yaml", "run"}
        assert (place / "run" / "report.html").read_bytes() == before
    finally:
        for path in (place, place / "run"):
            path.chmod(0o755)
        shutil.rmtree(place)


@contextlib.contextmanager
def room_for(num_bytes: int) -> Iterator[None]:
    """Let no file become larger, as if the disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (num_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("num_bytes", [500, 2_000, 20_000], ids=["scenario", "records", "report"])
def test_a_full_disk_loses_nothing_and_the_run_goes_on_when_there_is_room(
    num_bytes: int, finished: Path, tmp_path: Path
) -> None:
    """Where the scenario, a day's records or the report no longer fit."""
    out = tmp_path / "out"
    words = ["run", finished.parent / "s.yaml", "--jobs", 1, "--quiet", "--out", out]
    with room_for(num_bytes):
        outcome = call(*words)
    assert outcome.status in (1, 2)
    assert_clear(outcome, outcome.status, "File too large")
    kept = {path: path.read_bytes() for path in out.glob("units/*/*")}
    assert call(*words, "--resume").status == 0
    assert all(path.read_bytes() == content for path, content in kept.items())
    assert not list(out.rglob(".unfinished-*"))
    for name in ("kpis.csv", "replications.csv", "comparisons.csv"):
        assert (out / name).read_bytes() == (finished / name).read_bytes()
