"""The replay as a section of the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from qmix_logistics.evaluation.contender import Contender
from qmix_logistics.evaluation.shown.events import cost_so_far
from qmix_logistics.evaluation.shown.shown_day import ShownDay, ShownPolicy
from qmix_logistics_reports.numbers import short
from qmix_logistics_reports.replay.captions import clock_text, how_drawn, role_of, why_this_day, window_shown
from qmix_logistics_reports.replay.glyphs import GLYPHS, STATES
from qmix_logistics_reports.replay.ground import ground
from qmix_logistics_reports.replay.instant import instant
from qmix_logistics_reports.replay.payload import Replay, ReplayedPolicy, busiest_s, replay_of
from qmix_logistics_reports.replay.scaling import View, sizes_of
from qmix_logistics_reports.replay.strip import Strip, strip_of

TABLE_ROWS = 12
LOADED_TRAVEL = 2


@dataclass(frozen=True, slots=True)
class Counts:
    """
    How a policy stands at an instant.

    Parameters
    ----------
    waiting, done, late
        Orders that are open, that are done, and that have become late.
    cost
        Cost so far.
    """

    waiting: str
    done: str
    late: str
    cost: str


@dataclass(frozen=True, slots=True)
class Panel:
    """
    One policy.

    Parameters
    ----------
    name, role
        Who, and what it is in the comparison.
    counts
        How it stands at the instant that is drawn.
    drawings
        The vehicles at that instant, for each view.
    """

    name: str
    role: str
    counts: Counts
    drawings: tuple[Markup, ...]


@dataclass(frozen=True, slots=True)
class DrawnView:
    """
    A view of the map.

    Parameters
    ----------
    view
        Which part.
    ground
        What stands still there.
    """

    view: View
    ground: Markup


@dataclass(frozen=True, slots=True)
class DrawnReplay:
    """
    All that the template needs.

    Parameters
    ----------
    caption, notes
        Which day it is and why, and how it is drawn.
    views, panels
        The map, and the policies.
    instant, instant_share
        The time that is drawn without a script, and how far it is through the window.
    strip, ends
        Open orders over the window, and its ends.
    data
        For the script.
    speeds, speed
        Speeds on offer, and the first one.
    vehicles
        Names of the vehicles.
    awaits, has_batteries
        Whether customers wait, and whether vehicles have batteries.
    legend
        Class, outline and meaning of each shape.
    columns, rows
        How the policies stand at even times.
    """

    caption: str
    notes: tuple[str, ...]
    views: tuple[DrawnView, ...]
    panels: tuple[Panel, ...]
    instant: str
    instant_share: float
    strip: Strip
    ends: tuple[str, str]
    data: Markup
    speeds: tuple[int, ...]
    speed: int
    vehicles: tuple[str, ...]
    awaits: bool
    has_batteries: bool
    legend: tuple[tuple[str, str, str], ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ReplaySection:
    """
    The section.

    Parameters
    ----------
    drawn
        The replay; None if there is none.
    absent
        Why not.
    window_s
        Which part of the day it shows; empty if there is none.
    """

    drawn: DrawnReplay | None
    absent: str = ""
    window_s: tuple[float, float] = (0.0, -1.0)


def replay_section(shown: ShownDay | str, contenders: Sequence[Contender], from_s: float) -> ReplaySection:
    """
    Return the section.

    Parameters
    ----------
    shown
        The day, or why there is none.
    contenders
        The policies of the experiment.
    from_s
        When the replay begins.
    """
    if isinstance(shown, str):
        return ReplaySection(None, f"There is no replay: {shown}.")
    if not shown.site_map.has_coordinates:
        return ReplaySection(
            None,
            "There is no replay, because there is no map: the network is a table of trips that does not say where "
            "places are. Columns x_m and y_m in the file of places would.",
        )
    replay = replay_of(shown, from_s)
    return ReplaySection(_drawn(shown, contenders, replay), window_s=(replay.clock.from_s, replay.clock.until_s))


def _drawn(shown: ShownDay, contenders: Sequence[Contender], replay: Replay) -> DrawnReplay:
    site_map, scale, clock = shown.site_map, replay.scale, replay.clock
    vehicles = tuple(site_map.vehicles)
    views = [(view, sizes_of(view, len(vehicles))) for view in scale.views]
    at_s = busiest_s(shown, clock)

    def panel(policy: ReplayedPolicy) -> Panel:
        name = policy.shown.unit.policy
        drawings = tuple(_markup(instant(policy, site_map, scale, view, sizes, at_s)) for view, sizes in views)
        return Panel(name, role_of(name, contenders, shown.choice), _counts(policy.shown, shown, at_s), drawings)

    columns, rows = _table(shown, replay)
    return DrawnReplay(
        caption=f"{why_this_day(shown)} {window_shown(replay)} Every policy meets the same orders at the same times.",
        notes=how_drawn(site_map),
        views=tuple(DrawnView(view, _markup(ground(site_map, scale, view, sizes))) for view, sizes in views),
        panels=tuple(panel(policy) for policy in replay.policies),
        instant=clock_text(at_s),
        instant_share=(at_s - clock.from_s) / (clock.until_s - clock.from_s),
        strip=strip_of(shown.policies, shown.demanded.outages_s, clock),
        ends=(clock_text(clock.from_s), clock_text(clock.until_s)),
        data=_markup(replay.json),
        speeds=replay.speeds,
        speed=replay.speed,
        vehicles=vehicles,
        awaits=any(policy.awaited for policy in replay.policies),
        has_batteries=any(vehicle.capacity_wh is not None for vehicle in site_map.vehicles.values()),
        legend=_legend(shown),
        columns=columns,
        rows=rows,
    )


def _markup(text: str) -> Markup:
    """Return drawings, whose names are escaped where they are drawn, or JSON, which holds no ``<``."""
    return Markup(text)


def _open_at(policy: ShownPolicy, time_s: float) -> int:
    return sum(o.release_s <= time_s and (o.closed_s is None or o.closed_s > time_s) for o in policy.records.orders)


def _counts(policy: ShownPolicy, shown: ShownDay, time_s: float) -> Counts:
    records = policy.records
    done = sum(order.done_s is not None and order.done_s <= time_s for order in records.orders)
    late = sum(
        order.due_s <= time_s and order.due_s < (records.end_s if order.closed_s is None else order.closed_s)
        for order in records.orders
    )
    cost = float(cost_so_far(records, shown.objective, np.array([time_s]))[0])
    return Counts(str(_open_at(policy, time_s)), str(done), str(late), short(cost, 4))


def _legend(shown: ShownDay) -> tuple[tuple[str, str, str], ...]:
    """Return the shapes of the states that occur."""
    states = sorted({int(segment.state) for policy in shown.policies for segment in policy.records.segments})
    full = {LOADED_TRAVEL: " r-full"}
    return tuple((f"r-s{state}{full.get(state, '')}", GLYPHS[state], STATES[state]) for state in states)


def _table(shown: ShownDay, replay: Replay) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    times_s = np.linspace(replay.clock.from_s, replay.clock.until_s, TABLE_ROWS + 1)
    columns = ["time"]
    for policy in shown.policies:
        columns += [f"{policy.unit.policy}: {what}" for what in ("open", "done", "late", "cost so far")]
    rows = []
    for time_s in times_s.tolist():
        row = [clock_text(time_s)]
        for policy in shown.policies:
            counts = _counts(policy, shown, time_s)
            row += [counts.waiting, counts.done, counts.late, counts.cost]
        rows.append(tuple(row))
    return tuple(columns), tuple(rows)
