"""What a reader must know of the trainings behind the numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from qmix_logistics.evaluation.alert import Alert, AlertKind, Severity
from qmix_logistics.scenario import ScenarioSpec

PARTED = 2.0
"""Greedy validation cost over exploring cost from which on the two have parted: other days may cost more."""
MOSTLY_OWN = 0.2
"""Share of guided choices below which training days tell what the policy itself does."""
RUN_AWAY = 5.0
"""Value over what days brought from which on it has run away."""
TAKEN_OVER = 0.98
"""Share of choices of one kind of stop from which on it has taken over."""


def about_training(spec: ScenarioSpec, training: pd.DataFrame) -> Iterator[Alert]:
    """
    Look for what went wrong in training, or could go better.

    Parameters
    ----------
    spec
        The scenario.
    training
        Learning curves.
    """
    if not len(training):
        return
    if not spec.training.budget.is_repeatable:
        text = "The training budget is in seconds, so another run gives other policies."
        yield Alert(AlertKind.CLOCK, Severity.WARNING, text, "Give the budget in days.")
    for (policy, seed), rows in training.groupby(["policy", "training_seed"], sort=False):
        greedy = rows.dropna(subset="greedy_cost")
        if len(greedy) > 2 and bool(greedy["is_best"].iloc[-1]):
            text = f"{policy}, training {seed}, was still improving when it ended."
            yield Alert(AlertKind.STILL_IMPROVING, Severity.NOTE, text, "Train longer with --train-budget.")
        last = greedy.iloc[-1]
        exploring = _late_exploring_cost(rows)
        if last["greedy_cost"] > PARTED * exploring:
            costs = f"{last['greedy_cost']:.2f} without exploration, {exploring:.2f} with it"
            text = f"{policy}, training {seed}: the last policy costs {costs}."
            yield Alert(
                AlertKind.COLLAPSED,
                Severity.WARNING,
                text,
                "The greedy policy has collapsed; the best one before was kept.",
            )
        yield from _about_values(f"{policy}, training {seed}", rows)
        yield from _about_shares(f"{policy}, training {seed}", rows)


def _about_values(name: str, training: pd.DataFrame) -> Iterator[Alert]:
    learned = training.dropna(subset="mean_value")
    if not len(learned):
        return
    last = learned.iloc[-1]
    value, brought = last["mean_value"], learned["realised_return"].min()
    if abs(value) > RUN_AWAY * max(abs(brought), 1.0):
        text = f"{name}: values are {value:.3g}, but days brought {brought:.3g} at worst."
        remedy = "Values have run away: lower training.polyak, learning_rate or discount_time_constant_s."
        yield Alert(AlertKind.VALUES_RAN_AWAY, Severity.WARNING, text, remedy)


def _about_shares(name: str, training: pd.DataFrame) -> Iterator[Alert]:
    """Tell which kind of stop has taken over from others that were chosen before."""
    shares = training.filter(like="share_")
    last, first = shares.iloc[-1], shares.iloc[0]
    kind = str(last.idxmax())
    if last[kind] > TAKEN_OVER > first[kind]:
        stop = kind.removeprefix("share_").replace("_", " ")
        text = f"{name}: {100 * last[kind]:.0f} % of the last choices were one kind of stop, {stop}."
        remedy = "Look at the other kinds: lengthen training.exploration.guide_days, or raise any_share."
        yield Alert(AlertKind.ONE_KIND_OF_STOP, Severity.NOTE, text, remedy)


def _late_exploring_cost(training: pd.DataFrame) -> float:
    """Return the mean cost of the days on which the policy explored by itself; not a number before that."""
    num_days = training["days"].diff().fillna(training["days"])
    late = training["guided_share"] < MOSTLY_OWN
    return (
        float((training["exploring_cost"] * num_days)[late].sum() / max(num_days[late].sum(), 1))
        if late.any()
        else np.nan
    )
