"""Published solutions: routes of node names."""

from __future__ import annotations

import re
from pathlib import Path

from qmix_logistics.importers.text_file import read_lines

_ROUTE = re.compile(r"\s*Route\s*#?\s*\d+\s*:(?P<nodes>.*)", re.IGNORECASE)


def read_routes(path: Path) -> list[list[str]]:
    """
    Return the routes of a solution in the VRPLIB format: lines such as ``Route #1: 5 3 7``.

    Parameters
    ----------
    path
        The text file.

    Raises
    ------
    ScenarioError
        If it cannot be read.
    """
    return [match["nodes"].split() for line in read_lines(path) if (match := _ROUTE.fullmatch(line))]
