"""Scenarios to begin with: those that are shipped, each under a short name."""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

SCHEMA = "scenario.schema.json"
MODELINE = "# yaml-language-server: $schema="
"""Tells editors which schema a document follows."""


class Template(NamedTuple):
    """A scenario to begin with: its file, and what it is for."""

    file: str
    meaning: str


TEMPLATES: Mapping[str, Template] = {
    "quickstart": Template("quickstart", "a small warehouse: simulated, learned and compared in a few minutes"),
    "warehouse": Template("warehouse-peak", "eight vehicles with batteries, express and standard orders, a peak"),
    "charging": Template("warehouse-charging", "a warehouse with too few plugs for its vehicles"),
    "congested": Template("warehouse-congested", "narrow one-way aisles in which vehicles block each other"),
    "outage": Template("planner-outage", "a warehouse whose central planner cannot be reached now and then"),
    "own-orders": Template("warehouse-trace", "your own order lines, from a CSV; an example is written beside it"),
    "delivery": Template("delivery-same-day", "same-day delivery by bikes with several parcels on board"),
    "windows": Template("delivery-time-windows", "vans, delivery windows, orders that may be declined"),
    "hub": Template("hub-two-echelon", "robots bring goods to docks, vans take them to customers"),
    "drones": Template("drones-and-robots", "drones and robots share the parcels of a campus"),
}
"""All templates by name."""


def template_text(name: str) -> str:
    """
    Return the text of a template.

    Parameters
    ----------
    name
        One of ``TEMPLATES``.
    """
    return (_scenarios() / f"{TEMPLATES[name].file}.yaml").read_text(encoding="utf-8")


def schema_text() -> str:
    """Return the JSON schema of scenarios."""
    return (importlib.resources.files(__package__) / SCHEMA).read_text(encoding="utf-8")


def named(text: str, name: str) -> str:
    """
    Return a template as a scenario of another name, with the schema in the same folder; it claims no tuning.

    Parameters
    ----------
    text
        Of the template.
    name
        The new name.
    """
    text = re.sub(r"^ +tuning: .*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^name: .*$", f"name: {name}", text, count=1, flags=re.MULTILINE)
    return re.sub(rf"^{re.escape(MODELINE)}.*$", f"{MODELINE}{SCHEMA}", text, count=1, flags=re.MULTILINE)


def _scenarios() -> Traversable:
    """Return the folder of scenarios: in an installed package, or beside it in a checkout."""
    installed = importlib.resources.files("qmix_logistics") / "scenarios"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "scenarios"
