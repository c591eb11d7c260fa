"""Whether facilities, homes, demand and disruptions name places that are there and that vehicles can reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import networkx as nx

from qmix_logistics.scenario.demand import OrdersDemand, Places
from qmix_logistics.scenario.fleet import VehicleClass
from qmix_logistics.scenario.layout import Layout, build_layout, facilities, has_access
from qmix_logistics.scenario.network import GridNetwork, Network, RoadNetwork, WarehouseNetwork
from qmix_logistics.scenario.network.traffic import LaneTraffic
from qmix_logistics.scenario.orders_csv import read_transports
from qmix_logistics.scenario.positions import FieldPath

Parts = Mapping[str, Any]
Findings = Iterator[tuple[FieldPath, str]]


def check_places(parts: Parts, layout: Layout) -> Findings:
    """
    Yield what is wrong with the places that a scenario names.

    Parameters
    ----------
    parts
        Its sound parts; the network is among them.
    layout
        The network put together.

    Yields
    ------
    The field's path and a sentence.
    """
    network, graph = parts["network"], layout.graph
    missing = list(_missing_facilities(network, graph))
    yield from missing
    yield from _check_arcs(parts, graph)
    if missing:
        return
    fleet = parts.get("fleet") or ()
    if layout.trips is None and not fleet:
        connected = _main_part(graph, set(graph))
        yield from _lost_places(network, graph, [name for name in graph if name not in connected])
    for index, vehicle_class in enumerate(fleet):
        yield from _check_class(layout, network, index, vehicle_class, is_first=index == 0)
    if "demand" in parts:
        yield from _check_demand(parts["demand"], graph, fleet)
    for index, fault in enumerate(parts["disruptions"].charger_faults if "disruptions" in parts else ()):
        if fault.charger not in {charger.id for charger in network.chargers}:
            message = f"'{fault.charger}' is no charger of this network"
            yield ("disruptions", "charger_faults", index, "charger"), message


def _missing_facilities(network: Network, graph: nx.DiGraph[str]) -> Findings:
    for _, field, spots in facilities(network):
        for index, spot in enumerate(spots):
            if spot.id not in graph:
                message = f"'{spot.id}' is no node of this network, or was left out because the others cannot reach it"
                yield ("network", field, index, "node"), message


def _check_arcs(parts: Parts, graph: nx.DiGraph[str]) -> Findings:
    network = parts["network"]
    if isinstance(network, LaneTraffic) and network.closed_arcs:
        complete = build_layout(network.model_copy(update={"closed_arcs": ()})).graph  # type: ignore[arg-type]
        for index, arc in enumerate(network.closed_arcs):
            if not complete.has_edge(*arc):
                yield (
                    ("network", "closed_arcs", index),
                    f"{arc[0]} -> {arc[1]} is no arc of this {_EXAMPLE[type(network)]}",
                )
    if "disruptions" not in parts:
        return
    for index, blocked in enumerate(parts["disruptions"].blocked_arcs):
        if not graph.has_edge(*blocked.arc):
            message = (
                f"{blocked.arc[0]} -> {blocked.arc[1]} is no arc of this network; lanes have arcs, tables have none"
            )
            yield ("disruptions", "blocked_arcs", index, "arc"), message


_EXAMPLE: Mapping[type, str] = {
    WarehouseNetwork: "warehouse; expected neighbours such as [X0.1, X0.2]",
    GridNetwork: "grid; expected neighbours such as ['0.0', '0.1']",
    RoadNetwork: "network; expected a pair of its arcs file",
}


def _check_class(
    layout: Layout, network: Network, index: int, vehicle_class: VehicleClass, *, is_first: bool
) -> Findings:
    graph = layout.graph
    open_nodes = [name for name in graph if has_access(graph, name, vehicle_class)]
    places = [name for name in open_nodes if graph.nodes[name]["kind"] != "junction"]
    if not places:
        yield ("fleet", index, "access"), "leaves no place to go to; name the kinds of nodes that the class may use"
        return
    for home in vehicle_class.home:
        if home not in places:
            message = f"'{home}' is no place to which {vehicle_class.id} has access"
            yield ("fleet", index, "home"), message
    if vehicle_class.travels == "straight" or layout.trips is not None:
        return
    connected = _main_part(graph.subgraph(open_nodes), set(places))
    lost = [name for name in places if name not in connected]
    if not lost:
        return
    limited = vehicle_class.access.kinds is not None or vehicle_class.access.zones is not None
    if limited:
        message = f"leaves {len(lost)} places that the others cannot reach, such as {lost[0]}; add the nodes on the way"
        yield ("fleet", index, "access"), message
    elif is_first:
        yield from _lost_places(network, graph, lost)


def _lost_places(network: Network, graph: nx.DiGraph[str], lost: list[str]) -> Findings:
    racks = [name for name in lost if graph.nodes[name]["kind"] in ("rack", "customer")]
    if racks:
        kind = graph.nodes[racks[0]]["kind"]
        message = (
            f"has {len(racks)} {kind}s that cannot be reached and left again, such as {racks[0]}; open arcs to them"
        )
        yield ("network",), message
    for kind, field, spots in facilities(network):
        for index, spot in enumerate(spots):
            if spot.id in lost:
                message = f"{kind} {spot.id} cannot be reached from the racks and left again; check closed_arcs"
                yield ("network", field, index), message


def _main_part(graph: nx.DiGraph[str], places: set[str]) -> set[str]:
    """Return the part of a graph whose nodes reach each other that has the most places."""
    return max(nx.strongly_connected_components(graph), key=lambda part: (len(part & places), len(part)), default=set())


def _check_demand(demand: Any, graph: nx.DiGraph[str], fleet: tuple[VehicleClass, ...]) -> Findings:
    if isinstance(demand, OrdersDemand):
        yield from _check_transports(demand, graph, fleet)
    elif demand.kind == "trace":
        yield from _check_end(("demand",), "station", graph)
    else:
        for index, transport in enumerate(demand.transports):
            for end in ("origin", "destination"):
                places = getattr(transport, end)
                if places is not None:
                    yield from _check_end(("demand", "transports", index, end), places, graph)


def _check_end(path: FieldPath, places: Places, graph: nx.DiGraph[str]) -> Findings:
    kinds = {node["kind"] for node in graph.nodes.values()}
    if isinstance(places, str):
        if places not in kinds or places == "junction":
            found = ", ".join(sorted(kinds - {"junction"}))
            yield path, f"needs a {places}, but the network has none; it has: {found}"
        return
    for name in places:
        if name not in graph or graph.nodes[name]["kind"] == "junction":
            yield path, f"'{name}' is no place of this network"


def _check_transports(demand: OrdersDemand, graph: nx.DiGraph[str], fleet: tuple[VehicleClass, ...]) -> Findings:
    rows = read_transports(demand.path)
    places = {name for name, node in graph.nodes.items() if node["kind"] != "junction"}
    unknown = {n: row.line for row in reversed(rows) for n in (row.origin, *row.destinations) if n not in places}
    if unknown:
        name, line = min(unknown.items(), key=lambda item: item[1])
        message = f"names {len(unknown)} places that the network does not have, such as '{name}' in line {line}"
        yield ("demand", "path"), message
    if not fleet:
        return
    most = [max(limits) for limits in zip(*(c.capacities_units for c in fleet), strict=False)]
    for row in rows:
        if len(row.load_units) != len(most):
            message = (
                f"has loads in {len(row.load_units)} units in line {row.line}; vehicles have {len(most)} capacities"
            )
            yield ("demand", "path"), message
            return
        if any(load > limit for load, limit in zip(row.load_units, most, strict=True)):
            message = f"has a load in line {row.line} that no vehicle can carry (fleet capacity_units)"
            yield ("demand", "path"), message
            return
