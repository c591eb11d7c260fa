"""Where the names of facilities stand, so that they do not stand on each other."""

from __future__ import annotations

import math

from qmix_logistics.evaluation.shown.site_map import SiteMap
from qmix_logistics_reports.replay.scaling import NAMED_KINDS, Scale, Sizes, View

NEAR = 14.0
"""Facilities so near to each other, in units of the glyphs, stack their names."""
MOST_STACKED, MOST_LABELS = 2, 40
"""More names are not stacked, and of more facilities none is named."""


def label_ranks(site_map: SiteMap, scale: Scale, sizes: Sizes) -> dict[str, int]:
    """
    Return for each facility, and parking place, that is named how many others nearby come before it.

    Parameters
    ----------
    site_map
        The map.
    scale
        Units.
    sizes
        How large things are in the view.
    """
    points = [point for point in site_map.points.values() if point.kind in NAMED_KINDS]
    placed: list[tuple[tuple[int, int], int]] = []
    ranks = {}
    for point in points if len(points) <= MOST_LABELS else ():
        at = scale(point.at_m)
        taken = [rank for other, rank in placed if math.dist(at, other) < NEAR * sizes.glyph]
        rank = max(taken, default=-1) + 1
        if rank < MOST_STACKED:
            ranks[point.name] = rank
            placed.append((at, rank))
    return ranks


def label_y(view: View, sizes: Sizes, at: tuple[int, int], line: int) -> int:
    """
    Return the base line of a line of text beside a facility: below it in the lower half of a view, else above.

    Parameters
    ----------
    view, sizes
        The view, and how large things are in it.
    at
        The facility.
    line
        0 for the line next to it, 1 for the next, and so on.
    """
    away = 9.5 * sizes.glyph + 1.1 * sizes.text * line
    return round(at[1] + away + 0.9 * sizes.text if view.is_low(at) else at[1] - away - 0.2 * sizes.text)
