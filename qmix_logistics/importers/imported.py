"""What importers are asked for, and what they return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """
    What the user may choose.

    Parameters
    ----------
    dynamism_pct
        Share of orders that are not known at the start of the day, in [0, 100].
    urgency_s
        Time from release to due; None: what suits the source.
    vehicles
        Size of the fleet; None: what the source says.
    orders
        How many orders to take or draw; None: all, or a sensible number.
    seed
        The same seed gives the same scenario.
    """

    dynamism_pct: float = 0.0
    urgency_s: float | None = None
    vehicles: int | None = None
    orders: int | None = None
    seed: int = 1


@dataclass(frozen=True, slots=True)
class ImportedScenario:
    """
    A scenario and the files that it names.

    Parameters
    ----------
    document
        The scenario as plain values for YAML; the file names in it are keys of ``files``.
    files
        Text of each file by its name, such as ``orders.csv``.
    note
        What was dropped or assumed, in sentences.
    """

    document: dict[str, Any]
    files: dict[str, str]
    note: str
