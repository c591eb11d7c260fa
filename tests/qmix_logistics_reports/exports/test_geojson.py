from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from commands import call
from documents import document
from town import town

from qmix_logistics.errors import ExportError
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import DayRecords, SegmentRecord, VehicleState
from qmix_logistics_reports.exports.geojson import METRES, map_of, site_collection, track_collection

IDLE, EMPTY, BROKEN = VehicleState.IDLE, VehicleState.EMPTY_TRAVEL, VehicleState.BROKEN
NODES = "node,x_m,y_m,kind,lon,lat\nd,0,0,,11.5,48.1\nj,100,0,,11.6,48.1\nc,100,50,customer,11.6,48.2\n"
ARCS = "from,to,length_m\nd,j,100\nj,d,100\nj,c,60\nc,j,60\nd,c,200\n"


def roads(folder: Path, nodes: str = NODES) -> ScenarioSpec:
    """Depot d and customer c; the way over the junction j is shorter than the arc from d to c."""
    (folder / "nodes.csv").write_text(nodes)
    (folder / "arcs.csv").write_text(ARCS)
    values = document(
        network={
            "kind": "road",
            "nodes": str(folder / "nodes.csv"),
            "arcs": str(folder / "arcs.csv"),
            "depots": [{"node": "d"}],
        },
        fleet=[{"id": "van", "count": 1, "speed_mps": 10.0}],
        demand={"kind": "poisson", "rate_per_h": 1, "transports": [{"origin": "depot", "destination": "customer"}]},
    )
    return ScenarioSpec.model_validate(values)


def segment(state: VehicleState, start_s: float, end_s: float, place: str, target: str, way_m: float) -> SegmentRecord:
    return SegmentRecord("van-1", state, start_s, end_s, place, target, way_m, 0.0)


def track(spec: ScenarioSpec, *segments: SegmentRecord) -> tuple[list[list[float]], list[float]]:
    records, classes = DayRecords(end_s=segments[-1].end_s, segments=list(segments)), {"van-1": spec.fleet[0]}
    (feature,) = track_collection(map_of(spec), records, classes, {"day": 0})["features"]
    assert feature["properties"].items() >= {"vehicle": "van-1", "class": "van", "day": 0}.items()
    return feature["geometry"]["coordinates"], feature["properties"]["times_s"]


def check(collection: dict[str, Any]) -> None:
    """RFC 7946, Sec. 3: a collection of features, points and lines of two or more positions."""
    assert collection["type"] == "FeatureCollection"
    for feature in collection["features"]:
        assert set(feature) == {"type", "geometry", "properties"}
        assert feature["type"] == "Feature"
        kind, coordinates = feature["geometry"]["type"], feature["geometry"]["coordinates"]
        positions = [coordinates] if kind == "Point" else coordinates
        assert kind == "Point" or (kind == "LineString" and len(coordinates) >= 2)
        assert all(len(position) == 2 and all(map(math.isfinite, position)) for position in positions)


def test_degrees_are_used_where_the_road_network_has_them(tmp_path: Path) -> None:
    site = site_collection(map_of(roads(tmp_path)))
    check(site)
    assert "note" not in site
    points = {
        f["properties"]["place"]: f["geometry"]["coordinates"] for f in site["features"] if "place" in f["properties"]
    }
    assert points == {"d": [11.5, 48.1], "c": [11.6, 48.2]}
    lines = {(f["properties"]["from"], f["properties"]["to"]) for f in site["features"] if "from" in f["properties"]}
    assert lines == {("d", "j"), ("j", "d"), ("j", "c"), ("c", "j"), ("d", "c")}


def test_elsewhere_coordinates_are_metres_and_the_collection_says_so(tmp_path: Path) -> None:
    nodes = "\n".join(line.rsplit(",", 2)[0] for line in NODES.splitlines())
    site = site_collection(map_of(roads(tmp_path, nodes)))
    check(site)
    assert site["note"] == METRES
    assert site["features"][1]["geometry"]["coordinates"] == [100.0, 50.0]


