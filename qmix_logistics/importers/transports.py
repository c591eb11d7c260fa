"""Transports that importers list or draw, and the CSV that ``OrdersDemand`` reads."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np

from qmix_logistics.importers.document import csv_text, plain


@dataclass(frozen=True, slots=True)
class Transport:
    """
    One task of an order.

    Parameters
    ----------
    order
        Name of its order.
    origin, destination
        Nodes where it begins and ends.
    release_s
        When the order comes in.
    is_chained
        Whether it waits for the task before it.
    """

    order: str
    origin: str
    destination: str
    release_s: float
    is_chained: bool = False


def draw_transports(
    names: Sequence[str], number: int, span_s: float, rng: np.random.Generator
) -> tuple[Transport, ...]:
    """
    Draw transports between random nodes, each from one to another, that come in at random times.

    Parameters
    ----------
    names
        The nodes, two at least.
    number
        How many.
    span_s
        They come in from 0 to this time.
    rng
        Draws nodes and times.
    """
    origins = rng.integers(len(names), size=number)
    destinations = (origins + rng.integers(1, len(names), size=number)) % len(names)
    times_s = np.floor(np.sort(rng.random(number)) * span_s)
    return tuple(
        Transport(str(order), names[origin], names[destination], float(time_s))
        for order, (origin, destination, time_s) in enumerate(zip(origins, destinations, times_s, strict=True), start=1)
    )


def nodes_used(transports: Iterable[Transport]) -> list[str]:
    """
    Return the nodes where transports begin or end, in the order of their first use.

    Parameters
    ----------
    transports
        The transports.
    """
    return list(dict.fromkeys(name for one in transports for name in (one.origin, one.destination)))


def orders_csv(transports: Iterable[Transport]) -> str:
    """
    Return transports as ``OrdersDemand`` reads them.

    Parameters
    ----------
    transports
        The transports, those of an order one after the other.
    """
    rows = [(t.order, t.origin, t.destination, plain(t.release_s), int(t.is_chained)) for t in transports]
    return csv_text(("order", "from", "to", "release_s", "is_chained"), rows)


def places_csv(transports: Iterable[Transport]) -> str:
    """
    Return the places that transports need, as networks read them.

    Parameters
    ----------
    transports
        The transports.
    """
    return csv_text(("node", "kind"), [(name, "customer") for name in nodes_used(transports)])


def mean_way_m(transports: Sequence[Transport], graph: nx.DiGraph[str]) -> float:
    """
    Return the mean length of transports along the axes: a lower bound on a grid, a fair guess on roads.

    Parameters
    ----------
    transports
        One or more.
    graph
        Has their nodes, with coordinates.
    """
    ends = [(graph.nodes[one.origin], graph.nodes[one.destination]) for one in transports]
    return math.fsum(abs(a["x_m"] - b["x_m"]) + abs(a["y_m"] - b["y_m"]) for a, b in ends) / len(ends)
