"""A way on the map: points, and how far each is along it."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]
"""Coordinates in metres, as the scenario has them: x to the right, y up."""


@dataclass(frozen=True, slots=True)
class Course:
    """
    A way that vehicles follow.

    Parameters
    ----------
    points_m
        Where it bends, its ends included; at least one.
    offsets_m
        How far each is from the first, along the way; not falling.
    """

    points_m: tuple[Point, ...]
    offsets_m: tuple[float, ...]

    @property
    def length_m(self) -> float:
        """Its length."""
        return self.offsets_m[-1]

    def at(self, offset_m: float) -> Point:
        """
        Return the point so far along the way; its nearest end for one beyond it.

        Parameters
        ----------
        offset_m
            How far.
        """
        last = len(self.offsets_m) - 1
        index = min(max(bisect.bisect_right(self.offsets_m, offset_m) - 1, 0), max(last - 1, 0))
        if last == 0:
            return self.points_m[0]
        (x0, y0), (x1, y1) = self.points_m[index], self.points_m[index + 1]
        span_m = self.offsets_m[index + 1] - self.offsets_m[index]
        share = min(max((offset_m - self.offsets_m[index]) / span_m, 0.0), 1.0) if span_m > 0 else 1.0
        return x0 + share * (x1 - x0), y0 + share * (y1 - y0)

    def stretch(self, from_m: float, to_m: float) -> list[tuple[float, Point]]:
        """
        Return the bends between two offsets and both ends, each with its offset, in the order in which they are met.

        Parameters
        ----------
        from_m, to_m
            Where it begins and ends; backwards if the second is smaller.
        """
        low_m, high_m = sorted((from_m, to_m))
        inside = [
            (offset_m, point)
            for offset_m, point in zip(self.offsets_m, self.points_m, strict=True)
            if low_m < offset_m < high_m
        ]
        if to_m < from_m:
            inside.reverse()
        return [(from_m, self.at(from_m)), *inside, (to_m, self.at(to_m))]


def straight(start_m: Point, end_m: Point, length_m: float) -> Course:
    """
    Return a straight way on the map, whatever its length on the ground.

    Parameters
    ----------
    start_m, end_m
        Its ends.
    length_m
        Its length.
    """
    return Course((start_m, end_m), (0.0, length_m))


def through(points_m: Sequence[Point], lengths_m: Sequence[float]) -> Course:
    """
    Return the way through some points.

    Parameters
    ----------
    points_m
        The points.
    lengths_m
        Of the stretches between them.
    """
    offsets_m = [0.0]
    for length_m in lengths_m:
        offsets_m.append(offsets_m[-1] + length_m)
    return Course(tuple(points_m), tuple(offsets_m))
