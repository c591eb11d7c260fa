"""Customers drawn from a seed, and the roads that lead to them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import networkx as nx
import numpy as np
from jaxtyping import Float

from qmix_logistics.scenario.network.customers import CustomerArea

CLUSTER_SPREAD = 0.1
"""Standard deviation of a cluster over the radius of the area."""


def customer_positions_m(area: CustomerArea) -> Float[np.ndarray, "customer 2"]:
    """
    Draw where customers are, relative to the middle of their area.

    Parameters
    ----------
    area
        How many, and how they are scattered.
    """
    rng = np.random.default_rng(area.seed)
    if area.num_clusters == 0:
        return _in_disc(rng, area.count) * area.radius_m
    centres = _in_disc(rng, area.num_clusters)
    scattered = centres[rng.integers(area.num_clusters, size=area.count)]
    return (scattered + rng.normal(0.0, CLUSTER_SPREAD, (area.count, 2))) * area.radius_m


def add_customers(graph: nx.DiGraph[str], area: CustomerArea, gates: Sequence[str]) -> None:
    """
    Add customers around a site, and roads from every gate and customer to every other.

    Parameters
    ----------
    graph
        The site; changed.
    area
        The customers.
    gates
        Nodes of the site from which roads lead.
    """
    xy_m = np.array([(node["x_m"], node["y_m"]) for node in graph.nodes.values()])
    middle_m = (xy_m.min(axis=0) + xy_m.max(axis=0)) / 2
    names = [f"K{number}" for number in range(1, area.count + 1)]
    for name, (x_m, y_m) in zip(names, customer_positions_m(area) + middle_m, strict=True):
        graph.add_node(name, kind="customer", x_m=float(x_m), y_m=float(y_m), zone="")
    for first, second in itertools.permutations([*gates, *names], 2):
        a, b = graph.nodes[first], graph.nodes[second]
        length_m = area.circuity * math.hypot(a["x_m"] - b["x_m"], a["y_m"] - b["y_m"])
        graph.add_edge(first, second, length_m=length_m, max_speed_mps=math.inf, is_single_lane=False)


def _in_disc(rng: np.random.Generator, number: int) -> Float[np.ndarray, "point 2"]:
    angle, radius = 2 * np.pi * rng.random(number), np.sqrt(rng.random(number))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
