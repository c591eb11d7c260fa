"""The layout of a grid network."""

from __future__ import annotations

import math

import networkx as nx

from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.scenario.layout.grid_map import BLOCKED, GridMap, read_map
from qmix_logistics.scenario.layout.layout import Layout, largest_connected_part, mark_facilities
from qmix_logistics.scenario.layout.places import mark_places
from qmix_logistics.scenario.network.grid import GridNetwork


def grid_layout(network: GridNetwork) -> Layout:
    """
    Return the graph of a grid: a node for each free cell, arcs both ways between cells that share a side.

    Parameters
    ----------
    network
        Its specification. Facilities that name no node and closed arcs that do not exist are ignored here
        (``check_places.py`` reports both).

    Raises
    ------
    ScenarioError
        With everything that is wrong with the map, its legend, or the rows of ``places`` (at most 20 are listed).
    """
    _check_legend(network)
    graph = _graph(read_map(network.map), network)
    if network.places is not None:
        mark_places(graph, network.places)
    graph.remove_edges_from(network.closed_arcs)
    mark_facilities(graph, network)
    part, note = largest_connected_part(graph)
    return Layout(part, note=note)


def cell_name(row: int, column: int) -> str:
    """
    Return the name of a cell's node.

    Parameters
    ----------
    row, column
        The cell, from 0 and from the top left.
    """
    return f"{row}.{column}"


def _check_legend(network: GridNetwork) -> None:
    message = "gives a kind to '{}', which stands for cells that are not free; use another character in the map"
    closed = sorted(BLOCKED & network.legend.keys())
    if closed:
        raise ScenarioError([Problem(str(network.map), 0, 0, "legend", message.format(key)) for key in closed])


def _graph(grid: GridMap, network: GridNetwork) -> nx.DiGraph[str]:
    graph: nx.DiGraph[str] = nx.DiGraph()
    arcs: list[tuple[str, str]] = []
    side_m, kinds = network.cell_m, network.legend
    for row, column, character in grid.free_cells():
        name = cell_name(row, column)
        graph.add_node(name, kind=kinds.get(character, "junction"), x_m=column * side_m, y_m=-row * side_m, zone="")
        for before in ((row - 1, column), (row, column - 1)):
            if grid.is_free(*before):
                other = cell_name(*before)
                arcs += (other, name), (name, other)
    graph.add_edges_from(arcs, length_m=side_m, max_speed_mps=math.inf, is_single_lane=True)
    return graph
