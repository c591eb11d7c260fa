"""The map as SVG, and the vehicles on it at an instant: what is seen without a script, and in print."""

from __future__ import annotations

import bisect
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from qmix_logistics.evaluation.shown.events import Waiting
from qmix_logistics.evaluation.shown.site_map import SiteMap
from qmix_logistics.evaluation.shown.whereabouts import Leg
from qmix_logistics.simulation import VehicleState
from qmix_logistics_reports.replay.glyphs import AWAITED, AWAITED_LATE, GLYPHS, WAITING, WAITING_LATE
from qmix_logistics_reports.replay.labels import label_ranks, label_y
from qmix_logistics_reports.replay.payload import ReplayedPolicy
from qmix_logistics_reports.replay.scaling import Scale, Sizes, View

PER_ROW = 4
"""So many vehicles stand beside each other at a place; more stand in further rows."""
STEP = 11.5
"""From one to the next, in units of the glyphs."""
HANDLING, QUEUEING, CHARGING = VehicleState.HANDLING, VehicleState.QUEUEING, VehicleState.CHARGING


def instant(policy: ReplayedPolicy, site_map: SiteMap, scale: Scale, view: View, sizes: Sizes, time_s: float) -> str:
    """
    Return vehicles and waiting orders at an instant as SVG.

    Parameters
    ----------
    policy
        Whose day.
    site_map
        The map.
    scale, view
        Units, and the part that is shown.
    sizes
        How large things are.
    time_s
        When.
    """
    drawing = _Instant(site_map, scale, view, sizes, time_s)
    seen = [now for now in drawing.vehicles(policy) if drawing.shows(now.at)]
    return "".join(
        (
            *drawing.marks(policy.awaited, "r-await", (AWAITED, AWAITED_LATE), has_number=False),
            *drawing.marks(policy.waiting, "r-wait", (WAITING, WAITING_LATE), has_number=True),
            *drawing.facilities(seen),
            *drawing.fleet(seen),
        )
    )


def count_px(size: float, number: int) -> float:
    """
    Return the height of a number that fits into its mark.

    Parameters
    ----------
    size
        Scale of the mark.
    number
        The number.
    """
    return size * (5.2 if number < 10 else 4.2 if number < 100 else 3.0)


@dataclass(frozen=True, slots=True)
class _Now:
    """A vehicle at an instant: where, in units; what it does; which way it drives, in degrees (None: it stands)."""

    name: str
    at: tuple[int, int]
    state: VehicleState
    since_s: float
    heading: float | None
    is_loaded: bool


class _Instant:
    """Draws one view at one instant."""

    def __init__(self, site_map: SiteMap, scale: Scale, view: View, sizes: Sizes, time_s: float) -> None:
        self._map, self._scale, self._view, self._sizes, self._time_s = site_map, scale, view, sizes, time_s
        self._inside, self._ranks = scale.inside(view), label_ranks(site_map, scale, sizes)

    def shows(self, at: tuple[int, int]) -> bool:
        """Tell whether something is drawn here, and not in a view of its own."""
        return self._view.holds(at) and not (self._inside is not None and self._inside.holds(at))

    def vehicles(self, policy: ReplayedPolicy) -> Iterator[_Now]:
        """Yield where all vehicles are."""
        for name, legs in policy.legs.items():
            if not legs:
                continue
            leg = legs[max(bisect.bisect_right([leg.start_s for leg in legs], self._time_s) - 1, 0)]
            is_loaded = sum(change for when_s, change in policy.loads.get(name, ()) if when_s <= leg.start_s) > 0
            heading = None if leg.from_m == leg.to_m else _heading(leg)
            yield _Now(name, self._scale(leg.at(self._time_s)), leg.state, leg.start_s, heading, is_loaded)

    def marks(
        self, waiting: Sequence[Waiting], kind: str, outlines: tuple[str, str], *, has_number: bool
    ) -> Iterator[str]:
        """Yield marks where something waits, the larger the more there is of it."""
        time_s, sizes = self._time_s, self._sizes
        here = [task for task in waiting if task.from_s <= time_s and (task.until_s is None or time_s < task.until_s)]
        late = {task.place for task in here if task.due_s < time_s}
        for place, number in sorted(Counter(task.place for task in here).items()):
            x, y = self._scale(self._map.points[place].at_m)
            if not self.shows((x, y)):
                continue
            size = sizes.glyph * min(0.8 + 0.25 * number**0.5, 2.0)
            is_late = place in late
            yield (
                f'<path class="{kind}{" r-late" if is_late else ""}" transform="translate({x} {y})scale({size:.2f})" '
                f'd="{outlines[is_late]}"/>'
            )
            if has_number and number > 1:
                style = f"font-size:{count_px(size, number):.0f}px"
                yield f'<text class="r-count" x="{x}" y="{y}" style="{style}">{number}</text>'

    def facilities(self, seen: Sequence[_Now]) -> Iterator[str]:
        """Yield how many vehicles are served at each facility, of how many servers, and how many more wait."""
        standing = Counter((now.at, now.state) for now in seen if now.heading is None)
        for name, servers in self._map.servers.items():
            if name not in self._ranks:
                continue
            at = self._scale(self._map.points[name].at_m)
            served, queueing = standing[at, HANDLING] + standing[at, CHARGING], standing[at, QUEUEING]
            text = " ".join(
                filter(None, (f"{served}/{servers}" if servers else "", f"+{queueing}" if queueing else ""))
            )
            if text and self.shows(at):
                y = label_y(self._view, self._sizes, at, 2 * self._ranks[name] + 1)
                yield f'<text class="r-served" x="{at[0]}" y="{y}" style="font-size:{self._sizes.text}px">{text}</text>'

    def fleet(self, seen: Sequence[_Now]) -> Iterator[str]:
        """Yield the vehicles; those that stand at one place in rows, who is served first, then as they came."""
        groups: dict[tuple[int, int], list[_Now]] = {}
        for now in seen:
            if now.heading is None:
                groups.setdefault(now.at, []).append(now)
            else:
                yield self._vehicle(now, now.at)
        for at, group in groups.items():
            group.sort(key=lambda now: (now.state not in (HANDLING, CHARGING), now.since_s))
            for rank, now in enumerate(group):
                column, row = rank % PER_ROW - (min(len(group), PER_ROW) - 1) / 2, rank // PER_ROW
                step = STEP * self._sizes.glyph
                x, y = at[0] + step * column, at[1] + step * row * (-1 if self._view.is_low(at) else 1)
                yield self._vehicle(now, (round(x), round(y)))

    def _vehicle(self, now: _Now, at: tuple[int, int]) -> str:
        turn = f"rotate({now.heading:.0f})" if now.heading else ""
        kind = f"r-vehicle r-s{int(now.state)}{' r-full' if now.is_loaded else ''}"
        return (
            f'<path class="{kind}" transform="translate({at[0]} {at[1]})scale({self._sizes.glyph}){turn}" '
            f'd="{GLYPHS[now.state]}"><title>{escape(now.name)}</title></path>'
        )


def _heading(leg: Leg) -> float:
    (x0, y0), (x1, y1) = leg.from_m, leg.to_m
    return math.degrees(math.atan2(y0 - y1, x1 - x0))
