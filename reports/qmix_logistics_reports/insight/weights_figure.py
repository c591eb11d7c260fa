"""Each vehicle's weight in the value of the team over the day."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from qmix_logistics.evaluation.insight import Insight
from qmix_logistics_reports.figures.figure import Canvas, Figure, Scale
from qmix_logistics_reports.numbers import short
from qmix_logistics_reports.replay.captions import clock_text, time_ticks

BINS = 24
MOST_ROWS = 40
WIDTH, LEFT, ROW = 760, 90, 16
SHADES = 8

WHY_NONE = {
    "iql": "Independent learners have no mixer: no vehicle's utility enters a value of the team.",
    "vdn": "VDN adds the utilities up: the weight of every vehicle is 1 by construction, at all times.",
    "qtran_base": "QTRAN's joint value sees choices instead of utilities, which are added up with weight 1.",
    "qtran_alt": "QTRAN's joint value sees choices instead of utilities, which are added up with weight 1.",
}
HOW = {
    "qplex": (
        "QPLEX weighs each utility by w(s), which is drawn; what it takes off for choices that fall short depends on "
        "the choices of all, and has no slope in the utilities."
    ),
}
MONOTONIC = (
    "The slope of the team's value in the vehicle's utility, ∂Q_tot/∂q, at what was chosen (Rashid et al. 2018): how "
    "much training let this vehicle's choice count at that moment. It is made from the state of the whole site and "
    "the vehicle's own view; no vehicle needs it to decide."
)


def why_no_weights(insight: Insight) -> str:
    """
    Return why there are no mixing weights to draw; empty if there are.

    Parameters
    ----------
    insight
        What was seen.
    """
    if insight.head.algorithm in WHY_NONE:
        return WHY_NONE[insight.head.algorithm]
    if insight.tables["decisions"]["mixing_weight"].notna().any():
        return ""
    return "The mixing network of this training was not kept, or no vehicle had a choice."


def weights_figure(insight: Insight) -> Figure:
    """
    Draw the mean weight of each vehicle in each stretch of the day.

    Parameters
    ----------
    insight
        What was seen; it has weights.
    """
    decisions = insight.tables["decisions"]
    known = decisions[decisions["mixing_weight"].notna()]
    end_s = float(known["time_s"].max()) * (1 + 1e-9) + 1e-9
    means = _means(known, end_s)
    names = list(means.index)[:MOST_ROWS]
    low, high = float(np.nanmin(means.to_numpy())), float(np.nanmax(means.to_numpy()))
    canvas = Canvas(WIDTH, ROW * len(names) + 78)
    x = Scale(0.0, end_s, LEFT, WIDTH - 20)
    for row, name in enumerate(names):
        y = 10 + ROW * row
        canvas.text(LEFT - 8, y + 12, name, "tick", "end")
        for column in range(BINS):
            value = float(means.loc[name, column])
            if math.isfinite(value):
                left, right = x(end_s * column / BINS), x(end_s * (column + 1) / BINS)
                span = clock_text(end_s * column / BINS), clock_text(end_s * (column + 1) / BINS)
                hint = f"{name}, {span[0]} to {span[1]}: {short(value)}"
                canvas.rectangle(left + 0.5, y, right - left - 1, ROW - 1, f"shade-{_shade(value, low, high)}", hint)
    bottom = 10 + ROW * len(names)
    for tick in time_ticks(end_s):
        canvas.text(x(tick), bottom + 16, clock_text(tick), "tick", "middle")
    for shade in range(SHADES):
        canvas.rectangle(LEFT + 18 * shade, bottom + 32, 17, 12, f"shade-{shade}")
    canvas.text(LEFT, bottom + 60, short(low), "tick")
    canvas.text(LEFT + 18 * SHADES, bottom + 60, short(high), "tick", "end")
    canvas.text(LEFT + 18 * SHADES + 12, bottom + 43, "weight; blank: it had no choice in that stretch", "tick")
    caption = HOW.get(insight.head.algorithm, MONOTONIC)
    if len(means) > MOST_ROWS:
        caption += f" The first {MOST_ROWS} of {len(means)} vehicles."
    rows = tuple(
        (
            str(name),
            str(len(values)),
            short(float(values.mean())),
            short(float(values.min())),
            short(float(values.max())),
        )
        for name, values in known.groupby("vehicle", sort=True)["mixing_weight"]
    )
    svg = canvas.render("Weight of each vehicle over the day", "A row for each vehicle, a cell for each stretch.")
    return Figure(svg, caption, ("vehicle", "decisions", "mean weight", "least", "largest"), rows)


def _means(known: pd.DataFrame, end_s: float) -> pd.DataFrame:
    """Return means with a row for each vehicle and a column for each stretch; not a number where it did not decide."""
    column = np.minimum((known["time_s"].to_numpy(float) / end_s * BINS).astype(int), BINS - 1)
    means = known.assign(column=column).pivot_table("mixing_weight", "vehicle", "column", "mean")
    return means.reindex(columns=range(BINS)).sort_index()


def _shade(value: float, low: float, high: float) -> int:
    share = (value - low) / (high - low) if high > low else 0.5
    return min(int(share * SHADES), SHADES - 1)
