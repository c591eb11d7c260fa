"""The lanes of a site: segments between junctions, and where places lie on them or off them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import networkx as nx
import numpy as np
from jaxtyping import Bool

from qmix_logistics.scenario.fleet import VehicleClass
from qmix_logistics.scenario.layout import Layout, has_access
from qmix_logistics.scenario.network import Network as NetworkSpec
from qmix_logistics.scenario.network.traffic import LaneTraffic, SegmentRules
from qmix_logistics.simulation.network import Network

FORWARD, BACKWARD = 1, -1
"""Directions on a segment: from its tail to its head, and back."""


class Segment(NamedTuple):
    """
    A lane between two junctions. With ``is_single_lane`` it serves both directions, one at a time.

    ``course`` names the nodes that it passes, each with how far it is from the tail.
    """

    tail: int
    head: int
    length_m: float
    max_speed_mps: float
    capacity: int
    is_single_lane: bool
    name: str
    course: tuple[tuple[str, float], ...] = ()


class Berth(NamedTuple):
    """Where a place lies on a lane: vehicles that go this direction pass it so far from the segment's tail."""

    segment: int
    direction: int
    offset_m: float


class Gate(NamedTuple):
    """How a place off the lanes is reached: from a junction, so far in and so far out."""

    junction: int
    in_m: float
    out_m: float


class Edge(NamedTuple):
    """A way from junction to junction: a segment in one direction."""

    tail: int
    head: int
    segment: int
    direction: int


@dataclass(frozen=True, slots=True)
class Lanes:
    """
    The lanes of a site.

    Parameters
    ----------
    rules
        How vehicles hinder each other.
    is_congested
        Whether they do; otherwise lanes only serve to go around blocked arcs.
    num_junctions
        Number of junctions.
    segments
        All segments.
    edges
        All ways from junction to junction.
    berths
        For each place its berths; none where it lies off the lanes.
    gates
        For each place its gate; None where it lies on a lane.
    edge_of_arc
        Edge to which an arc of the layout belongs.
    is_open
        Which edges a class of vehicles may use.
    """

    rules: SegmentRules
    is_congested: bool
    num_junctions: int
    segments: tuple[Segment, ...]
    edges: tuple[Edge, ...]
    berths: tuple[tuple[Berth, ...], ...]
    gates: tuple[Gate | None, ...]
    edge_of_arc: dict[tuple[str, str], int]
    is_open: Bool[np.ndarray, "vehicle_class edge"]


class _Chain(NamedTuple):
    """Nodes from one junction to the next, and how far each is from the first."""

    nodes: tuple[str, ...]
    offsets_m: tuple[float, ...]
    time_at_limit_s: float
    is_single_lane: bool


def compile_lanes(
    layout: Layout, spec: NetworkSpec, network: Network, classes: Sequence[VehicleClass], *, blocked: bool
) -> Lanes | None:
    """
    Contract a layout to segments; None where nothing asks for lanes.

    A place with a single neighbour stands off the lane, such as a station at the end of its spur; so does one where
    ways meet. A place along a corridor lies on the lane, and a vehicle that stops there blocks it.

    Parameters
    ----------
    layout
        Nodes and arcs.
    spec
        Whether there is congestion.
    network
        The places of the layout.
    classes
        Classes of vehicles, for their access.
    blocked
        Whether arcs may be blocked during the day.
    """
    if not isinstance(spec, LaneTraffic) or layout.trips is not None or (spec.congestion == "none" and not blocked):
        return None
    rules, is_congested = spec.segments, spec.congestion == "segments"
    spurs = _spurs(layout.graph)
    core = layout.graph.subgraph([name for name in layout.graph if name not in spurs])
    junctions = _junctions(core, set(spurs.values()))
    number = {name: index for index, name in enumerate(junctions)}
    segments: list[Segment] = []
    edges: list[Edge] = []
    berths: dict[str, list[Berth]] = {}
    edge_of_arc: dict[tuple[str, str], int] = {}
    known: dict[tuple[str, ...], int] = {}
    members: list[tuple[str, ...]] = []
    names: set[str] = set()
    for chain in _chains(core, number):
        opposite = known.get(chain.nodes[::-1]) if chain.is_single_lane else None
        direction = FORWARD if opposite is None else BACKWARD
        if opposite is None:
            opposite = known[chain.nodes] = len(segments)
            segments.append(_segment(chain, number, rules, names, is_congested=is_congested))
        length_m = segments[opposite].length_m
        for node, offset_m in zip(chain.nodes[1:-1], chain.offsets_m[1:-1], strict=True):
            along_m = offset_m if direction == FORWARD else length_m - offset_m
            berths.setdefault(node, []).append(Berth(opposite, direction, along_m))
        for arc in zip(chain.nodes, chain.nodes[1:], strict=False):
            edge_of_arc[arc] = len(edges)
        edges.append(Edge(number[chain.nodes[0]], number[chain.nodes[-1]], opposite, direction))
        members.append(chain.nodes)
    gates = {name: _spur_gate(layout.graph, name, hub, number) for name, hub in spurs.items()}
    gates |= {name: Gate(index, 0.0, 0.0) for name, index in number.items()}
    return Lanes(
        rules=rules,
        is_congested=is_congested,
        num_junctions=len(junctions),
        segments=tuple(segments),
        edges=tuple(edges),
        berths=tuple(tuple(berths.get(name, ())) for name in network.names),
        gates=tuple(gates.get(name) for name in network.names),
        edge_of_arc=edge_of_arc,
        is_open=_open_edges(layout.graph, classes, members),
    )


