"""
The site and where vehicles drove, as GeoJSON [1]_.

Coordinates are longitude and latitude where every node of a road network has them; elsewhere they are metres, and the
member ``note`` of the collection says so.

References
----------
.. [1] Butler et al. (2016), The GeoJSON Format, RFC 7946.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import networkx as nx

from qmix_logistics.errors import ExportError
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.fleet import VehicleClass
from qmix_logistics.scenario.layout import Layout, build_layout, has_access
from qmix_logistics.simulation import DayRecords, SegmentRecord

METRES = "Coordinates are metres, not degrees: the scenario has no longitudes and latitudes."
DEGREES = 7
"""Decimals of degrees: a centimetre."""


@dataclass(slots=True)
class Map:
    """
    Where the nodes of a site are, and the ways between them.

    Parameters
    ----------
    layout
        Nodes and arcs.
    """

    layout: Layout
    is_in_degrees: bool = field(init=False)
    """Whether all nodes have a longitude and a latitude."""
    _ways: dict[tuple[str, str, str], Sequence[str]] = field(init=False, default_factory=dict)
    _graphs: dict[str, nx.DiGraph[str]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        nodes = self.layout.graph.nodes.values()
        self.is_in_degrees = all("lon" in node for node in nodes)
        if not self.is_in_degrees and len({(node["x_m"], node["y_m"]) for node in nodes}) < 2:
            raise ExportError("the places of this scenario have no coordinates; give them x_m and y_m")

    def position(self, name: str) -> list[float]:
        """
        Return the coordinates of a node.

        Parameters
        ----------
        name
            The node.
        """
        node = self.layout.graph.nodes[name]
        if self.is_in_degrees:
            return [round(node["lon"], DEGREES), round(node["lat"], DEGREES)]
        return [round(node["x_m"], 3), round(node["y_m"], 3)]

    def way(self, vehicle_class: VehicleClass, start: str, end: str) -> Sequence[str]:
        """
        Return the nodes along the quickest way; start and end alone where a class flies or trips are a table.

        Parameters
        ----------
        vehicle_class
            Who drives.
        start, end
            From where to where.
        """
        if vehicle_class.travels == "straight" or self.layout.trips is not None:
            return start, end
        key = vehicle_class.id, start, end
        if key not in self._ways:
            self._ways[key] = nx.shortest_path(self._graph(vehicle_class), start, end, weight="time_s")
        return self._ways[key]

    def _graph(self, vehicle_class: VehicleClass) -> nx.DiGraph[str]:
        """Return the arcs that a class may drive, with its times."""
        if vehicle_class.id not in self._graphs:
            graph, speed_mps = self.layout.graph, vehicle_class.speed_mps
            open_: nx.DiGraph[str] = nx.DiGraph()
            open_.add_nodes_from(name for name in graph if has_access(graph, name, vehicle_class))
            open_.add_edges_from(
                (tail, head, {"time_s": arc["length_m"] / min(speed_mps, arc["max_speed_mps"]), **arc})
                for tail, head, arc in graph.edges(data=True)
                if tail in open_ and head in open_
            )
            self._graphs[vehicle_class.id] = open_
        return self._graphs[vehicle_class.id]

    def length_m(self, tail: str, head: str) -> float:
        """
        Return the length of an arc; 1 where there is none, so that the parts of such a way count alike.

        Parameters
        ----------
        tail, head
            Its ends.
        """
        arc = self.layout.graph.get_edge_data(tail, head)
        return 1.0 if arc is None else float(arc["length_m"])


def map_of(spec: ScenarioSpec) -> Map:
    """
    Return the map of a scenario.

    Parameters
    ----------
    spec
        The scenario.

    Raises
    ------
    ExportError
        If its places have no coordinates.
    """
    return Map(build_layout(spec.network))


def site_collection(map_: Map) -> dict[str, Any]:
    """
    Return places as points and arcs as lines.

    Parameters
    ----------
    map_
        The map.
    """
    graph = map_.layout.graph
    features = [
        _feature("Point", map_.position(name), {"place": name, "kind": node["kind"], "zone": node["zone"]})
        for name, node in graph.nodes.items()
        if node["kind"] != "junction"
    ]
    for tail, head, arc in graph.edges(data=True):
        about = {"from": tail, "to": head, "length_m": arc["length_m"]}
        if arc["max_speed_mps"] < float("inf"):
            about["max_speed_mps"] = arc["max_speed_mps"]
        features.append(_feature("LineString", [map_.position(tail), map_.position(head)], about))
    return _collection(map_, features)


def track_collection(
    map_: Map, records: DayRecords, classes: Mapping[str, VehicleClass], about: Mapping[str, Any]
) -> dict[str, Any]:
    """
    Return a line for each vehicle, with the time at each of its points in ``times_s``.

    Parameters
    ----------
    map_
        The map.
    records
        What happened on a day.
    classes
        Class of each vehicle.
    about
        More properties of each line, such as policy and day.
    """
    by_vehicle: dict[str, list[SegmentRecord]] = {name: [] for name in classes}
    for segment in records.segments:
        by_vehicle[segment.vehicle].append(segment)
    features = []
    for name, segments in by_vehicle.items():
        if segments:
            points = _track(map_, classes[name], sorted(segments, key=lambda segment: segment.start_s))
            properties = {"vehicle": name, "class": classes[name].id, **about}
            properties["times_s"] = [round(time_s, 3) for time_s, _ in points]
            features.append(_feature("LineString", [position for _, position in points], properties))
    return _collection(map_, features)


def _track(
    map_: Map, vehicle_class: VehicleClass, segments: Sequence[SegmentRecord]
) -> list[tuple[float, list[float]]]:
    """Return times and positions of a vehicle: where it stood, from when until when, and the ways in between."""
    points = [(segments[0].start_s, map_.position(segments[0].place))]
    for trip in _trips(segments):
        points.append((trip[0].start_s, map_.position(trip[0].place)))
        points += _under_way(map_, vehicle_class, trip, is_last=trip[-1] is segments[-1])
    points.append((segments[-1].end_s, points[-1][1]))
    return [point for index, point in enumerate(points) if index < 2 or point != points[index - 1]]


def _trips(segments: Sequence[SegmentRecord]) -> Iterator[list[SegmentRecord]]:
    """Yield what belongs to one way from place to place, with the stops in between."""
    trip: list[SegmentRecord] = []
    for segment in segments:
        is_moving = segment.target != segment.place
        if trip and is_moving and (segment.place, segment.target) != (trip[0].place, trip[0].target):
            yield trip
            trip = []
        if is_moving or (trip and segment.place == trip[0].place):
            trip.append(segment)
        elif trip:
            yield trip
            trip = []
    if trip:
        yield trip


def _under_way(
    map_: Map, vehicle_class: VehicleClass, trip: Sequence[SegmentRecord], *, is_last: bool
) -> Iterator[tuple[float, list[float]]]:
    """Yield when a vehicle comes to each node of its way, by the share of the way that lies behind it."""
    way = map_.way(vehicle_class, trip[0].place, trip[0].target)
    lengths_m = [map_.length_m(tail, head) for tail, head in itertools.pairwise(way)]
    driven_m, whole_m, behind_m = sum(segment.distance_m for segment in trip), sum(lengths_m), 0.0
    is_cut_off = is_last and driven_m < whole_m * (1 - 1e-6)  # by the end of the day
    for name, length_m in zip(way[1:], lengths_m, strict=True):
        behind_m += length_m
        if is_cut_off and behind_m > driven_m:
            return
        yield _time_at(trip, behind_m if is_cut_off else driven_m * behind_m / whole_m), map_.position(name)


def _time_at(trip: Sequence[SegmentRecord], driven_m: float) -> float:
    """Return when a vehicle has driven so far on a trip."""
    for segment in trip:
        if segment.distance_m > 0 and driven_m <= segment.distance_m * (1 + 1e-9):
            return segment.start_s + (segment.end_s - segment.start_s) * min(driven_m / segment.distance_m, 1.0)
        driven_m -= segment.distance_m
    return trip[-1].end_s


def _feature(kind: str, coordinates: Sequence[Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": list(coordinates)},
        "properties": dict(properties),
    }


def _collection(map_: Map, features: Sequence[dict[str, Any]]) -> dict[str, Any]:
    note = {} if map_.is_in_degrees else {"note": METRES}
    return {"type": "FeatureCollection", **note, "features": list(features)}
