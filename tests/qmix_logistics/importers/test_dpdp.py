from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from importing import rows, shared, sound
from playing import NEAREST
from town import day_of

from qmix_logistics.episode import play
from qmix_logistics.errors import ScenarioError
from qmix_logistics.importers.dpdp import import_dpdp
from qmix_logistics.importers.imported import ImportOptions
from qmix_logistics.simulation import Simulator, compile_site

FILES = {
    "factories_compact.csv": "idx,factory_id,longitude,latitude,port_num\n0,aa,116.0,40.0,6\n1,bb,116.1,40.0,2\n",
    "routes_compact.csv": "from_idx,to_idx,distance_km,time_s\n0,1,9.5,1200\n1,0,9.6,1300\n",
    "day/2_1.csv": (
        "order_id,demand,creation_time,committed_completion_time,load_time,unload_time,pickup_id,delivery_id\n"
        "x,4.5,08:00:00,12:00:00,120,240,aa,bb\n"
        "y,20,23:00:00,03:00:00,600,600,bb,aa\n"
    ),
    "day/vehicle_info_1.csv": "car_num,capacity,operation_time,gps_id\nV_1,15,24,G_1\n",
}


def folder(tmp_path: Path, **changes: str) -> Path:
    (tmp_path / "day").mkdir()
    for name, text in (FILES | changes).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / "day"


def test_a_day_becomes_factories_with_docks_and_orders_with_four_hours(tmp_path: Path) -> None:
    imported = import_dpdp(folder(tmp_path), ImportOptions())
    spec = sound(imported, tmp_path / "out")
    first, *split = rows(imported)
    assert (first["release_s"], first["due_s"], first["load_units"]) == ("28800", "43200", "4.5")
    assert [(row["order"], row["load_units"], row["pick_up_s"]) for row in split] == [("y", "10", "300")] * 2
    assert split[0]["due_s"] == str(27 * 3600)  # after midnight
    site = compile_site(spec)
    assert [(dock.kind, dock.servers, dock.approach_s) for dock in site.stations] == [
        ("dock", 6, 1800),
        ("dock", 2, 1800),
    ]
    assert site.network.travel_time_s[0].tolist() == [[0, 1200], [1300, 0]]
    assert site.network.distance_m[0].tolist() == [[0, 9500], [9600, 0]]


def test_faults_are_located(tmp_path: Path) -> None:
    orders = FILES["day/2_1.csv"].replace("08:00:00", "soon").replace("bb,aa", "bb,zz")
    with pytest.raises(ScenarioError) as caught:
        import_dpdp(folder(tmp_path, **{"day/2_1.csv": orders}), ImportOptions())
    assert [(problem.line, problem.field) for problem in caught.value.problems] == [
        (2, "creation_time"),
        (3, "delivery_id"),
    ]


def test_a_folder_without_orders_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="holds 0 files of orders"):
        import_dpdp(tmp_path, ImportOptions())


def test_a_real_day_is_played_to_its_end(tmp_path: Path) -> None:
    spec = sound(import_dpdp(shared("dpdp", "instance_1"), ImportOptions()), tmp_path)
    records = play(Simulator(compile_site(spec)), NEAREST, day_of(spec), np.random.default_rng(0)).records
    assert [order.status.name for order in records.orders] == ["DONE"] * 50
    assert records.mask_violations == 0
    approached = [visit for visit in records.visits if visit.started_s is not None and visit.ended_s is not None]
    assert min((visit.ended_s or 0) - (visit.started_s or 0) for visit in approached) > 0
