"""Where it gets crowded: how many vehicles pass each stretch of the site, and where they stand blocked."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

from qmix_logistics.evaluation.arc_load import ArcLoad
from qmix_logistics.evaluation.arc_ways import Pair
from qmix_logistics.scenario.layout import Layout
from qmix_logistics_reports.figures.figure import Canvas, Figure
from qmix_logistics_reports.figures.site_drawing import (
    MapFrame,
    draw_facilities,
    draw_scale,
    draw_site,
    has_map,
    map_frame,
    site_aspect,
)
from qmix_logistics_reports.numbers import short

WIDTH, LEGEND, TITLE = 900, 34, 22
STEPS = 5
"""Shades and widths of lines."""
WIDE = 1.5
"""Width over height from which on maps lie below each other."""
MOST_HINTS = 500
"""Stretches beyond which none says what it is when pointed at."""
MOST_ROWS = 15
MOST_LINES = 3000
LEAST_JAM = 0.02
"""Share of the longest jam below which one is not drawn."""

Loads = Mapping[Pair, ArcLoad]


def heat_map(loads: Mapping[str, Loads], layout: Layout, day_label: str, *, is_exact: bool) -> Figure:
    """
    Draw how often each stretch is passed, and where vehicles stand blocked, a map for each policy.

    Parameters
    ----------
    loads
        Use of the arcs under each policy, on the same day.
    layout
        The network.
    day_label
        Which day.
    is_exact
        Whether the records say which stretches were driven.
    """
    most = max((load.passages for own in loads.values() for load in own.values()), default=0)
    jam_s = max((load.blocked_s for own in loads.values() for load in own.values()), default=0.0)
    caption = _caption(list(loads), day_label, jam_s, is_exact=is_exact)
    columns = ("stretch", *("passages", "blocked s") * len(loads))
    svg = _draw(loads, layout, most, jam_s) if has_map(layout) else ""
    return Figure(svg, caption, columns, _numbers(loads), tuple((policy, 2) for policy in loads))


def _draw(loads: Mapping[str, Loads], layout: Layout, most: int, jam_s: float) -> str:
    is_wide = site_aspect(layout) > WIDE or len(loads) == 1
    width = WIDTH if is_wide else WIDTH / len(loads)
    first = map_frame(layout, 0, LEGEND + TITLE, width)
    height = first.height + 72
    canvas = Canvas(WIDTH, LEGEND + (TITLE + height) * (len(loads) if is_wide else 1))
    _draw_legend(canvas, most, jam_s)
    for number, (policy, own) in enumerate(loads.items()):
        left, top = (0.0, LEGEND + number * (TITLE + height)) if is_wide else (number * width, float(LEGEND))
        canvas.text(left + width / 2, top + 16, policy, "label strong", "middle")
        frame = map_frame(layout, left, top + TITLE, width)
        draw_site(canvas, frame, layout)
        _draw_lines(canvas, frame, layout, own, most)
        _draw_jams(canvas, frame, layout, own, jam_s)
        draw_facilities(canvas, frame, layout)
        draw_scale(canvas, frame)
    return canvas.render("Traffic on the site", "A map for each policy: wide lines are passed often.")


def _draw_legend(canvas: Canvas, most: int, jam_s: float) -> None:
    x = 12.0
    for step, (low, high) in enumerate(_ranges(most), start=1):
        canvas.line(x, 14, x + 22, 14, f"heat heat-{step}")
        text = f"{low}–{high}" if low < high else str(high)
        canvas.text(x + 28, 18, text, "tick")
        x += 42 + 7.0 * len(text)
    canvas.text(x, 18, "passages", "tick")
    if jam_s > 0:
        canvas.circle(x + 94, 14, 7, "jam")
        canvas.text(x + 106, 18, f"up to {short(jam_s, 3)} s stood blocked", "tick")


def _ranges(most: int) -> list[tuple[int, int]]:
    """Return the ranges of the steps; fewer where there are fewer numbers."""
    bounds = [math.floor(most * (step / STEPS) ** 2) for step in range(STEPS + 1)]
    return [(low + 1, high) for low, high in itertools.pairwise(bounds) if high > low]


def _draw_lines(canvas: Canvas, frame: MapFrame, layout: Layout, loads: Loads, most: int) -> None:
    ranges = _ranges(most)
    busy = sorted(((load, arc) for arc, load in loads.items() if load.passages), key=lambda entry: entry[0].passages)
    busy = busy[-MOST_LINES:]
    for step, (low, high) in enumerate(ranges, start=1):
        own = [(arc, load) for load, arc in busy if low <= load.passages <= high]
        outlines = [_line(frame, layout, arc) for arc, _ in own]
        if len(busy) > MOST_HINTS:
            canvas.shape("".join(outlines), f"heat heat-{step}")
            continue
        for (arc, load), outline in zip(own, outlines, strict=True):
            blocked = f", blocked {short(load.blocked_s)} s" if load.blocked_s else ""
            canvas.shape(outline, f"heat heat-{step}", f"{arc[0]} – {arc[1]}: passed {load.passages} times{blocked}")


def _draw_jams(canvas: Canvas, frame: MapFrame, layout: Layout, loads: Loads, jam_s: float) -> None:
    for arc, load in sorted(loads.items()):
        if load.blocked_s > LEAST_JAM * jam_s:
            (x1, y1), (x2, y2) = _ends(frame, layout, arc)
            radius = max(1.5, 9 * math.sqrt(load.blocked_s / jam_s))
            hint = f"{arc[0]} – {arc[1]}: blocked {short(load.blocked_s)} s"
            canvas.circle((x1 + x2) / 2, (y1 + y2) / 2, radius, "jam", hint)


def _line(frame: MapFrame, layout: Layout, arc: Pair) -> str:
    (x1, y1), (x2, y2) = _ends(frame, layout, arc)
    return f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"


def _ends(frame: MapFrame, layout: Layout, arc: Pair) -> list[tuple[float, float]]:
    nodes = layout.graph.nodes
    return [frame.at(nodes[name]["x_m"], nodes[name]["y_m"]) for name in arc]


def _caption(policies: list[str], day_label: str, jam_s: float, *, is_exact: bool) -> str:
    text = (
        f"Vehicles that passed each stretch on day {day_label}, both ways together, under {' and '.join(policies)}: "
        "the wider a line, the more. "
    )
    text += (
        "Circles show where vehicles stood blocked, their area for how long. "
        if jam_s > 0
        else "No vehicle stood blocked. "
    )
    if not is_exact:
        text += "The records name the ends of trips; they are laid on the quickest ways. "
    return f"{text}The table has the busiest and the most blocked stretches."


def _numbers(loads: Mapping[str, Loads]) -> tuple[tuple[str, ...], ...]:
    """Return a row for each of the busiest and the most blocked stretches."""
    arcs = {arc for own in loads.values() for arc in own}

    def passages(arc: Pair) -> int:
        return max(own[arc].passages for own in loads.values() if arc in own)

    def blocked_s(arc: Pair) -> float:
        return max(own[arc].blocked_s for own in loads.values() if arc in own)

    jammed = sorted((arc for arc in arcs if blocked_s(arc) > 0), key=lambda arc: (-blocked_s(arc), arc))
    busiest = sorted(arcs, key=lambda arc: (-passages(arc), arc))
    chosen = dict.fromkeys([*busiest[:MOST_ROWS], *jammed[:MOST_ROWS]])
    nothing = ArcLoad()
    return tuple(
        (
            f"{arc[0]} – {arc[1]}",
            *(
                text
                for own in loads.values()
                for load in [own.get(arc, nothing)]
                for text in (str(load.passages), short(load.blocked_s))
            ),
        )
        for arc in chosen
    )
