"""
An object-centric event log of the days that a policy played, as JSON of OCEL 2.0 [1]_.

References
----------
.. [1] Berti et al. (2024), OCEL (Object-Centric Event Log) 2.0 Specification, arXiv:2403.01975, Sec. 8.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qmix_logistics.simulation import DayRecords, OrderRecord, OrderStatus, TaskRecord, VehicleState, VisitRecord

ORDER_ATTRIBUTES = {"class": "string", "weight": "float", "due": "time"}
TASK_ATTRIBUTES = {"origin": "string", "destination": "string", "load_units": "float"}
FACILITIES = ("station", "dock", "depot", "charger")
EVENT_TYPES: Mapping[str, Mapping[str, str]] = {
    "order released": {},
    "order became late": {},
    "order done": {"lead_time_s": "float"},
    "order declined": {},
    "order lost": {},
    "task claimed": {},
    "task picked up": {},
    "task dropped off": {},
    "arrived": {},
    "service started": {},
    "service ended": {},
    "charging started": {},
    "charging ended": {},
    "vehicle broke down": {},
    "vehicle repaired": {},
}
"""Attributes of each type of event, with their types. At the same instant events stand in the order in which they
happened to be recorded: orders, tasks, visits, vehicles."""
FIRST_DAY = datetime.datetime(2000, 1, 1)
"""Where days without a date begin."""

Link = tuple[str, str]
"""Id of an object, and what it is to the event."""


@dataclass(frozen=True, slots=True)
class LoggedDay:
    """
    A day that a policy played.

    Parameters
    ----------
    label
        ``test-000``, or a date.
    starts
        When it began.
    records
        What happened.
    """

    label: str
    starts: datetime.datetime
    records: DayRecords

    def at(self, time_s: float) -> str:
        """Return a time of this day as text."""
        return f"{(self.starts + datetime.timedelta(seconds=time_s)).isoformat(timespec='microseconds')}Z"

    def order(self, number: int) -> str:
        """Return the id of an order."""
        return f"order:{self.label}/{number}"

    def task(self, number: int) -> str:
        """Return the id of a task."""
        return f"task:{self.label}/{number}"


@dataclass(frozen=True, slots=True)
class _Event:
    kind: str
    time_s: float
    links: tuple[Link, ...]
    attributes: Mapping[str, float] | None = None


def starts_of_days(labels: Sequence[str], length_s: float, day_starts_s: float = 0.0) -> list[datetime.datetime]:
    """
    Return when days began: on their date, or one after the other from ``FIRST_DAY`` on.

    Parameters
    ----------
    labels
        Of the days.
    length_s
        How long a day may last: those without a date do not overlap.
    day_starts_s
        When a dated day begins, after midnight.
    """
    gap = datetime.timedelta(days=max(1, -int(-length_s // 86400)))
    found = []
    for index, label in enumerate(labels):
        try:
            date = datetime.datetime.combine(datetime.date.fromisoformat(label), datetime.time())
            found.append(date + datetime.timedelta(seconds=day_starts_s))
        except ValueError:
            found.append(FIRST_DAY + index * gap)
    return found


def ocel_log(days: Sequence[LoggedDay], classes: Mapping[str, str]) -> dict[str, Any]:
    """
    Return an event log.

    Values of attributes are text, as the schema of the specification demands; their types are declared.

    Parameters
    ----------
    days
        What a policy played.
    classes
        Class of each vehicle of the fleet.
    """
    objects = [_object(f"vehicle:{name}", "vehicle", {"class": kind}, FIRST_DAY) for name, kind in classes.items()]
    events: list[dict[str, Any]] = []
    facilities: dict[str, dict[str, Any]] = {}
    for day in days:
        for visit in day.records.visits:
            place = f"{visit.kind}:{visit.facility}"
            facilities.setdefault(place, _object(place, visit.kind, {"servers": visit.servers}, FIRST_DAY))
        objects += _orders(day)
        for event in sorted(_events(day), key=lambda event: event.time_s):
            events.append(_event(f"event:{len(events) + 1}", event, day))
    return {
        "eventTypes": [{"name": name, "attributes": _declared(types)} for name, types in EVENT_TYPES.items()],
        "objectTypes": [
            {"name": "order", "attributes": _declared(ORDER_ATTRIBUTES)},
            {"name": "task", "attributes": _declared(TASK_ATTRIBUTES)},
            {"name": "vehicle", "attributes": _declared({"class": "string"})},
            *({"name": kind, "attributes": _declared({"servers": "integer"})} for kind in FACILITIES),
        ],
        "events": events,
        "objects": [*objects, *facilities.values()],
    }


def _events(day: LoggedDay) -> Iterator[_Event]:
    records = day.records
    places = {(visit.facility): f"{visit.kind}:{visit.facility}" for visit in records.visits}
    for order in records.orders:
        yield from _order_events(day, order)
    for task in records.tasks:
        yield from _task_events(day, task, places)
    for visit in records.visits:
        yield from _visit_events(visit)
    for segment in records.segments:
        if segment.state is VehicleState.BROKEN:
            links = ((f"vehicle:{segment.vehicle}", "vehicle"),)
            yield _Event("vehicle broke down", segment.start_s, links)
            if segment.end_s < records.end_s:
                yield _Event("vehicle repaired", segment.end_s, links)


def _order_events(day: LoggedDay, order: OrderRecord) -> Iterator[_Event]:
    links = ((day.order(order.order), "order"),)
    yield _Event("order released", order.release_s, links)
    ends_s = day.records.end_s if order.closed_s is None else order.closed_s
    if order.due_s < ends_s:
        yield _Event("order became late", order.due_s, links)
    if order.closed_s is not None:
        lead_time = {"lead_time_s": order.closed_s - order.release_s} if order.status is OrderStatus.DONE else None
        yield _Event(f"order {order.status.name.lower()}", order.closed_s, links, lead_time)


def _task_events(day: LoggedDay, task: TaskRecord, places: Mapping[str, str]) -> Iterator[_Event]:
    links = (
        (day.task(task.task), "task"),
        (day.order(task.order), "order of the task"),
        (f"vehicle:{task.vehicle}", "vehicle"),
    )
    yield _Event("task claimed", task.claimed_s, links)
    if task.picked_up_s is not None:
        yield _Event("task picked up", task.picked_up_s, links + _at(task.origin, places))
    if task.dropped_off_s is not None:
        yield _Event("task dropped off", task.dropped_off_s, links + _at(task.destination, places))


def _visit_events(visit: VisitRecord) -> Iterator[_Event]:
    links = ((f"{visit.kind}:{visit.facility}", "place"), (f"vehicle:{visit.vehicle}", "vehicle"))
    what = "charging" if visit.kind == "charger" else "service"
    yield _Event("arrived", visit.arrived_s, links)
    if visit.started_s is not None:
        yield _Event(f"{what} started", visit.started_s, links)
    if visit.ended_s is not None:
        yield _Event(f"{what} ended", visit.ended_s, links)


def _at(place: str, places: Mapping[str, str]) -> tuple[Link, ...]:
    """Return the link to a facility; racks and customers are attributes of the task."""
    return ((places[place], "place"),) if place in places else ()


def _orders(day: LoggedDay) -> Iterator[dict[str, Any]]:
    tasks: dict[int, list[Link]] = {}
    for task in day.records.tasks:
        tasks.setdefault(task.order, []).append((day.task(task.task), "task of the order"))
    for order in day.records.orders:
        values = {"class": order.order_class, "weight": order.weight, "due": day.at(order.due_s)}
        yield _object(day.order(order.order), "order", values, day.starts, tasks.get(order.order, ()))
    for task in day.records.tasks:
        values = {name: getattr(task, name) for name in TASK_ATTRIBUTES}
        yield _object(day.task(task.task), "task", values, day.starts)


def _object(
    name: str, kind: str, values: Mapping[str, Any], since: datetime.datetime, links: Sequence[Link] = ()
) -> dict[str, Any]:
    time = f"{since.isoformat(timespec='microseconds')}Z"
    attributes = [{"name": key, "value": str(value), "time": time} for key, value in values.items()]
    linked = {"relationships": _relationships(links)} if links else {}
    return {"id": name, "type": kind, "attributes": attributes, **linked}


def _event(name: str, event: _Event, day: LoggedDay) -> dict[str, Any]:
    attributes = [{"name": key, "value": str(value)} for key, value in (event.attributes or {}).items()]
    return {
        "id": name,
        "type": event.kind,
        "time": day.at(event.time_s),
        **({"attributes": attributes} if attributes else {}),
        "relationships": _relationships(event.links),
    }


def _relationships(links: Sequence[Link]) -> list[dict[str, str]]:
    return [{"objectId": name, "qualifier": qualifier} for name, qualifier in links]


def _declared(types: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in types.items()]
