"""The site as a map: where nodes lie on the page, its roads and its facilities."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import networkx as nx

from qmix_logistics.scenario.layout import Layout
from qmix_logistics_reports.figures.figure import Canvas

FACILITIES = ("station", "dock", "depot", "charger")
MOST_ROADS = 4000
"""Arcs beyond which roads are not drawn: every pair of places has one, or the map would be black."""
MOST_DOTS = 600
MOST_NAMES = 24
NEAR = 12.0
"""Facilities nearer than so many pixels share a label."""
MARGIN = 26.0
TALLEST = 520.0
LONGEST_SCALE = 90.0
"""Pixels that the scale of a map is long at most."""


@dataclass(frozen=True, slots=True)
class MapFrame:
    """
    Where the map lies on the page; north, or the back of a warehouse, is up.

    Parameters
    ----------
    west_m, north_m
        Coordinates of its upper left corner.
    pixels_per_m
        Its scale.
    left, top
        Where that corner is drawn.
    width, height
        Its size in pixels, without margin.
    """

    west_m: float
    north_m: float
    pixels_per_m: float
    left: float
    top: float
    width: float
    height: float

    def at(self, x_m: float, y_m: float) -> tuple[float, float]:
        """
        Return where a point is drawn.

        Parameters
        ----------
        x_m, y_m
            Its coordinates.
        """
        return self.left + (x_m - self.west_m) * self.pixels_per_m, self.top + (self.north_m - y_m) * self.pixels_per_m


def has_map(layout: Layout) -> bool:
    """
    Tell whether there is anything to draw: a table of trips need not say where places are.

    Parameters
    ----------
    layout
        The network.
    """
    return len({(node["x_m"], node["y_m"]) for node in layout.graph.nodes.values()}) > 1


def site_aspect(layout: Layout) -> float:
    """
    Return the width of a site over its height.

    Parameters
    ----------
    layout
        The network.
    """
    west, east, south, north = _bounds(layout.graph)
    return (east - west or 1.0) / (north - south or 1.0)


def map_frame(layout: Layout, left: float, top: float, width: float) -> MapFrame:
    """
    Return how a map fills a width, margin included; it is drawn smaller if it would be too tall.

    Parameters
    ----------
    layout
        The network.
    left, top
        Upper left corner, margin included.
    width
        Width, margin included.
    """
    west, east, south, north = _bounds(layout.graph)
    span_x, span_y = east - west or 1.0, north - south or 1.0
    scale = min((width - 2 * MARGIN) / span_x, TALLEST / span_y)
    spare = (width - 2 * MARGIN - scale * span_x) / 2
    return MapFrame(west, north, scale, left + MARGIN + spare, top + MARGIN, scale * span_x, scale * span_y)


def draw_site(canvas: Canvas, frame: MapFrame, layout: Layout) -> None:
    """
    Draw roads and places, without their names.

    Parameters
    ----------
    canvas
        Where.
    frame
        Where on it.
    layout
        The network.
    """
    graph = layout.graph
    pairs = {tuple(sorted(arc)) for arc in graph.edges}
    if len(pairs) <= MOST_ROADS:
        canvas.shape(_lines(frame, graph, sorted(pairs)), "road")
    small = [name for name, node in graph.nodes.items() if node["kind"] in ("rack", "customer")]
    if len(small) <= MOST_DOTS:
        dots = (frame.at(graph.nodes[name]["x_m"], graph.nodes[name]["y_m"]) for name in small)
        canvas.shape("".join(f"M{x - 1:.1f} {y - 1:.1f}h2v2h-2Z" for x, y in dots), "place")


def draw_facilities(canvas: Canvas, frame: MapFrame, layout: Layout) -> None:
    """
    Draw stations, docks, depots and chargers with their names.

    Parameters
    ----------
    canvas
        Where.
    frame
        Where on it.
    layout
        The network.
    """
    found = [(name, node) for name, node in layout.graph.nodes.items() if node["kind"] in FACILITIES]
    names: dict[tuple[float, float], list[str]] = {}
    for name, node in found:
        x, y = frame.at(node["x_m"], node["y_m"])
        canvas.rectangle(x - 4, y - 4, 8, 8, f"facility {node['kind']}", f"{node['kind']} {name}")
        near = next((at for at in names if math.hypot(at[0] - x, at[1] - y) < NEAR), (x, y))
        names.setdefault(near, []).append(name)
    if len(found) <= MOST_NAMES:
        for (x, y), several in names.items():
            is_low = y > frame.top + frame.height / 2
            canvas.text(x, y + 17 if is_low else y - 8, ", ".join(several), "tick", "middle")


def draw_scale(canvas: Canvas, frame: MapFrame) -> None:
    """
    Draw how long a round number of metres is, below the map's left corner.

    Parameters
    ----------
    canvas
        Where.
    frame
        The map's.
    """
    longest_m = LONGEST_SCALE / frame.pixels_per_m
    length_m = max(length for power in range(-3, 7) for m in (1, 2, 5) if (length := m * 10.0**power) <= longest_m)
    x, y = frame.left, frame.top + frame.height + 36
    end = x + length_m * frame.pixels_per_m
    canvas.shape(f"M{x:.1f} {y - 4:.1f}v8m0 -4H{end:.1f}m0 -4v8", "scale")
    canvas.text(end + 8, y + 4, f"{length_m:,g} m" if length_m < 1000 else f"{length_m / 1000:,g} km", "tick")


def _lines(frame: MapFrame, graph: nx.DiGraph[str], pairs: Iterable[tuple[str, ...]]) -> str:
    parts = []
    for ends in pairs:
        (x1, y1), (x2, y2) = (frame.at(graph.nodes[name]["x_m"], graph.nodes[name]["y_m"]) for name in ends)
        parts.append(f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}")
    return "".join(parts)


def _bounds(graph: nx.DiGraph[str]) -> tuple[float, float, float, float]:
    xs = [float(node["x_m"]) for node in graph.nodes.values()]
    ys = [float(node["y_m"]) for node in graph.nodes.values()]
    return min(xs), max(xs), min(ys), max(ys)