def test_a_trip_leads_along_the_quickest_way_in_the_time_that_it_took(tmp_path: Path) -> None:
    """160 m in 32 s: at the junction after 100 m, 20 s; a breakdown of 10 s after 80 m comes in between."""
    positions, times_s = track(
        roads(tmp_path),
        segment(IDLE, 0, 5, "d", "d", 0),
        segment(EMPTY, 5, 21, "d", "c", 80),
        segment(BROKEN, 21, 31, "d", "d", 0),
        segment(EMPTY, 31, 47, "d", "c", 80),
        segment(IDLE, 47, 60, "c", "c", 0),
    )
    d, j, c = [11.5, 48.1], [11.6, 48.1], [11.6, 48.2]
    assert positions == [d, d, j, c, c]
    assert times_s == [0, 5, 35, 47, 60]


def test_a_trip_that_the_end_of_the_day_cuts_off_does_not_arrive(tmp_path: Path) -> None:
    positions, times_s = track(roads(tmp_path), segment(EMPTY, 0, 12, "d", "c", 120))
    assert positions == [[11.5, 48.1], [11.5, 48.1], [11.6, 48.1], [11.6, 48.1]]
    assert times_s == [0, 0, 10, 12]


def test_who_flies_or_drives_trips_of_a_table_goes_straight(tmp_path: Path) -> None:
    spec = town(tmp_path, "order,release_s,origin,destination\n1,0,A,B")
    positions, times_s = track(spec, segment(EMPTY, 0, 30, "D", "C", 300), segment(EMPTY, 30, 40, "C", "B", 100))
    assert positions == [[0, 0], [0, 0], [300, 0], [200, 0]]
    assert times_s == [0, 0, 30, 40]


def test_a_site_without_coordinates_has_no_map(tmp_path: Path) -> None:
    (tmp_path / "places.csv").write_text("node,kind\nD,depot\nA,customer\n")
    (tmp_path / "trips.csv").write_text("from,to,distance_m\nD,A,100\nA,D,100\n")
    paths = {name: str(tmp_path / f"{name}.csv") for name in ("places", "trips")}
    values = document(
        network={"kind": "matrix", **paths, "depots": [{"node": "D"}]},
        demand={"kind": "poisson", "rate_per_h": 1, "transports": [{"origin": "depot", "destination": "customer"}]},
    )
    with pytest.raises(ExportError, match="have no coordinates; give them x_m and y_m"):
        map_of(ScenarioSpec.model_validate(values))


def test_tracks_of_a_run_cover_the_day_and_all_vehicles(finished_run: Path, tmp_path: Path) -> None:
    outcome = call("export", finished_run, "--format", "geojson", "-o", tmp_path / "map", "--policy", "nearest")
    assert (outcome.status, outcome.err) == (0, "")
    check(json.loads((tmp_path / "map" / "site.geojson").read_text(encoding="utf-8")))
    assert {path.name for path in (tmp_path / "map" / "tracks").iterdir()} == {
        "nearest-0-000.geojson",
        "nearest-0-001.geojson",
    }
    tracks = json.loads((tmp_path / "map" / "tracks" / "nearest-0-001.geojson").read_text(encoding="utf-8"))
    check(tracks)
    ends_s = pd.read_csv(finished_run / "units" / "nearest-0-001" / "vehicles.csv").groupby("vehicle")["end_s"].max()
    assert {f["properties"]["vehicle"]: f["properties"]["times_s"][-1] for f in tracks["features"]} == pytest.approx(
        ends_s.to_dict(), abs=1e-3
    )
    for feature in tracks["features"]:
        times_s = feature["properties"]["times_s"]
        assert times_s == sorted(times_s)
        assert len(times_s) == len(feature["geometry"]["coordinates"])
