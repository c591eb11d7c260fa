from __future__ import annotations

from pathlib import Path

import pytest

from qmix_logistics.errors import RunFolderError
from qmix_logistics.evaluation.contender import Contender
from qmix_logistics.evaluation.run_folder import (
    RunFolder,
    UnitKey,
    committed,
    read_json,
    write_atomically,
    write_csv,
    write_json,
)

KEY = UnitKey("atc", 0, 7)


def opened(path: Path, text: str = "a: 1\n", *, resume: bool = False) -> RunFolder:
    folder = RunFolder(path)
    folder.open(text, resume=resume)
    return folder


def test_a_new_folder_holds_the_scenario(tmp_path: Path) -> None:
    assert opened(tmp_path / "runs" / "a").scenario.read_text() == "a: 1\n"


def test_an_empty_folder_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert opened(tmp_path / "a").scenario.exists()


def test_an_existing_run_is_refused_unless_it_is_to_be_resumed(tmp_path: Path) -> None:
    opened(tmp_path / "a")
    with pytest.raises(RunFolderError, match="a exists; add --resume to go on with it, or name another with --out"):
        opened(tmp_path / "a")
    opened(tmp_path / "a", resume=True)


def test_resuming_where_nothing_is_begins(tmp_path: Path) -> None:
    assert opened(tmp_path / "a", resume=True).scenario.exists()


def test_another_scenario_is_refused_on_resuming_and_nothing_is_changed(tmp_path: Path) -> None:
    folder = opened(tmp_path / "a")
    with pytest.raises(RunFolderError, match="holds another scenario, or other settings"):
        opened(tmp_path / "a", "a: 2\n", resume=True)
    assert folder.scenario.read_text() == "a: 1\n"


def test_what_is_no_run_folder_is_not_resumed(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").touch()
    with pytest.raises(RunFolderError, match="is no run folder"):
        opened(tmp_path, resume=True)
    with pytest.raises(RunFolderError, match="is a file, not a folder"):
        opened(tmp_path / "photo.jpg")


def test_a_place_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunFolderError, match="run cannot be written: Not a directory"):
        opened(tmp_path / "file" / "run")


def test_a_unit_is_there_only_when_all_of_it_is_written(tmp_path: Path) -> None:
    unit = opened(tmp_path).unit(KEY)
    with committed(unit) as unfinished:
        (unfinished / "kpis.json").write_text("{}")
        assert not unit.exists()
    assert [file.name for file in unit.iterdir()] == ["kpis.json"]
    assert unit.name == "atc-0-007"


def test_a_half_written_unit_is_not_committed_and_is_cleared_away_on_resuming(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    with pytest.raises(ZeroDivisionError), committed(folder.unit(KEY)) as unfinished:
        (unfinished / "kpis.json").write_text("{")
        raise ZeroDivisionError
    assert not folder.unit(KEY).exists()
    opened(tmp_path, resume=True)
    assert list((tmp_path / "units").iterdir()) == []


def test_whatever_a_kill_leaves_half_written_does_not_hinder_resuming(tmp_path: Path) -> None:
    """Half a checkpoint is a file, half a unit a folder, half a table lies beside the others."""
    folder = opened(tmp_path)
    for half in ("checkpoints/.unfinished-17-qmix-1.safetensors", ".unfinished-kpis.csv", "units/.unfinished-17-a/b"):
        (tmp_path / half).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / half).touch()
    checkpoint = folder.checkpoint("qmix", 1)
    checkpoint.touch()
    opened(tmp_path, resume=True)
    assert sorted(file for file in tmp_path.rglob("*") if file.is_file()) == [checkpoint, folder.scenario]


def test_a_run_killed_before_its_scenario_was_written_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / ".unfinished-17-scenario.yaml").touch()
    assert opened(tmp_path).scenario.exists()


def test_a_unit_that_another_process_commits_first_stays(tmp_path: Path) -> None:
    """A worker of a killed run may finish its unit while the resumed run plays it again: both results are the same."""
    unit = opened(tmp_path).unit(KEY)
    with committed(unit) as slower:
        unit.mkdir()
        (unit / "kpis.json").write_text("first")
        (slower / "kpis.json").write_text("second")
    assert (unit / "kpis.json").read_text() == "first"
    assert list(unit.parent.iterdir()) == [unit]


def test_texts_and_tables_are_read_as_they_were_written(tmp_path: Path) -> None:
    write_atomically(tmp_path / "new" / "a.txt", "ä\n")
    assert (tmp_path / "new" / "a.txt").read_bytes() == "ä\n".encode()
    write_json(tmp_path / "a.json", {"x": 0.1 + 0.2, "y": None})
    assert read_json(tmp_path / "a.json") == {"x": 0.30000000000000004, "y": None}
    write_csv(tmp_path / "a.csv", ["x", "y"], [[0.1 + 0.2, None], ["a,b", 1]])
    assert (tmp_path / "a.csv").read_bytes() == b'x,y\n0.30000000000000004,\n"a,b",1\n'


def test_baselines_have_one_seed_that_stands_for_no_training() -> None:
    assert list(Contender("atc", "global", is_learned=False).seeds(3)) == [0]
    assert list(Contender("qmix", "local", is_learned=True).seeds(3)) == [1, 2, 3]