def _neighbours(graph: nx.DiGraph[str], name: str) -> set[str]:
    return (set(graph.predecessors(name)) | set(graph.successors(name))) - {name}


def _spurs(graph: nx.DiGraph[str]) -> dict[str, str]:
    """Return the places off the lanes, each with the node that leads to it."""
    ends = {
        name: next(iter(near))
        for name, node in graph.nodes.items()
        if node["kind"] != "junction" and len(near := _neighbours(graph, name)) == 1
    }
    return {name: hub for name, hub in ends.items() if hub not in ends}


def _junctions(core: nx.DiGraph[str], hubs: set[str]) -> list[str]:
    """Return the nodes at which ways meet or end; at least one of every ring."""
    junctions = [name for name in core if name in hubs or not _is_passage(core, name)]
    seen = set(junctions)
    rings = [part for part in nx.weakly_connected_components(core) if not part & seen]
    return [*junctions, *map(min, rings)]


def _is_passage(core: nx.DiGraph[str], name: str) -> bool:
    """Tell whether a node has one way on, or one in either direction, on lanes of the same kind."""
    near = _neighbours(core, name)
    arcs = [*core.in_edges(name, data="is_single_lane"), *core.out_edges(name, data="is_single_lane")]
    if len(near) != 2 or len({is_single_lane for _, _, is_single_lane in arcs}) > 1:
        return False
    if core.in_degree(name) == core.out_degree(name) == 1:
        return set(core.predecessors(name)) != set(core.successors(name))
    return core.in_degree(name) == core.out_degree(name) == 2


def _chains(core: nx.DiGraph[str], junctions: dict[str, int]) -> Iterator[_Chain]:
    """Yield every way from junction to junction that passes no other."""
    for start in junctions:
        for following in core.successors(start):
            nodes, offsets_m, time_s = [start, following], [0.0], 0.0
            while True:
                arc = core.edges[nodes[-2], nodes[-1]]
                offsets_m.append(offsets_m[-1] + arc["length_m"])
                time_s += arc["length_m"] / arc["max_speed_mps"]
                if nodes[-1] in junctions:
                    break
                nodes.append(next(node for node in core.successors(nodes[-1]) if node != nodes[-2]))
            single = bool(core.edges[start, following]["is_single_lane"])
            yield _Chain(tuple(nodes), tuple(offsets_m), time_s, single)


def _segment(
    chain: _Chain, number: dict[str, int], rules: SegmentRules, names: set[str], *, is_congested: bool
) -> Segment:
    length_m = chain.offsets_m[-1]
    capacity = max(1, int(length_m / rules.spacing_m + 1e-9)) if is_congested else 1_000_000_000
    max_speed_mps = length_m / chain.time_at_limit_s if chain.time_at_limit_s > 0 else math.inf
    name = _new_name(f"{chain.nodes[0]}>{chain.nodes[-1]}", names)
    single = chain.is_single_lane and is_congested
    course = tuple(zip(chain.nodes, chain.offsets_m, strict=True))
    ends = number[chain.nodes[0]], number[chain.nodes[-1]]
    return Segment(*ends, length_m, max_speed_mps, capacity, single, name, course)


def _new_name(name: str, names: set[str]) -> str:
    """Return a name that no lane has yet: several may lead from one junction to another."""
    candidates = itertools.chain([name], (f"{name}#{number}" for number in itertools.count(2)))
    new = next(candidate for candidate in candidates if candidate not in names)
    names.add(new)
    return new


def _spur_gate(graph: nx.DiGraph[str], name: str, hub: str, number: dict[str, int]) -> Gate | None:
    if not (graph.has_edge(hub, name) and graph.has_edge(name, hub)):
        return None
    return Gate(number[hub], graph.edges[hub, name]["length_m"], graph.edges[name, hub]["length_m"])


def _open_edges(
    graph: nx.DiGraph[str], classes: Sequence[VehicleClass], members: Sequence[Sequence[str]]
) -> Bool[np.ndarray, "vehicle_class edge"]:
    open_nodes = [{name for name in graph if has_access(graph, name, c)} for c in classes]
    return np.array([[nodes.issuperset(chain) for chain in members] for nodes in open_nodes]).reshape(
        len(classes), len(members)
    )
