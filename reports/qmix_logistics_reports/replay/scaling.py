"""From metres and seconds to the whole numbers of the drawing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from qmix_logistics.evaluation.shown.course import Point
from qmix_logistics.evaluation.shown.site_map import SiteMap

UNITS_ACROSS = 1000
"""About so many units across the smallest view: a screen shows no more."""
INNER_KINDS = ("rack", "station", "dock", "charger", "parking", "junction")
"""What lies inside a building."""
INNER_SHARE = 0.2
"""A building smaller than this share of the whole map gets a view of its own."""
MARGIN, MARGIN_Y = 0.08, 0.13
"""Room around a view, as shares of its longer side; more above and below where names of facilities stand there."""
NAMED_KINDS = ("station", "dock", "depot", "charger", "parking")
FINE_TICK_S, COARSE_TICK_S = 0.1, 1.0
LONG_S = 4 * 3600.0
"""A replay longer than this is told in coarse ticks."""

Box = tuple[float, float, float, float]
"""Left, bottom, right and top in metres."""


@dataclass(frozen=True, slots=True)
class View:
    """
    A part of the map.

    Parameters
    ----------
    title
        What it shows.
    x, y, width, height
        In units.
    """

    title: str
    x: int
    y: int
    width: int
    height: int

    @property
    def size(self) -> int:
        """Its longer side."""
        return max(self.width, self.height)

    def holds(self, at: tuple[float, float]) -> bool:
        """
        Tell whether a point lies in it.

        Parameters
        ----------
        at
            The point, in units.
        """
        return 0 <= at[0] - self.x <= self.width and 0 <= at[1] - self.y <= self.height

    def is_low(self, at: tuple[float, float]) -> bool:
        """
        Tell whether a point lies in the lower half: there names stand below, and rows of vehicles go up.

        Parameters
        ----------
        at
            The point, in units.
        """
        return 2 * (at[1] - self.y) > self.height


@dataclass(frozen=True, slots=True)
class Sizes:
    """
    How large things are drawn in a view, in units.

    Parameters
    ----------
    glyph
        Scale of the glyphs.
    text
        Height of text.
    """

    glyph: float
    text: int


def sizes_of(view: View, num_vehicles: int) -> Sizes:
    """
    Return how large things are drawn in a view.

    Parameters
    ----------
    view
        The view.
    num_vehicles
        Vehicles in the fleet: the more, the smaller.
    """
    share = 0.03 if num_vehicles <= 30 else 0.024 if num_vehicles <= 80 else 0.016
    return Sizes(round(view.size * share / 10, 2), round(view.size * 0.03))


@dataclass(frozen=True, slots=True)
class Scale:
    """
    Whole units of the drawing, y downwards.

    Parameters
    ----------
    left_m, top_m
        Where x and y are 0.
    unit_m
        Length of a unit.
    views
        The parts of the map that are shown, the whole first.
    """

    left_m: float
    top_m: float
    unit_m: float
    views: tuple[View, ...]

    def inside(self, view: View) -> View | None:
        """
        Return the smaller view that shows a part of another view; None if there is none.

        Parameters
        ----------
        view
            The larger one.
        """
        return self.views[1] if len(self.views) > 1 and view is self.views[0] else None

    def exact(self, at_m: Point) -> tuple[float, float]:
        """
        Return a point in units.

        Parameters
        ----------
        at_m
            The point.
        """
        return (at_m[0] - self.left_m) / self.unit_m, (self.top_m - at_m[1]) / self.unit_m

    def __call__(self, at_m: Point) -> tuple[int, int]:
        """Return a point in whole units."""
        x, y = self.exact(at_m)
        return round(x), round(y)


@dataclass(frozen=True, slots=True)
class Clock:
    """
    Whole ticks of a window of the day.

    Parameters
    ----------
    from_s, until_s
        The window.
    tick_s
        Length of a tick.
    """

    from_s: float
    until_s: float
    tick_s: float

    @property
    def length(self) -> int:
        """Ticks of the window."""
        return self(self.until_s)

    def __call__(self, time_s: float) -> int:
        """Return a time in whole ticks since the window began, within the window."""
        return round((min(max(time_s, self.from_s), self.until_s) - self.from_s) / self.tick_s)


def clock_of(from_s: float, until_s: float) -> Clock:
    """
    Return the clock of a window.

    Parameters
    ----------
    from_s, until_s
        The window.
    """
    return Clock(from_s, until_s, COARSE_TICK_S if until_s - from_s > LONG_S else FINE_TICK_S)


def scale_of(site_map: SiteMap) -> Scale:
    """
    Return units in which the map is drawn, and the views: the whole, and the building where that is much smaller.

    Parameters
    ----------
    site_map
        The map.
    """
    whole = _box([point.at_m for point in site_map.points.values()])
    inside = [point.at_m for point in site_map.points.values() if point.kind in INNER_KINDS]
    boxes = [("", whole)]
    if len(inside) > 1 and 0 < _side(_box(inside)) < INNER_SHARE * _side(whole):
        boxes = [("the whole area", whole), ("the site", _box(inside))]
    unit_m = _rounded(min(_side(box) for _, box in boxes) / UNITS_ACROSS)
    left_m, top_m = whole[0], whole[3]
    views = []
    for title, (left, bottom, right, top) in boxes:
        side_m = max(right - left, top - bottom)
        named_m = [point.at_m[1] for point in site_map.points.values() if point.kind in NAMED_KINDS]
        above_m, below_m = (
            side_m * (MARGIN_Y if any(abs(edge - y) < MARGIN_Y * side_m for y in named_m) else MARGIN)
            for edge in (top, bottom)
        )
        views.append(
            View(
                title,
                math.floor((left - MARGIN * side_m - left_m) / unit_m),
                math.floor((top_m - top - above_m) / unit_m),
                math.ceil((right - left + 2 * MARGIN * side_m) / unit_m),
                math.ceil((top - bottom + above_m + below_m) / unit_m),
            )
        )
    return Scale(left_m, top_m, unit_m, tuple(views))


def _box(points_m: Sequence[Point]) -> Box:
    xs, ys = zip(*points_m, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _side(box: Box) -> float:
    return max(box[2] - box[0], box[3] - box[1])


def _rounded(value: float) -> float:
    """Return 1, 2 or 5 times a power of ten, not above a value."""
    power = 10.0 ** math.floor(math.log10(value))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= value * (1 + 1e-9))
