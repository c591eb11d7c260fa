"""A map of 3 x 3 cells with a wall by hand, every fault at its place, and published maps where they are there."""

from __future__ import annotations

import math
import time
from pathlib import Path

import networkx as nx
import pytest

from qmix_logistics.errors import ScenarioError
from qmix_logistics.scenario.layout.grid import grid_layout
from qmix_logistics.scenario.network import GridNetwork

SHARED = Path(__file__).parents[4] / "shared" / "data"
HEADER = "type octile\nheight 3\nwidth 3\nmap\n"
CELLS = "...\n.@.\n..E\n"


def map_file(folder: Path, text: str = HEADER + CELLS) -> Path:
    file = folder / "site.map"
    file.write_text(text, encoding="utf-8")
    return file


def layout_of(file: Path, **fields: object) -> tuple[nx.DiGraph, str]:
    layout = grid_layout(GridNetwork.model_validate({"kind": "grid", "map": file} | fields))
    return layout.graph, layout.note


def faults(file: Path, **fields: object) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        layout_of(file, **fields)
    return [str(problem).split(f"{file.parent}/")[-1] for problem in caught.value.problems]


def test_cells_are_named_by_row_and_column_and_lie_east_and_south_of_the_first(tmp_path: Path) -> None:
    graph, note = layout_of(map_file(tmp_path), cell_m=2.0)
    assert list(graph) == ["0.0", "0.1", "0.2", "1.0", "1.2", "2.0", "2.1", "2.2"]
    assert graph.nodes["1.2"] == {"kind": "junction", "x_m": 4.0, "y_m": -2.0, "zone": ""}
    assert note == ""


def test_neighbours_that_share_a_side_are_joined_both_ways_by_a_single_lane(tmp_path: Path) -> None:
    """A ring of 8 cells around the wall: 16 arcs, each as long as a cell."""
    graph, _ = layout_of(map_file(tmp_path), cell_m=2.0)
    assert set(graph["0.0"]) == set(graph.pred["0.0"]) == {"0.1", "1.0"}
    assert graph.number_of_edges() == 16
    assert graph.edges["0.0", "0.1"] == {"length_m": 2.0, "max_speed_mps": math.inf, "is_single_lane": True}
    assert nx.shortest_path_length(graph, "0.1", "2.1", weight="length_m") == 8.0


def test_a_plain_text_of_cells_is_the_same_as_a_map_with_a_header(tmp_path: Path) -> None:
    with_header, _ = layout_of(map_file(tmp_path))
    plain, _ = layout_of(map_file(tmp_path, CELLS.replace("@", "#")))
    assert nx.utils.graphs_equal(with_header, plain)


def test_line_ends_of_windows_are_understood(tmp_path: Path) -> None:
    file = tmp_path / "site.map"
    file.write_bytes((HEADER + CELLS).replace("\n", "\r\n").encode())
    assert len(layout_of(file)[0]) == 8


def test_all_four_signs_of_closed_cells_are_closed_and_all_others_are_free(tmp_path: Path) -> None:
    graph, _ = layout_of(map_file(tmp_path, "@TO#\n.GSx\n"))
    assert list(graph) == ["1.0", "1.1", "1.2", "1.3"]


def test_legend_gives_kinds_to_characters(tmp_path: Path) -> None:
    graph, _ = layout_of(map_file(tmp_path), legend={"E": "rack"})
    assert {name for name, node in graph.nodes.items() if node["kind"] == "rack"} == {"2.2"}


def test_places_and_facilities_give_kinds_to_cells_and_facilities_win(tmp_path: Path) -> None:
    places = tmp_path / "places.csv"
    places.write_text("node,kind\n0.0,customer\n0.1,rack\n0.2,rack\n")
    graph, _ = layout_of(map_file(tmp_path), places=places, stations=[{"node": "0.2"}], parking=[{"node": "2.0"}])
    kinds = {name: node["kind"] for name, node in graph.nodes.items() if node["kind"] != "junction"}
    assert kinds == {"0.0": "customer", "0.1": "rack", "0.2": "station", "2.0": "parking"}


def test_only_the_largest_part_is_kept_and_the_note_says_so(tmp_path: Path) -> None:
    graph, note = layout_of(map_file(tmp_path, "..#.\n..#.\n"))
    assert list(graph) == ["0.0", "0.1", "1.0", "1.1"]
    assert note == "2 of 6 nodes do not reach the others and back; left out"


