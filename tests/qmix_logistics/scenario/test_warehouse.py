import networkx as nx
import pytest
from documents import scenario

from qmix_logistics.scenario.layout import build_layout


def way_m(graph: nx.DiGraph, start: str, end: str) -> float:
    return nx.shortest_path_length(graph, start, end, weight="length_m")


def test_distances_of_a_small_warehouse_by_hand() -> None:
    """Aisles at x = 0, 4, 8; racks at y = 1.5, 2.5, 3.5, 4.5; cross-aisles at y = 0 and 6; station at (4, -3)."""
    graph = build_layout(scenario().network).graph
    assert way_m(graph, "S1", "R2.1.1") == pytest.approx(3 + 1.5)
    assert way_m(graph, "S1", "R1.1.2") == pytest.approx(3 + 4 + 2.5)
    assert way_m(graph, "R1.1.4", "R2.1.4") == pytest.approx(1.5 + 4 + 1.5)  # by the back
    assert way_m(graph, "R1.1.1", "R3.1.1") == pytest.approx(1.5 + 8 + 1.5)  # by the front
    assert nx.is_strongly_connected(graph)


def test_one_way_aisles_lead_up_and_down_in_turn() -> None:
    graph = build_layout(scenario(network__one_way_aisles=True).network).graph
    assert way_m(graph, "R1.1.1", "R1.1.2") == pytest.approx(1.0)
    assert way_m(graph, "R1.1.2", "R1.1.1") == pytest.approx(
        3.5 + 4 + 6 + 4 + 1.5
    )  # up 1, across, down 2, across, up 1
    assert way_m(graph, "R2.1.2", "R2.1.1") == pytest.approx(1.0)
    assert nx.is_strongly_connected(graph)


def test_number_of_places() -> None:
    graph = build_layout(scenario(network__num_blocks=2).network).graph
    kinds = [node["kind"] for node in graph.nodes.values()]
    assert (kinds.count("rack"), kinds.count("junction"), kinds.count("station")) == (3 * 2 * 4, 3 * 3, 1)
