"""
What the specification of OCEL 2.0 asks of a JSON log, checked by hand.

Berti et al. (2024), OCEL (Object-Centric Event Log) 2.0 Specification, arXiv:2403.01975: Sec. 8.2 (required members and
their types), Sec. 4 (each type is declared, ids are unique, relationships lead to objects), and the types of values of
https://www.ocel-standard.org/specification/formats/json.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

PARSERS: Mapping[str, Callable[[str], Any]] = {
    "string": str,
    "time": datetime.datetime.fromisoformat,
    "integer": int,
    "float": float,
    "boolean": {"true": True, "false": False}.__getitem__,
}


def check_log(log: Mapping[str, Any]) -> None:
    """Fail where a log is not as the specification says."""
    assert set(log) == {"eventTypes", "objectTypes", "events", "objects"}
    events, objects = (_declared(log[name]) for name in ("eventTypes", "objectTypes"))
    ids = [entry["id"] for entry in (*log["events"], *log["objects"])]
    assert len(set(ids)) == len(ids)
    known = {entry["id"] for entry in log["objects"]}
    for event in log["events"]:
        assert set(event) <= {"id", "type", "time", "attributes", "relationships"}
        assert datetime.datetime.fromisoformat(event["time"]).tzinfo == datetime.UTC
        _check_entry(event, events, known, {"name", "value"})
    for entry in log["objects"]:
        assert set(entry) <= {"id", "type", "attributes", "relationships"}
        _check_entry(entry, objects, known, {"name", "value", "time"})


def _declared(types: Any) -> dict[str, dict[str, str]]:
    for entry in types:
        assert set(entry) == {"name", "attributes"}
        assert all(set(attribute) == {"name", "type"} for attribute in entry["attributes"])
    found = {entry["name"]: {each["name"]: each["type"] for each in entry["attributes"]} for entry in types}
    assert len(found) == len(types)
    return found


def _check_entry(
    entry: Mapping[str, Any], types: Mapping[str, Mapping[str, str]], known: set[str], members: set[str]
) -> None:
    assert isinstance(entry["id"], str)
    declared = types[entry["type"]]
    for attribute in entry.get("attributes", ()):
        assert set(attribute) == members
        assert isinstance(attribute["value"], str)
        PARSERS[declared[attribute["name"]]](attribute["value"])
    for link in entry.get("relationships", ()):
        assert set(link) == {"objectId", "qualifier"}
        assert link["objectId"] in known
        assert isinstance(link["qualifier"], str)
