"""
Physical quantities in documents: a plain number is in the unit that ends the field's name, a string may name another.

``speed_mps: 1.5`` and ``speed_mps: "5.4 km/h"`` are the same speed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic_core import PydanticCustomError

from qmix_logistics.scenario.document import AlsoAccepts

_QUANTITY = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(\D.*?)?\s*")

UNIT_NAMES: Mapping[str, str] = {
    "s": "seconds",
    "m": "metres",
    "mps": "metres per second",
    "wh": "watt-hours",
    "w": "watts",
    "wh_per_m": "watt-hours per metre",
    "per_h": "per hour",
    "pct": "percent",
    "units": "load units",
    "mib": "mebibytes",
    "h": "hours",
    "km": "kilometres",
    "cost_per_h": "cost per hour",
    "cost_per_km": "cost per kilometre",
    "cost_per_kwh": "cost per kilowatt-hour",
}
"""What the ending of a field's name means."""

_TIME = {"s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_LENGTH = {"m": 1.0, "cm": 0.01, "km": 1000.0}
_SPEED = {"m/s": 1.0, "mps": 1.0, "km/h": 1 / 3.6, "kmh": 1 / 3.6}
_ENERGY = {"Wh": 1.0, "kWh": 1000.0}
_POWER = {"W": 1.0, "kW": 1000.0}
_RATE = {"/h": 1.0, "per h": 1.0, "/min": 60.0, "per min": 60.0, "/d": 1 / 24}
_PERCENT = {"%": 1.0, "pct": 1.0}
_MEMORY = {"MiB": 1.0, "GiB": 1024.0}


def unit_of(field: str) -> str:
    """
    Return in words the unit that ends a field's name, the longest ending first; empty if it ends in none.

    Parameters
    ----------
    field
        A field's name, such as ``speed_mps``.
    """
    endings = [unit for unit in UNIT_NAMES if field.endswith("_" + unit)]
    return UNIT_NAMES[max(endings, key=len)] if endings else ""


def parse_quantity(value: Any, units: Mapping[str, float]) -> Any:
    """
    Convert ``"2 min"`` to a number in the field's own unit; leave what is no string to pydantic.

    Parameters
    ----------
    value
        What the document says.
    units
        Accepted units and their size in the field's own unit.

    Raises
    ------
    PydanticCustomError
        If the string is not a number followed by one of the units.
    """
    if not isinstance(value, str):
        return value
    match = _QUANTITY.fullmatch(value)
    if match is None:
        raise _bad_quantity(value, units)
    number, unit = match.groups()
    if unit is None:
        return float(number)
    if unit not in units:
        raise _bad_quantity(value, units)
    return float(number) * units[unit]


def _bad_quantity(value: str, units: Mapping[str, float]) -> PydanticCustomError:
    accepted = ", ".join(units)
    return PydanticCustomError(
        "quantity",
        "is '{value}'; expected a number, or a number with one of the units {accepted}",
        {"value": value, "accepted": accepted},
    )


def _in(units: Mapping[str, float]) -> AlsoAccepts:
    return AlsoAccepts(lambda value: parse_quantity(value, units), ({"type": "string", "pattern": _pattern(units)},))


def _pattern(units: Mapping[str, float]) -> str:
    """Return what a text must look like, for editors; they know no bounds of it but its sign."""
    names = "|".join(name.replace("/", "\\/") for name in units)
    return rf"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*({names})?\s*$"


Seconds = Annotated[float, _in(_TIME)]
Metres = Annotated[float, _in(_LENGTH)]
MetresPerSecond = Annotated[float, _in(_SPEED)]
WattHours = Annotated[float, _in(_ENERGY)]
Watts = Annotated[float, _in(_POWER)]
PerHour = Annotated[float, _in(_RATE)]
Percent = Annotated[float, _in(_PERCENT)]
Mebibytes = Annotated[float, _in(_MEMORY)]