def test_closed_arcs_are_gone_before_the_largest_part_is_looked_for(tmp_path: Path) -> None:
    file = map_file(tmp_path, "....\n")
    one_way, note = layout_of(file, closed_arcs=[["0.2", "0.3"]])
    assert list(one_way) == ["0.0", "0.1", "0.2"] and note
    graph, _ = layout_of(map_file(tmp_path), closed_arcs=[["0.0", "0.1"]])
    assert len(graph) == 8 and not graph.has_edge("0.0", "0.1") and graph.has_edge("0.1", "0.0")


def test_a_map_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert faults(tmp_path / "site.map") == ["site.map: cannot be read: No such file or directory"]


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site.map").write_bytes(b"\xff\xfe\x00")
    assert faults(tmp_path / "site.map")[0].startswith("site.map: is not a text in UTF-8")


def test_every_fault_of_header_and_rows_is_reported_at_its_place(tmp_path: Path) -> None:
    file = map_file(tmp_path, "type octile\nheight 4\nwidth 3\nmaps\n...\n..\n....\n")
    assert faults(file) == [
        "site.map:2:1: height is 4, but 3 rows of cells follow; correct it or complete the map",
        "site.map:4:1: map is 'maps'; expected 'map', as in a MovingAI map",
        "site.map:6:3: has 2 cells; expected 3, the width in the header",
        "site.map:7:4: has 4 cells; expected 3, the width in the header",
    ]


def test_sizes_that_are_no_numbers_above_zero_are_refused(tmp_path: Path) -> None:
    file = map_file(tmp_path, "type octile\nheight none\nwidth 0\nmap\n...\n....\n")
    assert faults(file) == [
        "site.map:2:1: height is 'height none'; expected 'height' and a whole number above 0, as in a MovingAI map",
        "site.map:3:1: width is 'width 0'; expected 'width' and a whole number above 0, as in a MovingAI map",
        "site.map:6:4: has 4 cells; expected 3, the width of the first row",
    ]


def test_a_header_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    assert faults(map_file(tmp_path, "type octile\nheight 3\nwidth 3\n"))[-1] == (
        "site.map:4:1: map is ''; expected 'map', as in a MovingAI map"
    )


@pytest.mark.parametrize("text", ["", "\n\n", "@T\nO#\n"])
def test_a_map_without_a_free_cell_is_refused(tmp_path: Path, text: str) -> None:
    assert faults(map_file(tmp_path, text)) == [
        "site.map: has no free cell; expected cells such as '.' beside the closed # @ O T"
    ]


def test_of_many_faults_the_first_twenty_are_listed(tmp_path: Path) -> None:
    found = faults(map_file(tmp_path, "...\n" + "..\n" * 50))
    assert len(found) == 21
    assert found[0] == "site.map: has 50 faults; the first 20 follow"


def test_a_legend_cannot_open_closed_cells(tmp_path: Path) -> None:
    assert faults(map_file(tmp_path), legend={"@": "rack"}) == [
        "site.map: legend gives a kind to '@', which stands for cells that are not free; use another character in the "
        "map"
    ]


def test_places_that_are_no_cells_or_of_no_kind_are_reported_at_their_rows(tmp_path: Path) -> None:
    places = tmp_path / "places.csv"
    places.write_text("node,kind\n1.1,rack\n0.0,station\n")
    assert faults(map_file(tmp_path), places=places) == [
        "places.csv:2:1: node is '1.1', which is no node of this network; remove the row or correct it",
        "places.csv:3:5: kind is 'station'; expected rack or customer",
    ]


@pytest.mark.parametrize(
    ("name", "num_free"),
    [("random-32-32-20.map", 819), ("random-64-64-20.map", 3270), ("room-64-64-16.map", 3646),
     ("warehouse-10-20-10-2-1.map", 5699), ("empty-32-32.map", 1024)],
)  # fmt: skip
def test_published_maps_have_as_many_free_cells_as_they_have_dots(name: str, num_free: int) -> None:
    """Counted with grep; all their free cells are connected."""
    file = SHARED / "mapf" / name
    if not file.exists():
        pytest.skip(f"{file} is not on this machine")
    graph, note = layout_of(file)
    assert (len(graph), note) == (num_free, "")


def test_a_map_of_70_000_cells_is_read_in_seconds() -> None:
    """31 357 of its 140 x 500 cells are closed."""
    file = SHARED / "lorr" / "start_kit_mit" / "warehouse.domain" / "maps" / "warehouse_long_corridor_large.map"
    if not file.exists():
        pytest.skip(f"{file} is not on this machine")
    start_s = time.process_time()
    graph, note = layout_of(file)
    assert time.process_time() - start_s < 10
    assert (len(graph), note) == (140 * 500 - 31357, "")
