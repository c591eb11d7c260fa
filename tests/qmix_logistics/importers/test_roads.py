"""Roads made by hand become scenarios; published ones too, where they are there."""

from __future__ import annotations

from pathlib import Path

import pytest
from importing import rows, shared, sound

from qmix_logistics.errors import ScenarioError
from qmix_logistics.importers.imported import ImportOptions
from qmix_logistics.importers.road import import_road
from qmix_logistics.scenario.layout import build_layout

NODES = (
    "node_index,is_stop_only,pos_x,pos_y\n0,False,0,0\n1,False,100,0\n2,True,100,100\n3,False,0,100\n9,False,500,500\n"
)
EDGES = "from_node,to_node,distance,travel_time\n0,1,100,10\n1,2,100,20\n2,3,100,10\n3,0,100,10\n0,9,700,70\n"


def faults(folder: Path) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        import_road(folder, ImportOptions())
    return [str(problem).split(f"{folder.parent}/")[-1] for problem in caught.value.problems]


def roads(folder: Path, nodes: str = NODES, edges: str = EDGES) -> Path:
    (folder / "town").mkdir()
    (folder / "town" / "nodes.csv").write_text(nodes)
    (folder / "town" / "edges.csv").write_text(edges)
    return folder / "town"


def test_roads_of_fleetpy_become_our_own_and_only_their_largest_part_is_kept(tmp_path: Path) -> None:
    imported = import_road(roads(tmp_path), ImportOptions(orders=10, vehicles=2))
    assert imported.files["nodes.csv"] == "node,x_m,y_m,zone\n0,0,0,\n1,100,0,\n2,100,100,\n3,0,100,\n"
    assert imported.files["arcs.csv"] == (
        "from,to,length_m,travel_time_s\n0,1,100,10\n1,2,100,20\n2,3,100,10\n3,0,100,10\n"
    )
    spec = sound(imported, tmp_path / "imported")
    assert (spec.name, spec.fleet[0].count, spec.fleet[0].max_tasks_on_board) == ("town", 2, 8)
    depot = spec.network.depots[0].node
    assert depot not in {row[end] for row in rows(imported) for end in ("from", "to")}
    assert {row["node"] for row in rows(imported, "places.csv")} <= set("0123") - {depot}
    assert imported.note.startswith(
        "1 of 5 nodes do not reach the others and back; left out. Nodes that are stops only in the source (1) may be "
        "driven through. 10 orders between random nodes over 8 h were drawn from the seed 1."
    )


def test_roads_in_our_columns_are_imported_and_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    first = import_road(roads(tmp_path), ImportOptions(orders=10))
    sound(first, tmp_path / "again")
    second = import_road(tmp_path / "again", ImportOptions(orders=10))
    assert second.files == first.files
    assert (
        import_road(tmp_path / "town", ImportOptions(orders=10, seed=2)).files["orders.csv"]
        != first.files["orders.csv"]
    )


def test_vans_drive_at_town_speed_where_roads_have_no_times(tmp_path: Path) -> None:
    edges = "\n".join(line.rsplit(",", 1)[0] for line in EDGES.splitlines()) + "\n"
    imported = import_road(roads(tmp_path, edges=edges), ImportOptions(orders=3))
    assert imported.document["fleet"][0]["speed_mps"] == pytest.approx(30 / 3.6, abs=1e-3)
    assert "Arcs have no travel times: vans drive 30 km/h." in imported.note


def test_a_folder_without_roads_is_refused(tmp_path: Path) -> None:
    folder = roads(tmp_path)
    (folder / "edges.csv").unlink()
    end = "expected a folder with the nodes and the arcs of a road network"
    assert faults(folder) == [f"town: has no arcs.csv and no edges.csv; {end}"]
    (folder / "nodes.csv").unlink()
    assert faults(folder) == [f"town: has no nodes.csv; {end}"]


def test_unusable_arcs_are_reported_by_the_names_of_their_own_columns(tmp_path: Path) -> None:
    folder = roads(tmp_path, edges="from_node,to_node,distance\n0,1,0\n0,7,5\n")
    assert faults(folder) == [
        "town/edges.csv:2:5: distance is '0'; expected a number above 0",
        "town/edges.csv:3:3: to_node is '7', which is no node of the file of nodes",
    ]


def test_a_road_network_on_which_no_vehicle_can_drive_is_refused(tmp_path: Path) -> None:
    folder = roads(tmp_path, edges="from_node,to_node,distance\n0,1,5\n")
    assert faults(folder) == [
        "town: has no three nodes that reach each other; expected a network on which vehicles can drive"
    ]


def test_the_roads_of_munich_are_sound(tmp_path: Path) -> None:
    imported = import_road(shared("road", "fleetpy_munich_example"), ImportOptions(orders=50))
    spec = sound(imported, tmp_path)
    layout = build_layout(spec.network)
    assert (len(layout.graph), layout.note) == (7617 - 384, "")
    assert layout.graph.edges["2", "1726"]["max_speed_mps"] == pytest.approx(274.088 / 19.734336, rel=1e-3)


def test_longitude_and_latitude_are_kept(tmp_path: Path) -> None:
    lines = NODES.splitlines()
    nodes = "\n".join([f"{lines[0]},lon,lat", *(f"{line},11.5{index},48.1" for index, line in enumerate(lines[1:]))])
    imported = import_road(roads(tmp_path, nodes), ImportOptions(orders=10))
    assert imported.files["nodes.csv"].splitlines()[:2] == ["node,x_m,y_m,zone,lon,lat", "0,0,0,,11.5000000,48.1000000"]
    sound(imported, tmp_path / "imported")
