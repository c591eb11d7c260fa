from __future__ import annotations

from pathlib import Path

import pytest
from importing import rows, shared, sound

from qmix_logistics.errors import ScenarioError
from qmix_logistics.importers.imported import ImportOptions
from qmix_logistics.importers.li_lim import import_li_lim
from qmix_logistics.importers.solomon import import_solomon
from qmix_logistics.importers.solutions import read_routes
from qmix_logistics.importers.vrplib_format import import_vrplib
from qmix_logistics.simulation import compile_site

SOLOMON = """T1

VEHICLE
NUMBER     CAPACITY
  3         20

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      0         0          0          0        100          0
    1      1         1         10         10         50          5
    2      3         4          7          0         90          5
"""
LI_LIM = """2 15 1
0 0 0 0 0 200 0 0 0
1 3 4 10 5 60 2 0 2
2 6 8 -10 20 90 3 1 0
"""
CVRP = """NAME : tiny
TYPE : CVRP
DIMENSION : 3
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 10
NODE_COORD_SECTION
1 0 0
2 3 4
3 0 8
DEMAND_SECTION
1 0
2 6
3 5
DEPOT_SECTION
1
-1
EOF
"""
OPTIONS = ImportOptions()


def written(tmp_path: Path, text: str, name: str = "T1.txt") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_solomon_becomes_orders_from_the_depot_with_hard_windows(tmp_path: Path) -> None:
    imported = import_solomon(written(tmp_path, SOLOMON), OPTIONS)
    spec = sound(imported, tmp_path / "out")
    first = rows(imported)[0]
    assert (first["from"], first["to"], first["load_units"]) == ("0", "1", "10")
    assert (first["drop_off_from_s"], first["drop_off_until_s"], first["drop_off_s"]) == ("10", "50", "5")
    assert first["due_s"] == "55"
    assert (spec.fleet[0].count, spec.fleet[0].capacity_units, spec.fleet[0].home) == (3, 20, ("0",))
    # 1.414... and 5, cut off after a decimal
    assert compile_site(spec).network.distance_m[0, 0, 1:].tolist() == [1.4, 5.0]


def test_li_lim_becomes_pick_ups_and_deliveries(tmp_path: Path) -> None:
    imported = import_li_lim(written(tmp_path, LI_LIM), OPTIONS)
    spec = sound(imported, tmp_path / "out")
    assert [(row["from"], row["to"], row["load_units"]) for row in rows(imported)] == [("1", "2", "10")]
    assert [rows(imported)[0][name] for name in ("pick_up_from_s", "pick_up_until_s", "pick_up_s")] == ["5", "60", "2"]
    assert compile_site(spec).network.distance_m[0, 1, 2] == 5


def test_vrplib_is_read_by_its_own_package(tmp_path: Path) -> None:
    imported = import_vrplib(written(tmp_path, CVRP, "tiny.vrp"), OPTIONS)
    assert [(row["to"], row["load_units"]) for row in rows(imported)] == [("1", "6"), ("2", "5")]
    assert {(r["from"], r["to"]): float(r["distance_m"]) for r in rows(imported, "trips.csv")}["1", "2"] == 5
    assert imported.document["fleet"][0]["count"] == 2  # a fifth more capacity than is needed, rounded up


@pytest.mark.parametrize(
    ("importer", "text", "message"),
    [
        (import_solomon, "nothing\n", "is no Solomon instance"),
        (import_li_lim, "1 2\n", "is no Li and Lim instance"),
        (import_li_lim, LI_LIM.replace("0 2\n", "0 7\n"), "sends node 1 to node 7"),
        (import_vrplib, "NAME : x\n", "is no VRPLIB instance"),
    ],
)
def test_what_is_no_instance_is_refused(tmp_path: Path, importer: object, text: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        importer(written(tmp_path, text), OPTIONS)  # type: ignore[operator]


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    for importer in (import_solomon, import_li_lim, import_vrplib):
        with pytest.raises(ScenarioError, match="cannot be read"):
            importer(tmp_path / "none.txt", OPTIONS)


def test_all_published_instances_can_be_imported(tmp_path: Path) -> None:
    for folder, importer in (("solomon", import_solomon), ("li_lim/li_lim_100", import_li_lim)):
        for path in sorted(shared(*folder.split("/")).glob("*.txt")):
            imported = importer(path, OPTIONS)
            assert len(rows(imported)) >= 50, path
    large = sorted(shared("homberger", "homberger_200").glob("*.txt"))[0]
    assert len(rows(import_solomon(large, OPTIONS))) == 200


def test_orders_are_revealed_in_time_to_be_served(tmp_path: Path) -> None:
    path = written(tmp_path, SOLOMON)
    known = import_solomon(path, OPTIONS)
    assert [row["release_s"] for row in rows(known)] == ["0", "0"]
    assert known.document["horizon"]["demand_s"] == 1
    dynamic = import_solomon(path, ImportOptions(dynamism_pct=100, urgency_s=20))
    # to be at (3, 4) by 90 s a vehicle must set out by 85 s; that is known 20 s before
    assert [row["release_s"] for row in rows(dynamic)] == ["28", "65"]
    assert dynamic.document["horizon"]["demand_s"] == 100
    half = import_solomon(path, ImportOptions(dynamism_pct=50))
    assert sum(row["release_s"] != "0" for row in rows(half)) == 1


def test_routes_of_a_solution_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, "Route #1: 5 3 \nRoute #2: 7\nCost 12.5\n", "T1.sol")
    assert read_routes(path) == [["5", "3"], ["7"]]
