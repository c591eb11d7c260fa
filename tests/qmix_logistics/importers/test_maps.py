"""Maps, pairs and problems made by hand become scenarios; published ones too, where they are there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from importing import rows, shared, sound

from qmix_logistics.errors import ScenarioError
from qmix_logistics.importers.imported import ImportedScenario, ImportOptions
from qmix_logistics.importers.lorr import import_lorr
from qmix_logistics.importers.movingai import import_movingai
from qmix_logistics.scenario.layout import build_layout

Importer = Callable[[Path, ImportOptions], ImportedScenario]
MAP = "type octile\nheight 3\nwidth 4\nmap\n...@\n.@..\n....\n"


def faults(path: Path, importer: Importer = import_movingai) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        importer(path, ImportOptions())
    return [str(problem).split(f"{path.parent}/")[-1] for problem in caught.value.problems]


def scen(folder: Path, *pairs: str) -> Path:
    (folder / "small.map").write_text(MAP)
    (folder / "small.scen").write_text(
        "version 1\n" + "".join(f"0\tmaps/small.map\t4\t3\t{pair}\t1.0\n" for pair in pairs)
    )
    return folder / "small.scen"


def problem(folder: Path, tasks: str = "3\n8,10\n4\n0,2,8\n", **values: object) -> Path:
    (folder / "small.map").write_text(MAP)
    (folder / "a.agents").write_text("# version for LoRR 2026\n2\n6\n11\n")
    (folder / "t.tasks").write_text("# version for LoRR 2026\n" + tasks)
    names = {"mapFile": "small.map", "agentFile": "a.agents", "taskFile": "t.tasks"}
    (folder / "problem.json").write_text(json.dumps(names | {"teamSize": 2, "numTasksReveal": 1.0} | values))
    return folder / "problem.json"


def test_a_pair_of_x_and_y_becomes_an_order_from_its_start_to_its_goal(tmp_path: Path) -> None:
    """x is the column and y the row: (3, 1) is the last cell of the second row, node 1.3."""
    imported = import_movingai(scen(tmp_path, "0\t0\t3\t1", "2\t0\t0\t2"), ImportOptions(vehicles=2))
    assert [(row["order"], row["from"], row["to"]) for row in rows(imported)] == [
        ("1", "0.0", "1.3"),
        ("2", "0.2", "2.0"),
    ]
    spec = sound(imported, tmp_path / "imported")
    assert spec.name == "small" and spec.fleet[0].count == 2 and len(spec.network.parking) == 2
    assert imported.files["small.map"] == MAP


def test_pairs_come_in_at_the_pace_of_a_busy_fleet(tmp_path: Path) -> None:
    """Ways of 4 m, driven empty and loaded in 8 s; a vehicle that works 80 % of the time has one every 10 s."""
    pairs = ["0\t0\t3\t1", "2\t0\t0\t2", "0\t0\t3\t1"]
    imported = import_movingai(scen(tmp_path, *pairs), ImportOptions(vehicles=1))
    assert [row["release_s"] for row in rows(imported)] == ["0", "10", "20"]
    assert "10.0 s apart" in imported.note


def test_options_cut_the_pairs_and_set_the_urgency(tmp_path: Path) -> None:
    options = ImportOptions(orders=1, urgency_s=90, dynamism_pct=50)
    imported = import_movingai(scen(tmp_path, "0\t0\t3\t1", "2\t0\t0\t2"), options)
    assert len(rows(imported)) == 1
    assert imported.document["order_classes"][0]["due_s"] == 90
    assert imported.note.startswith("1 of 2 pairs of start and goal became orders.")
    assert "Dynamism has no effect here" in imported.note


def test_pairs_outside_of_the_largest_part_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "small.map").write_text("...#.\n")
    (tmp_path / "small.scen").write_text(
        "version 1\n0\tsmall.map\t5\t1\t0\t0\t4\t0\t1\n0\tsmall.map\t5\t1\t0\t0\t2\t0\t1\n"
    )
    imported = import_movingai(tmp_path / "small.scen", ImportOptions())
    assert [(row["from"], row["to"]) for row in rows(imported)] == [("0.0", "0.2")]
    assert imported.note.startswith("1 of 4 nodes do not reach the others and back; left out. 1 of 2 pairs")


def test_every_pair_that_does_not_suit_its_map_is_reported_at_its_row(tmp_path: Path) -> None:
    file = scen(tmp_path, "0\t0\t3\t0", "9\t9\t0\t0", "x\t0\t0\t0", "0\t0\t0")
    assert faults(file) == [
        "small.scen:4:22: start x is 'x'; expected a whole number of 0 or more",
        "small.scen:5:1: has 8 fields; expected 9: bucket, map, map width, map height, start x, start y, goal x, "
        "goal y, optimal length",
    ]
    file = scen(tmp_path, "0\t0\t3\t0", "9\t9\t0\t0")
    assert faults(file) == [
        "small.scen:2:1: goal is x 3, y 0, which is no free cell of small.map",
        "small.scen:3:1: start is x 9, y 9, which is no free cell of small.map",
    ]
    file.write_text("version 1\n0 small.map 4 3 0 0 1 0 1\n0 other.map 4 3 0 0 1 0 1\n0 small.map 8 6 0 0 1 0 1\n")
    assert faults(file) == [
        "small.scen:3:1: map is 'other.map'; expected small.map, as in the first row: one map a scenario",
        "small.scen:4:1: map width is 8 x 6, but small.map has 4 columns and 3 rows",
    ]


def test_a_scenario_without_version_rows_or_map_is_refused(tmp_path: Path) -> None:
    file = scen(tmp_path)
    assert faults(file) == ["small.scen:1:1: has no rows; expected one pair of start and goal a row"]
    file.write_text("0 small.map\n")
    assert faults(file) == [
        "small.scen:1:1: version is '0 small.map'; expected 'version 1', as a MovingAI scenario begins"
    ]
    file = scen(tmp_path, "0\t0\t2\t0")
    (tmp_path / "small.map").unlink()
    assert faults(file) == ["small.scen:2:1: map names 'small.map', which is not in the same folder; put it there"]


def test_a_map_alone_gets_random_transports_the_same_for_the_same_seed(tmp_path: Path) -> None:
    scen(tmp_path)
    file = tmp_path / "small.map"
    imported = import_movingai(file, ImportOptions(orders=30, vehicles=3, seed=7))
    assert imported == import_movingai(file, ImportOptions(orders=30, vehicles=3, seed=7))
    assert imported.files != import_movingai(file, ImportOptions(orders=30, vehicles=3, seed=8)).files
    assert len(rows(imported)) == 30
    assert all(row["from"] != row["to"] and 0 <= float(row["release_s"]) < 3600 for row in rows(imported))
    sound(imported, tmp_path / "imported")


def test_vehicles_start_apart_from_the_tasks_where_there_is_room(tmp_path: Path) -> None:
    imported = import_movingai(scen(tmp_path, "0\t0\t3\t1"), ImportOptions(vehicles=3))
    assert not {"0.0", "1.3"} & {spot["node"] for spot in imported.document["network"]["parking"]}


def test_a_map_on_which_no_vehicle_can_drive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dots.map").write_text(".#.\n")
    assert faults(tmp_path / "dots.map") == [
        "dots.map: has no two free cells that share a side; expected a map on which vehicles can drive"
    ]


def test_errands_of_a_task_become_a_chain_and_a_single_one_stays_where_it_is(tmp_path: Path) -> None:
    """Locations are row x 4 + column: 8 is node 2.0, 10 is 2.2, 4 is 1.0, 2 is 0.2."""
    imported = import_lorr(problem(tmp_path), ImportOptions())
    assert [(row["order"], row["from"], row["to"], row["is_chained"]) for row in rows(imported)] == [
        ("1", "2.0", "2.2", "0"),
        ("2", "1.0", "1.0", "0"),
        ("3", "0.0", "0.2", "0"),
        ("3", "0.2", "2.0", "1"),
    ]
    assert [spot["node"] for spot in imported.document["network"]["parking"]] == ["1.2", "2.3"]
    spec = sound(imported, tmp_path / "imported")
    assert (spec.name, spec.fleet[0].count, spec.fleet[0].speed_mps) == ("problem", 2, 1.0)


def test_as_many_orders_as_are_revealed_at_once_are_there_from_the_start(tmp_path: Path) -> None:
    """Ways of 2, 0, 2 and 4 m make 8 m for three orders; two vehicles do an order in 8 / 3 / 2 = 1.33 s at best."""
    imported = import_lorr(problem(tmp_path, numTasksReveal=0.5), ImportOptions())
    assert [row["release_s"] for row in rows(imported)] == ["0", "1", "2", "2"]
    everything = import_lorr(problem(tmp_path, numTasksReveal=1.5), ImportOptions())
    assert {row["release_s"] for row in rows(everything)} == {"0"}


def test_options_cut_tasks_and_agents(tmp_path: Path) -> None:
    imported = import_lorr(problem(tmp_path), ImportOptions(vehicles=1, orders=2))
    assert {row["order"] for row in rows(imported)} == {"1", "2"}
    assert [spot["node"] for spot in imported.document["network"]["parking"]] == ["1.2"]
    assert imported.note.startswith("2 of 3 tasks were taken; the fleet is 1 for 2 agents of the original")


def test_more_vehicles_than_a_class_may_have_get_several_classes_with_homes_of_their_own(tmp_path: Path) -> None:
    scen(tmp_path)
    imported = import_movingai(tmp_path / "small.map", ImportOptions(vehicles=1500, orders=5))
    spec = sound(imported, tmp_path / "imported")
    assert [(one.id, one.count) for one in spec.fleet] == [("robot-1", 1000), ("robot-2", 500)]
    assert all(one.home for one in spec.fleet)


def test_every_unusable_location_is_reported_at_its_place(tmp_path: Path) -> None:
    assert faults(problem(tmp_path, "4\n8,3\n5\n0,x\n99\n"), import_lorr) == [
        "t.tasks:3:3: location is 3, row 0 and column 3, which is no free cell of the map",
        "t.tasks:4:1: location is 5, row 1 and column 1, which is no free cell of the map",
        "t.tasks:5:3: location is 'x'; expected a whole number, row x 4 + column",
        "t.tasks:6:1: location is 99, row 24 and column 3, which is no free cell of the map",
    ]
    assert faults(problem(tmp_path, "4\n8,10\n"), import_lorr) == [
        "t.tasks:2:1: number of rows is 4, but 1 rows follow; expected as many, and one at least"
    ]
    assert faults(problem(tmp_path, "8,10\n"), import_lorr) == [
        "t.tasks:2:1: has no number of rows; expected it below the comments"
    ]


def test_every_fault_of_a_problem_file_is_named(tmp_path: Path) -> None:
    assert faults(problem(tmp_path, mapFile=3, teamSize=0), import_lorr) == [
        "problem.json:1:1: mapFile is 3; expected the name of a file, relative to this one",
        "problem.json:1:1: teamSize is 0; expected a number above 0",
    ]
    assert faults(problem(tmp_path, teamSize=5), import_lorr) == [
        "a.agents: has 2 agents; expected 5, the teamSize of problem.json"
    ]
    assert faults(problem(tmp_path, agentFile="b.agents"), import_lorr) == [
        "b.agents: cannot be read: No such file or directory"
    ]
    (tmp_path / "problem.json").write_text('{\n "mapFile": }')
    assert faults(tmp_path / "problem.json", import_lorr) == ["problem.json:2:13: is not JSON: Expecting value"]
    (tmp_path / "problem.json").write_text("[]")
    assert "is no mapping" in faults(tmp_path / "problem.json", import_lorr)[0]


def test_a_published_scenario_is_sound(tmp_path: Path) -> None:
    """461 pairs, the first from x 11, y 6 to x 7, y 18."""
    imported = import_movingai(shared("mapf", "random-32-32-10-random-1.scen"), ImportOptions())
    graph = build_layout(sound(imported, tmp_path).network).graph
    assert len(rows(imported)) == 461
    assert (rows(imported)[0]["from"], rows(imported)[0]["to"]) == ("6.11", "18.7")
    assert all(row["from"] in graph and row["to"] in graph for row in rows(imported))


@pytest.mark.parametrize(
    ("parts", "first", "home"),
    [
        (("random.domain", "random-example_400.json"), ("26.53", "22.12"), "22.18"),
        (("warehouse.domain", "fulfill-example_2500.json"), ("78.498", "57.383"), "69.338"),
    ],
)
def test_a_published_problem_of_the_league_is_sound(
    tmp_path: Path, parts: tuple[str, ...], first: tuple[str, str], home: str
) -> None:
    """By hand: 1717 = 26 x 64 + 53 and 1420 = 22 x 64 + 12; 39498 = 78 x 500 + 498; 28883 = 57 x 500 + 383."""
    imported = import_lorr(shared("lorr", "start_kit_mit", *parts), ImportOptions(vehicles=20, orders=100))
    spec = sound(imported, tmp_path)
    assert (rows(imported)[0]["from"], rows(imported)[0]["to"]) == first
    assert spec.network.parking[0].node == home
    assert len({row["order"] for row in rows(imported)}) == 100
