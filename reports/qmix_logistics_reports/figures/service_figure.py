"""Service over the day: orders done, orders open and orders on time, of every policy."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from jaxtyping import Float

from qmix_logistics.evaluation.service import Service
from qmix_logistics_reports.clock import clock_label, clock_ticks
from qmix_logistics_reports.figures.axes import BOLD_LETTER, draw_y_axis
from qmix_logistics_reports.figures.figure import Canvas, Figure, Scale
from qmix_logistics_reports.figures.look import Look, draw_mark
from qmix_logistics_reports.numbers import short

WIDTH, LEFT, RIGHT = 900, 60, 20
PANEL, GAP = 132, 34
Line = Callable[[Service], tuple[Float[np.ndarray, " point"], Float[np.ndarray, " point"]]]


def service_figure(
    services: Mapping[str, Service],
    looks: Mapping[str, Look],
    demand_s: float,
    starts_s: float,
    *,
    is_steady: bool,
    num_left_out: int,
) -> Figure:
    """
    Draw throughput, open orders and on-time share over the day, one panel above the other.

    Parameters
    ----------
    services
        The service of each policy that is drawn.
    looks
        How each looks.
    demand_s
        How long orders come in.
    starts_s
        Time of the clock when the day begins.
    is_steady
        Whether there is no drain, so that a warm-up is looked for.
    num_left_out
        Policies that are not drawn.
    """
    panels: tuple[tuple[str, Line], ...] = (
        ("orders done per hour", lambda s: (_middles(s.edges_s), s.throughput_per_h)),
        ("orders open", lambda s: (s.samples_s, s.open_orders)),
        ("% of the orders that came in then done on time", lambda s: (_middles(s.edges_s), s.on_time_pct)),
    )
    until_s = float(next(iter(services.values())).edges_s[-1])
    legend, top = _legend(list(services))
    canvas = Canvas(WIDTH, top + len(panels) * (PANEL + GAP) + 30)
    x_scale = Scale(0, until_s, LEFT, WIDTH - RIGHT)
    cuts = [service.warm_up_s for service in services.values()] if is_steady else []
    warm_up_s = None if None in cuts else max((cut for cut in cuts if cut is not None), default=None)
    for (policy, look), (x, y) in zip(((name, looks[name]) for name in services), legend, strict=True):
        canvas.path([(x, y), (x + 26, y)], f"curve {look.line}")
        draw_mark(canvas, x + 13, y, look, size=4)
        canvas.text(x + 33, y + 4, policy, look.text)
    for number, (name, line) in enumerate(panels):
        start = top + number * (PANEL + GAP) + 18
        lines = {policy: line(service) for policy, service in services.items()}
        _draw_panel(canvas, name, lines, looks, x_scale, start, (demand_s, warm_up_s or 0.0))
    bottom = top + (len(panels) - 1) * (PANEL + GAP) + 18 + PANEL
    for tick in clock_ticks(until_s, starts_s):
        canvas.text(x_scale(tick), bottom + 18, clock_label(tick, starts_s, until_s), "tick", "middle")
    axis = "time of the day" if starts_s else "time since the day began, hours and minutes"
    canvas.text((LEFT + WIDTH - RIGHT) / 2, bottom + 36, axis, "tick", "middle")
    svg = canvas.render("Service over the day", "Three panels, a line for each policy.")
    caption = _caption(warm_up_s, demand_s, until_s, starts_s, num_left_out, is_steady=is_steady)
    columns = ("from", *("done per h", "open", "on time %") * len(services))
    groups = tuple((policy, 3) for policy in services)
    return Figure(svg, caption, columns, _numbers(services, starts_s, until_s), groups)


def _caption(
    warm_up_s: float | None, demand_s: float, until_s: float, starts_s: float, num_left_out: int, *, is_steady: bool
) -> str:
    text = "Means over all test days."
    if not is_steady and demand_s < until_s:
        at = clock_label(demand_s, starts_s, until_s)
        text += f" From the dashed line, {at}, on no more orders come in and the fleet finishes."
    elif is_steady and warm_up_s is None:
        text += (
            " These days are too short to tell where the warm-up ends (MSER-5 finds no cut in the first half), so no "
            "steady state can be claimed."
        )
    elif is_steady and warm_up_s is not None and warm_up_s > 0:
        at = clock_label(warm_up_s, starts_s, until_s)
        text += f" The shaded warm-up ends at {at} by MSER-5 on the open orders, the latest of all policies drawn."
        text += " Indicators cover the whole day, warm-up included."
    elif is_steady:
        text += " MSER-5 finds no warm-up in the open orders."
    if is_steady:
        text += " Orders that were neither done nor due when the day ended are left out of the share on time."
    if num_left_out:
        text += f" {num_left_out} dearer {'policies are' if num_left_out > 1 else 'policy is'} not drawn."
    return text


def _middles(edges_s: Float[np.ndarray, " edge"]) -> Float[np.ndarray, " stretch"]:
    return (edges_s[:-1] + edges_s[1:]) / 2


def _legend(names: Sequence[str]) -> tuple[list[tuple[float, float]], float]:
    """Return where the names of policies go, and where the legend ends."""
    places: list[tuple[float, float]] = []
    x, y = float(LEFT), 14.0
    for name in names:
        width = 50 + BOLD_LETTER * len(name)
        if x + width > WIDTH and x > LEFT:
            x, y = float(LEFT), y + 20
        places.append((x, y))
        x += width
    return places, y + 12


def _draw_panel(
    canvas: Canvas,
    name: str,
    lines: Mapping[str, tuple[Float[np.ndarray, " point"], Float[np.ndarray, " point"]]],
    looks: Mapping[str, Look],
    x_scale: Scale,
    start: float,
    marks_s: tuple[float, float],
) -> None:
    demand_s, warm_up_s = marks_s
    values = [float(value) for _, ys in lines.values() for value in ys if math.isfinite(value)] or [0.0]
    is_share = name.startswith("%")
    high = 100.0 if is_share else max(*values, 1e-9) * 1.06
    low = min(80.0, *values) if is_share else 0.0
    y_scale = Scale(low, high, start + PANEL, start + 8)
    if warm_up_s > 0:
        canvas.rectangle(x_scale.start, start + 8, x_scale(warm_up_s) - x_scale.start, PANEL - 8, "zone")
    canvas.text(LEFT, start, name, "tick panel")
    draw_y_axis(canvas, y_scale, x_scale.start, x_scale.end, 4)
    if demand_s < x_scale.high:
        canvas.line(x_scale(demand_s), start + 8, x_scale(demand_s), start + PANEL, "mark-line")
    for number, (policy, (xs, ys)) in enumerate(reversed(list(lines.items()))):
        points = [(x_scale(float(x)), y_scale(float(y))) for x, y in zip(xs, ys, strict=True) if math.isfinite(y)]
        weak = "" if looks[policy].role != "other" else " weak"
        canvas.path(points, f"curve {looks[policy].line}{weak}")
        every = max(1, len(points) // 6)
        first = min((number * every) // len(lines), len(points) - 1)
        for x, y in points[max(first, 0) :: every]:
            draw_mark(canvas, x, y, looks[policy], size=3)


def _numbers(services: Mapping[str, Service], starts_s: float, until_s: float) -> tuple[tuple[str, ...], ...]:
    """Return a row for each stretch of the day, three columns for each policy."""
    edges_s = next(iter(services.values())).edges_s
    rows = []
    for index, edge_s in enumerate(edges_s[:-1].tolist()):
        row = [clock_label(edge_s, starts_s, until_s)]
        for service in services.values():
            is_open = float(np.interp(edge_s, service.samples_s, service.open_orders))
            numbers = (service.throughput_per_h[index], is_open, service.on_time_pct[index])
            row += [short(float(number)) for number in numbers]
        rows.append(tuple(row))
    return tuple(rows)
