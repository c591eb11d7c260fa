"""The learning curve of a team."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TeamCurvePoint:
    """
    How training stands when the team is played without exploration.

    Parameters
    ----------
    steps, episodes, updates
        Done so far.
    explored_share
        Share of actions drawn by lot.
    exploring_return
        Mean return of the training episodes since the last point; None if there were none.
    greedy_return, greedy_metric, greedy_length
        Mean return, metric and length of the episodes without exploration.
    first_value
        Mean value of their first joint actions, as the mixer sees it.
    realised_return
        Mean discounted return that these joint actions had; values that run away leave it.
    largest_action_share
        Share of the action that is taken most, among agents that had a choice.
    loss, td_error, mean_value, mean_return, gradient_norm
        Means over the gradient steps since the last point; None if there were none.
    """

    steps: int
    episodes: int
    updates: int
    explored_share: float
    exploring_return: float | None
    greedy_return: float
    greedy_metric: float
    greedy_length: float
    first_value: float
    realised_return: float
    largest_action_share: float
    loss: float | None
    td_error: float | None
    mean_value: float | None
    mean_return: float | None
    gradient_norm: float | None
