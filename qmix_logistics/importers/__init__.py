"""Scenarios from the formats that people have."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from qmix_logistics.importers.imported import ImportedScenario, ImportOptions

__all__ = ["FORMATS", "Format", "ImportOptions", "ImportedScenario", "import_scenario"]

Importer = Callable[[Path, ImportOptions], ImportedScenario]


class Format(NamedTuple):
    """A format: what it is, and the module and function that read it."""

    meaning: str
    module: str
    function: str


FORMATS: Mapping[str, Format] = {
    "solomon": Format("Solomon, or Gehring and Homberger: routing with time windows", "solomon", "import_solomon"),
    "homberger": Format("the same as solomon", "solomon", "import_solomon"),
    "li_lim": Format("Li and Lim: pick-up and delivery with time windows", "li_lim", "import_li_lim"),
    "vrplib": Format("VRPLIB: capacitated routing, with or without windows", "vrplib_format", "import_vrplib"),
    "dpdp": Format("ICAPS 2021 dynamic pick-up and delivery: the folder of an instance", "dpdp", "import_dpdp"),
    "movingai": Format("MovingAI: a .map, or a .scen beside its map", "movingai", "import_movingai"),
    "lorr": Format("League of Robot Runners: the .json of a problem", "lorr", "import_lorr"),
    "order_lines": Format("a shop's order lines in a CSV", "order_lines", "import_order_lines"),
    "road": Format("a folder with nodes.csv and edges.csv", "road", "import_road"),
}
"""All formats by name; their modules are loaded when they are needed."""


def import_scenario(format_name: str, path: Path, options: ImportOptions) -> ImportedScenario:
    """
    Import a scenario.

    Parameters
    ----------
    format_name
        One of ``FORMATS``.
    path
        The file or folder.
    options
        What the user chooses.

    Raises
    ------
    ScenarioError
        If it cannot be imported.
    """
    entry = FORMATS[format_name]
    importer: Importer = getattr(importlib.import_module(f"{__name__}.{entry.module}"), entry.function)
    return importer(path, options)
