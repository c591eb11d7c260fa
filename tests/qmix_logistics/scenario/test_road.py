"""A road network of five nodes by hand, and every fault at its place."""

from __future__ import annotations

import math
from pathlib import Path

import networkx as nx
import pytest

from qmix_logistics.errors import ScenarioError
from qmix_logistics.scenario.layout.road import road_layout
from qmix_logistics.scenario.network import RoadNetwork

NODES = "node,x_m,y_m,zone,kind\na,0,0,city,customer\nb,100,0,city,\nc,100,50,,junction\nd,900,900,,\n"
ARCS = "from,to,length_m,travel_time_s\na,b,100,10\nb,c,50,\nc,a,120,24\nc,d,1000,100\n"


def written(folder: Path, nodes: str = NODES, arcs: str = ARCS, **fields: object) -> RoadNetwork:
    (folder / "nodes.csv").write_text(nodes)
    (folder / "arcs.csv").write_text(arcs)
    paths = {"kind": "road", "nodes": folder / "nodes.csv", "arcs": folder / "arcs.csv"}
    return RoadNetwork.model_validate(paths | fields)


def faults(network: RoadNetwork) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        road_layout(network)
    return [str(problem).split(f"{network.nodes.parent}/")[-1] for problem in caught.value.problems]


def test_nodes_keep_coordinates_zone_and_kind(tmp_path: Path) -> None:
    graph = road_layout(written(tmp_path)).graph
    assert dict(graph.nodes) == {
        "a": {"kind": "customer", "x_m": 0.0, "y_m": 0.0, "zone": "city"},
        "b": {"kind": "junction", "x_m": 100.0, "y_m": 0.0, "zone": "city"},
        "c": {"kind": "junction", "x_m": 100.0, "y_m": 50.0, "zone": ""},
    }


def test_the_highest_speed_is_length_over_time_where_there_is_a_time(tmp_path: Path) -> None:
    graph = road_layout(written(tmp_path)).graph
    assert graph.edges["a", "b"] == {"length_m": 100.0, "max_speed_mps": 10.0, "is_single_lane": False}
    assert graph.edges["b", "c"]["max_speed_mps"] == math.inf
    assert graph.edges["c", "a"]["max_speed_mps"] == 5.0


def test_zone_kind_and_time_may_be_left_out(tmp_path: Path) -> None:
    network = written(tmp_path, "node,x_m,y_m\na,0,0\nb,3,4\n", "from,to,length_m\na,b,5\nb,a,6\n")
    graph = road_layout(network).graph
    assert graph.nodes["b"] == {"kind": "junction", "x_m": 3.0, "y_m": 4.0, "zone": ""}
    assert [graph.edges[arc]["length_m"] for arc in (("a", "b"), ("b", "a"))] == [5.0, 6.0]


def test_only_the_largest_part_whose_nodes_reach_each_other_is_kept(tmp_path: Path) -> None:
    layout = road_layout(written(tmp_path))
    assert "d" not in layout.graph
    assert layout.note == "1 of 4 nodes do not reach the others and back; left out"
    assert nx.is_strongly_connected(layout.graph)


def test_of_arcs_beside_each_other_the_quickest_is_kept(tmp_path: Path) -> None:
    """By time where both have one (60 s, though longer); else by length (70 m). A loop leads nowhere."""
    arcs = "from,to,length_m,travel_time_s\na,b,900,90\na,b,1000,60\na,b,800,80\nb,a,80,\nb,a,70,70\na,a,1,1\n"
    layout = road_layout(written(tmp_path, "node,x_m,y_m\na,0,0\nb,0,1\n", arcs))
    assert layout.graph.edges["a", "b"]["length_m"] == 1000.0
    assert layout.graph.edges["b", "a"]["length_m"] == 70.0
    assert layout.note == "4 arcs lead from a node to itself or beside a quicker one; left out"


def test_closed_arcs_places_and_facilities_are_applied(tmp_path: Path) -> None:
    (tmp_path / "places.csv").write_text("node,kind\nb,rack\nc,customer\n")
    arcs = ARCS + "b,a,100,\n"
    network = written(
        tmp_path, NODES, arcs, places=tmp_path / "places.csv", depots=[{"node": "c"}], closed_arcs=[["b", "a"]]
    )
    graph = road_layout(network).graph
    assert {name: node["kind"] for name, node in graph.nodes.items()} == {"a": "customer", "b": "rack", "c": "depot"}
    assert not graph.has_edge("b", "a")


def test_every_unusable_node_is_reported_at_its_place(tmp_path: Path) -> None:
    nodes = "node,x_m,y_m,kind\na,0,0,\na,1,1,\n,2,2,\nb,east,0,\nc,0,inf,\nd,0,0,station\n"
    assert faults(written(tmp_path, nodes)) == [
        "nodes.csv:3:1: node is 'a', as in a row above; give each node its own name",
        "nodes.csv:4:1: node is empty; every node needs a name",
        "nodes.csv:5:3: x_m is 'east'; expected a number",
        "nodes.csv:6:5: y_m is 'inf'; expected a finite number",
        "nodes.csv:7:7: kind is 'station'; expected one of junction, rack, customer",
    ]


def test_every_unusable_arc_is_reported_at_its_place(tmp_path: Path) -> None:
    arcs = "from,to,length_m,travel_time_s\na,x,1,1\ny,b,1,\na,b,0,1\na,b,far,1\nb,c,1,0\nb,c,1,nan\n"
    assert faults(written(tmp_path, NODES, arcs)) == [
        "arcs.csv:2:3: to is 'x', which is no node of the file of nodes",
        "arcs.csv:3:1: from is 'y', which is no node of the file of nodes",
        "arcs.csv:4:5: length_m is '0'; expected a number above 0",
        "arcs.csv:5:5: length_m is 'far'; expected a number above 0",
        "arcs.csv:6:7: travel_time_s is '0'; expected a number above 0",
        "arcs.csv:7:7: travel_time_s is 'nan'; expected a number above 0",
    ]


def test_missing_files_and_columns_are_named(tmp_path: Path) -> None:
    assert faults(written(tmp_path, "node,x_m\na,0\n")) == ["nodes.csv:1:1: y_m is missing in the header (node, x_m)"]
    network = written(tmp_path)
    network.arcs.unlink()
    assert faults(network) == ["arcs.csv: cannot be read: No such file or directory"]


def test_of_many_unusable_rows_the_first_twenty_are_listed(tmp_path: Path) -> None:
    found = faults(written(tmp_path, NODES, "from,to,length_m\n" + "a,b,-1\n" * 30))
    assert len(found) == 21
    assert found[0] == "arcs.csv: has 30 faults; the first 20 follow"


def test_degrees_out_of_range_are_reported_at_their_place(tmp_path: Path) -> None:
    nodes = "node,x_m,y_m,lon,lat\na,0,0,11.5,48.1\nb,3,4,211.5,\n"
    assert faults(written(tmp_path, nodes, "from,to,length_m\na,b,5\nb,a,6\n")) == [
        "nodes.csv:3:7: lon is '211.5'; expected degrees from -180 to 180",
        "nodes.csv:3:13: lat is ''; expected a number",
    ]
