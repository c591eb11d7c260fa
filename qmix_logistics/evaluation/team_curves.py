"""Learning curves of several trainings: interquartile mean, interval, and what to know before trusting them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float
from scipy import stats

CONFIDENCE = 0.95
PARTED = 0.5
"""Share of the range of returns by which greedy and exploring returns have parted."""
RUN_AWAY = 3.0
"""Value over what it brought from which on it has run away."""
TAKEN_OVER = 0.97
"""Share of choices of one action from which on it has taken over."""


@dataclass(frozen=True, slots=True)
class TeamCurves:
    """
    What several trainings learned.

    Parameters
    ----------
    points
        One row for each training and play without exploration.
    summary
        One row for each algorithm and number of steps: interquartile mean over trainings, interval and range.
    """

    points: pd.DataFrame
    summary: pd.DataFrame


@dataclass(frozen=True, slots=True)
class TeamAlert:
    """
    One thing to know.

    Parameters
    ----------
    text
        What it is.
    remedy
        What to do about it.
    """

    text: str
    remedy: str


def summarise(places: Mapping[tuple[str, int], Path]) -> TeamCurves:
    """
    Read curves, and summarise them over trainings.

    Parameters
    ----------
    places
        File of each algorithm's trainings, by its number.
    """
    curves = []
    for (algorithm, seed), place in places.items():
        curve = pd.read_csv(place)
        curve.insert(0, "algorithm", algorithm)
        curve.insert(1, "seed", seed)
        # Trainings are played at the end of the round in which a multiple of the interval is passed.
        curve.insert(2, "play", np.arange(len(curve)))
        curves.append(curve)
    points = pd.concat(curves, ignore_index=True)
    rows: list[dict[str, Any]] = []
    for (name, play), group in points.groupby(["algorithm", "play"], sort=False):
        returns = group["greedy_return"].to_numpy()
        mean, low, high = interquartile_mean(returns)
        rows.append(
            {
                "algorithm": name,
                "play": play,
                "steps": int(group["steps"].median()),
                "num_seeds": len(returns),
                "iqm": mean,
                "ci_low": low,
                "ci_high": high,
                "median": float(np.median(returns)),
                "min": float(returns.min()),
                "max": float(returns.max()),
                "metric_mean": float(group["greedy_metric"].mean()),
                "exploring_mean": float(group["exploring_return"].mean()),
            }
        )
    return TeamCurves(points, pd.DataFrame(rows))


def interquartile_mean(
    values: Float[np.ndarray, " training"], confidence: float = CONFIDENCE
) -> tuple[float, float, float]:
    """
    Return the mean of the middle half, and its interval.

    A quarter of the values, rounded down, is left out at each end. The interval is Student's t with the winsorised
    variance (Tukey and McLaughlin [1]_), which holds for few trainings, where percentiles of a bootstrap are too
    narrow.

    Parameters
    ----------
    values
        One for each training.
    confidence
        Of the interval, in (0, 1).

    Returns
    -------
    Mean, lower and upper bound; bounds are NaN for a single value.

    References
    ----------
    .. [1] Tukey and McLaughlin (1963), Less vulnerable confidence and significance procedures for location based on a
       single sample, Sankhya A 25.
    """
    number = len(values)
    cut = number // 4
    kept = number - 2 * cut
    ordered = np.sort(values)
    mean = float(ordered[cut : number - cut].mean())
    if kept < 2:
        return mean, math.nan, math.nan
    winsorised = np.clip(values, ordered[cut], ordered[number - cut - 1])
    error = float(winsorised.std(ddof=1)) * math.sqrt(number - 1) / math.sqrt(kept * (kept - 1))
    half = float(stats.t.ppf((1 + confidence) / 2, kept - 1)) * error
    return mean, mean - half, mean + half


def find_alerts(curves: TeamCurves) -> tuple[TeamAlert, ...]:
    """
    Look for what limits the results.

    Parameters
    ----------
    curves
        The curves.
    """
    return tuple(
        alert
        for (algorithm, seed), group in curves.points.groupby(["algorithm", "seed"], sort=False)
        for alert in _about_training(f"{algorithm}, training {seed}", group)
    )


def _about_training(name: str, points: pd.DataFrame) -> Iterator[TeamAlert]:
    last = points.iloc[-1]
    span = float(np.ptp(points[["greedy_return", "exploring_return"]].to_numpy()[1:])) if len(points) > 2 else 0.0
    gap = last["exploring_return"] - last["greedy_return"]
    if span > 0 and gap > PARTED * span:
        text = f"{name}: {last['greedy_return']:.3g} without exploration, {last['exploring_return']:.3g} with it."
        yield TeamAlert(
            text, "The greedy team has collapsed: chance hides it. Use recurrent agents, or explore longer."
        )
    value, brought = abs(last["first_value"]), abs(last["realised_return"])
    if value > RUN_AWAY * max(brought, span) and value > 1.0:
        text = f"{name}: values are {last['first_value']:.3g}, but brought {last['realised_return']:.3g}."
        yield TeamAlert(text, "Values have run away: lower polyak, learning_rate, discount or trace.")
    if last["largest_action_share"] > TAKEN_OVER:
        text = f"{name}: {100 * last['largest_action_share']:.0f} % of all choices are one action."
        yield TeamAlert(text, "One action has taken over: explore longer, or scale rewards up.")
