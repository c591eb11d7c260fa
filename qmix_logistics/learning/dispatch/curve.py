"""The learning curve."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """
    How training stands after a round.

    Parameters
    ----------
    days
        Days trained on.
    epochs
        Joint decisions made.
    updates
        Gradient steps taken.
    guided_share
        Share of the round's choices that were left to the guide.
    exploring_cost
        Mean cost of the round's days, with exploration.
    greedy_cost
        Mean cost of the validation days, without exploration; None if they were not played.
    is_best
        Whether the policy was kept.
    loss, td_error, mean_value, mean_return, gradient_norm
        Means over the round's gradient steps; None if there were none.
    realised_return
        What values would be if the cost of the round's days came evenly: the cost of one time constant of the
        discount, as a reward.
    shares
        Share of each kind of stop among the round's choices.
    """

    days: int
    epochs: int
    updates: int
    guided_share: float
    exploring_cost: float
    greedy_cost: float | None
    is_best: bool
    loss: float | None
    td_error: float | None
    mean_value: float | None
    mean_return: float | None
    gradient_norm: float | None
    realised_return: float
    shares: dict[str, float]
