"""Where each vehicle was all day, from the records: straight legs at constant speed, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qmix_logistics.evaluation.shown.course import Course, Point
from qmix_logistics.evaluation.shown.site_map import MapVehicle, SiteMap
from qmix_logistics.simulation import SegmentRecord, VehicleState


@dataclass(frozen=True, slots=True)
class Leg:
    """
    A stretch of a vehicle's day along a straight line, or at a point.

    Parameters
    ----------
    start_s, end_s
        From when to when.
    from_m, to_m
        From where to where.
    state
        What it did.
    """

    start_s: float
    end_s: float
    from_m: Point
    to_m: Point
    state: VehicleState

    def at(self, time_s: float) -> Point:
        """
        Return where the vehicle was at a time; outside the leg, at its nearer end.

        Parameters
        ----------
        time_s
            The time.
        """
        span_s = self.end_s - self.start_s
        share = min(max((time_s - self.start_s) / span_s, 0.0), 1.0) if span_s > 0 else 1.0
        (x0, y0), (x1, y1) = self.from_m, self.to_m
        return x0 + share * (x1 - x0), y0 + share * (y1 - y0)


def whereabouts(site_map: SiteMap, segments: Sequence[SegmentRecord]) -> dict[str, list[Leg]]:
    """
    Return the legs of every vehicle, in order.

    On lanes they follow the records. A trip that follows no lane is drawn along its way at constant speed. A vehicle
    that makes way in a deadlock goes straight to where it waits.

    Parameters
    ----------
    site_map
        The map.
    segments
        What the vehicles did.
    """
    of_vehicle: dict[str, list[SegmentRecord]] = {name: [] for name in site_map.vehicles}
    for segment in segments:
        of_vehicle[segment.vehicle].append(segment)
    return {
        name: list(_Tracker(site_map, site_map.vehicles[name]).follow(records)) for name, records in of_vehicle.items()
    }


class _Tracker:
    """Follows one vehicle."""

    def __init__(self, site_map: SiteMap, vehicle: MapVehicle) -> None:
        self._map, self._vehicle = site_map, vehicle
        self._here: Point | None = None
        self._trip: tuple[str, str] | None = None
        self._gone_m = 0.0

    def follow(self, segments: Sequence[SegmentRecord]) -> Iterator[Leg]:
        """Yield the legs of consecutive segments."""
        for segment, following in zip(segments, [*segments[1:], None], strict=True):
            for leg in self._legs(segment, following):
                self._here = leg.to_m
                yield leg

    def _legs(self, segment: SegmentRecord, following: SegmentRecord | None) -> Iterator[Leg]:
        is_trip = segment.distance_m > 0
        lane = self._map.lanes.get(segment.lane) if segment.lane is not None else None
        if lane is not None and segment.from_m is not None and segment.to_m is not None:
            self._trip = None
            return _along(lane, segment.from_m, segment.to_m, segment)
        if is_trip and self._vehicle.shares_lanes and segment.lane is None and self._here is not None:
            return self._aside(segment, following)
        if is_trip and segment.place != segment.target:
            return self._on_trip(segment)
        if segment.state is VehicleState.BROKEN and self._here is not None:
            return iter([_standing(self._here, segment)])
        self._trip = None
        return iter([_standing(self._map.points[segment.place].at_m, segment)])

    def _on_trip(self, segment: SegmentRecord) -> Iterator[Leg]:
        """Yield the legs of a trip, or of what is left of it after a breakdown."""
        key = segment.place, segment.target
        self._gone_m, self._trip = (self._gone_m if self._trip == key else 0.0), key
        way = self._map.finder.way(self._vehicle.class_index, *key)
        from_m, self._gone_m = self._gone_m, self._gone_m + segment.distance_m
        return _along(way, from_m, self._gone_m, segment)

    def _aside(self, segment: SegmentRecord, following: SegmentRecord | None) -> Iterator[Leg]:
        """Yield the leg of a vehicle that leaves the lanes to make way."""
        assert self._here is not None
        place = segment.target if following is None else following.place
        yield Leg(segment.start_s, segment.end_s, self._here, self._map.points[place].at_m, segment.state)


def _standing(at_m: Point, segment: SegmentRecord) -> Leg:
    return Leg(segment.start_s, segment.end_s, at_m, at_m, segment.state)


def _along(course: Course, from_m: float, to_m: float, segment: SegmentRecord) -> Iterator[Leg]:
    """Yield the legs of a stretch of a way."""
    if from_m == to_m:
        yield _standing(course.at(from_m), segment)
        return
    bends = course.stretch(from_m, to_m)
    time_s = [
        segment.start_s + (offset_m - from_m) / (to_m - from_m) * (segment.end_s - segment.start_s)
        for offset_m, _ in bends
    ]
    time_s[-1] = segment.end_s
    for index in range(len(bends) - 1):
        yield Leg(time_s[index], time_s[index + 1], bends[index][1], bends[index + 1][1], segment.state)
