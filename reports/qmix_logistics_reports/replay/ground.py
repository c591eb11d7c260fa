"""What stands still on the map, as SVG: lanes, shelves, customers and facilities."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from qmix_logistics.evaluation.shown.site_map import MapPoint, SiteMap
from qmix_logistics_reports.replay.glyphs import FACILITIES, SITE
from qmix_logistics_reports.replay.labels import label_ranks, label_y
from qmix_logistics_reports.replay.scaling import Scale, Sizes, View

MOST_LINES = 8000
"""A network of more lines is not drawn: it would outweigh the rest of the report."""
CROWDED = 12
"""Arcs between nodes with more neighbours than this are trips over open ground, not lanes."""
SHELF_SHARE, SHELF_GAP = 0.26, 0.12
"""Depth of a shelf, and its distance from the middle of the lane, as shares of the way to the next lane."""

Line = tuple[tuple[int, int], tuple[int, int]]


def ground(site_map: SiteMap, scale: Scale, view: View, sizes: Sizes) -> str:
    """
    Return the ground of a view.

    Parameters
    ----------
    site_map
        The map.
    scale, view
        Units, and the part that is shown.
    sizes
        How large things are.
    """
    inside = scale.inside(view)
    seen = [
        point
        for point in site_map.points.values()
        if view.holds(at := scale.exact(point.at_m)) and not (inside is not None and inside.holds(at))
    ]
    parts = [f'<path class="r-rack" d="{"".join(_shelves(site_map, seen, scale, sizes))}"/>']
    lines = "".join(f"M{x0} {y0}L{x1} {y1}" for (x0, y0), (x1, y1) in _lines(site_map, scale, view))
    parts.append(f'<path class="r-lane" d="{lines}"/>')
    radius = max(round(2 * sizes.glyph), 1)
    dots = "".join(_dot(scale(point.at_m), radius) for point in seen if point.kind == "customer")
    parts.append(f'<path class="r-customer" d="{dots}"/>')
    parts = [part for part in parts if ' d=""' not in part]
    if inside is not None:
        middle = round(inside.x + inside.width / 2), round(inside.y + inside.height / 2)
        parts.append(_facility(view, sizes, middle, SITE, inside.title, 0))
    named, ranks = [point for point in seen if point.kind in FACILITIES], label_ranks(site_map, scale, sizes)
    for point in named:
        name = point.name if point.name in ranks else ""
        outline, line = FACILITIES[point.kind], 2 * ranks.get(point.name, 0)
        parts.append(_facility(view, sizes, scale(point.at_m), outline, name, line))
    return "".join(parts)


def _facility(view: View, sizes: Sizes, at: tuple[int, int], outline: str, name: str, line: int) -> str:
    (x, y), size = at, round(sizes.glyph * 1.5, 2)
    drawn = f'<path class="r-facility" transform="translate({x} {y})scale({size})" d="{outline}"/>'
    if not name:
        return drawn
    place = f'x="{x}" y="{label_y(view, sizes, at, line)}" style="font-size:{sizes.text}px"'
    return f'{drawn}<text class="r-name" {place}>{escape(name)}</text>'


def _shelves(site_map: SiteMap, seen: Sequence[MapPoint], scale: Scale, sizes: Sizes) -> Iterator[str]:
    """Yield a shelf on either side of the lane at each rack; where lanes run otherwise, a box at the rack."""
    racks = {point.name: scale(point.at_m) for point in seen if point.kind == "rack"}
    along = {name: axis for name, axis in _axes(site_map, racks, scale).items() if axis is not None}
    lanes = {axis: [at for name, at in racks.items() if along.get(name) == axis] for axis in (0, 1)}
    step = {axis: _least_step([at[1 - axis] for at in found]) for axis, found in lanes.items()}
    length = {axis: _least_step([at[axis] for at in found]) for axis, found in lanes.items()}
    for name, at in racks.items():
        axis = along.get(name)
        if axis is None or not math.isfinite(step[axis]):
            half = max(round(2 * sizes.glyph), 1)
            yield _box(at[0] - half, at[1] - half, 2 * half, 2 * half)
            continue
        deep, gap = max(round(SHELF_SHARE * step[axis]), 1), round(SHELF_GAP * step[axis])
        wide = max(round(0.8 * min(length[axis], step[axis])), 1)
        for side in (-gap - deep, gap):
            if axis == 1:
                yield _box(at[0] + side, at[1] - wide // 2, deep, wide)
            else:
                yield _box(at[0] - wide // 2, at[1] + side, wide, deep)


def _axes(site_map: SiteMap, racks: dict[str, tuple[int, int]], scale: Scale) -> dict[str, int | None]:
    """Return for each rack whether its lane runs across (0) or along (1) the map; None for otherwise, or both."""
    found: dict[str, set[int | None]] = {name: set() for name in racks}
    for tail, head in site_map.arcs:
        for name, other in ((tail, head), (head, tail)):
            if name in racks:
                (x0, y0), (x1, y1) = racks[name], scale(site_map.points[other].at_m)
                found[name].add(1 if x0 == x1 else 0 if y0 == y1 else None)
    return {name: next(iter(axes)) if len(axes) == 1 else None for name, axes in found.items()}


def _least_step(values: Sequence[int]) -> float:
    return min((high - low for low, high in itertools.pairwise(sorted(set(values)))), default=math.inf)


def _lines(site_map: SiteMap, scale: Scale, view: View) -> list[Line]:
    """Return the lanes as lines: along a row or a column of the map, arcs are joined."""
    neighbours = Counter(name for arc in site_map.arcs for name in arc)
    rows: dict[tuple[str, int], list[tuple[int, int]]] = {}
    others: set[Line] = set()
    for tail, head in site_map.arcs:
        if min(neighbours[tail], neighbours[head]) > CROWDED:
            continue
        start, end = (scale(site_map.points[name].at_m) for name in (tail, head))
        if start == end or not (view.holds(start) or view.holds(end)):
            continue
        if start[0] == end[0]:
            rows.setdefault(("x", start[0]), []).append((min(start[1], end[1]), max(start[1], end[1])))
        elif start[1] == end[1]:
            rows.setdefault(("y", start[1]), []).append((min(start[0], end[0]), max(start[0], end[0])))
        else:
            others.add((min(start, end), max(start, end)))
    joined: list[Line] = []
    for (axis, where), spans in sorted(rows.items()):
        for low, high in _joined(spans):
            joined.append(((where, low), (where, high)) if axis == "x" else ((low, where), (high, where)))
    lines = joined + sorted(others)
    return lines if len(lines) <= MOST_LINES else []


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if found and low <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], high)
        else:
            found.append((low, high))
    return found


def _box(x: int, y: int, width: int, height: int) -> str:
    return f"M{x} {y}h{width}v{height}h-{width}z"


def _dot(at: tuple[int, int], radius: int) -> str:
    x, y = at
    return f"M{x - radius} {y}a{radius} {radius} 0 1 1 {2 * radius} 0a{radius} {radius} 0 1 1-{2 * radius} 0z"
