"""The map of a site as plain values: all that a report needs to draw it and the vehicles on it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from qmix_logistics.evaluation.shown.course import Course, Point, straight, through
from qmix_logistics.evaluation.shown.ways import WayFinder
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.layout import Layout, build_layout
from qmix_logistics.simulation import ANY_NUMBER, Site


@dataclass(frozen=True, slots=True)
class MapPoint:
    """
    A node of the network.

    Parameters
    ----------
    name, kind
        Which, and what it is for: a ``NodeKind``.
    at_m
        Where.
    """

    name: str
    kind: str
    at_m: Point


@dataclass(frozen=True, slots=True)
class MapVehicle:
    """
    A vehicle.

    Parameters
    ----------
    name
        Its name.
    class_index, class_name
        Its class.
    shares_lanes
        Whether it drives on lanes, so that records say where.
    capacity_wh
        Energy in its battery when full; None without a battery.
    """

    name: str
    class_index: int
    class_name: str
    shares_lanes: bool
    capacity_wh: float | None


@dataclass(frozen=True, slots=True)
class SiteMap:
    """
    A site to be drawn.

    Parameters
    ----------
    points
        All nodes by name, junctions too.
    arcs
        Ends of the arcs, each pair of nodes once; none where every pair of places is a trip of its own.
    lanes
        Courses of the lanes, by name, from their tails; those of the spurs to places off the lanes by the place's name,
        from the junction.
    servers
        Servers, or plugs, of each station, dock, depot and charger; None without limit.
    vehicles
        The fleet by name.
    finder
        Finds the way of a trip.
    """

    points: Mapping[str, MapPoint]
    arcs: tuple[tuple[str, str], ...]
    lanes: Mapping[str, Course]
    servers: Mapping[str, int | None]
    vehicles: Mapping[str, MapVehicle]
    finder: WayFinder

    @property
    def has_coordinates(self) -> bool:
        """Whether there is anything to draw: matrices need not say where places are."""
        return len({point.at_m for point in self.points.values()}) > 1


def site_map(spec: ScenarioSpec, site: Site) -> SiteMap:
    """
    Return the map of a scenario's site.

    Parameters
    ----------
    spec
        The scenario.
    site
        Its site.
    """
    layout = build_layout(spec.network)
    points = {
        name: MapPoint(name, node["kind"], (float(node["x_m"]), float(node["y_m"])))
        for name, node in layout.graph.nodes.items()
    }
    facilities = (*site.stations, *site.chargers)
    fleet = site.fleet
    return SiteMap(
        points=points,
        arcs=tuple(dict.fromkeys((min(arc), max(arc)) for arc in layout.graph.edges)),
        lanes=_lanes(layout, site, points),
        servers={facility.name: _limited(facility.servers) for facility in facilities},
        vehicles={
            name: MapVehicle(
                name,
                int(fleet.class_index[number]),
                vehicle_class.id,
                site.lanes is not None and vehicle_class.travels == "ways",
                None if vehicle_class.battery is None else vehicle_class.battery.capacity_wh,
            )
            for number, (name, vehicle_class) in enumerate(zip(fleet.names, fleet.classes, strict=True))
        },
        finder=WayFinder(layout, site, spec.fleet),
    )


def _limited(number: int) -> int | None:
    return None if number == ANY_NUMBER else number


def _lanes(layout: Layout, site: Site, points: Mapping[str, MapPoint]) -> dict[str, Course]:
    """Return the courses of lanes, and those of spurs by the names of their places."""
    if site.lanes is None:
        return {}
    courses: dict[str, Course] = {}
    for segment in site.lanes.segments:
        names, offsets_m = zip(*segment.course, strict=True)
        lengths_m = [far_m - near_m for near_m, far_m in itertools.pairwise(offsets_m)]
        courses[segment.name] = through([points[name].at_m for name in names], lengths_m)
    for name, gate in zip(site.network.names, site.lanes.gates, strict=True):
        if gate is not None and gate.in_m > 0:
            hub = next(iter(layout.graph.predecessors(name)))
            courses[name] = straight(points[hub].at_m, points[name].at_m, gate.in_m)
    return courses
