"""Who scores candidates: the policy, the guide of its first days, and chance."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Bool, Float

from qmix_logistics.environment.joint_decision import Scorer
from qmix_logistics.environment.observation import JointObservation
from qmix_logistics.environment.schema import LIMIT, STOP
from qmix_logistics.learning.dispatch.entity_network import LocalBatch, UtilityNetwork
from qmix_logistics.scenario.training import Exploration

_INDEX, _ARRIVAL, _QUEUE, _IS_DROP_OFF = (
    [feature.name for feature in STOP].index(name) for name in ("index", "arrival", "queue", "is_drop_off")
)


class GreedyScorer:
    """
    Scores candidates by their advantage.

    Parameters
    ----------
    network
        The agents' network.
    """

    def __init__(self, network: UtilityNetwork) -> None:
        self._network = network

    @torch.no_grad()
    def __call__(self, observation: JointObservation) -> Float[np.ndarray, "row slot"]:
        """Return advantages; see ``Scorer``."""
        return self._network(seen_by(observation)).advantage.numpy()


def seen_by(observation: JointObservation) -> LocalBatch:
    """
    Return what the deciders see as tensors.

    Parameters
    ----------
    observation
        What they see.
    """
    return LocalBatch(
        vehicle=torch.from_numpy(observation.vehicle),
        stops=torch.from_numpy(observation.stops[observation.mask]),
        mask=torch.from_numpy(observation.mask),
        neighbours=torch.from_numpy(observation.neighbours),
        neighbour_mask=torch.from_numpy(observation.neighbour_mask),
    )


def atc_scores(observation: JointObservation) -> Float[np.ndarray, "row slot"]:
    """
    Score pick-ups by the ATC index, all else by way and queue together: the ATC rule on what each vehicle sees.

    A drop-off comes before the pick-ups that are less urgent than what is on board.

    Parameters
    ----------
    observation
        What the deciders see.
    """
    stops = observation.stops
    is_end, by_way = stops[..., _IS_DROP_OFF] > 0, -stops[..., _ARRIVAL] - stops[..., _QUEUE]
    most_urgent = stops[..., _INDEX].max(axis=1, keepdims=True, initial=-LIMIT, where=is_end)
    ends = most_urgent + by_way / (4 * LIMIT)
    scores = np.where(observation.tasks >= 0, stops[..., _INDEX], np.where(is_end, ends, by_way - 2 * LIMIT))
    return np.where(observation.mask, scores, -np.inf)


class ExploringScorer:
    """
    Scores as the policy or its guide does, but for some rows draws lots among the best, or among all candidates.

    Parameters
    ----------
    policy
        The policy.
    exploration
        Shares of the rows that draw lots; those that do choose first, in random order.
    guided_share
        Share of the rows for which the guide acts instead of the policy.
    rng
        Where the lots come from.
    """

    def __init__(self, policy: Scorer, exploration: Exploration, guided_share: float, rng: np.random.Generator) -> None:
        self._policy, self._exploration, self._rng = policy, exploration, rng
        self._guided_share = guided_share

    def __call__(self, observation: JointObservation) -> Float[np.ndarray, "row slot"]:
        """Return scores; see ``Scorer``."""
        exploration, rng, mask = self._exploration, self._rng, observation.mask
        scores, num_rows = self._policy(observation), len(mask)
        draws_any = rng.random(num_rows) < exploration.any_share
        guided = rng.random(num_rows) < self._guided_share
        if exploration.guide == "random":
            draws_any |= guided
        elif guided.any():
            scores = np.where(guided[:, None], self._guide(observation), scores)
        draws_best = rng.random(num_rows) < exploration.best_share
        drawn = (draws_any[:, None] & mask) | (draws_best[:, None] & self._are_best(observation, scores))
        lots = scores.max(initial=0.0, where=mask) + 1.0 + rng.random(scores.shape)
        return np.where(drawn, lots, scores)

    def _guide(self, observation: JointObservation) -> Float[np.ndarray, "row slot"]:
        scores = atc_scores(observation)
        if self._exploration.guide == "planner":
            slots = np.where(observation.shown >= 0, observation.shown, observation.told)
            known = np.flatnonzero(slots >= 0)
            scores[known, slots[known]] = 2 * LIMIT
        return scores

    def _are_best(
        self, observation: JointObservation, scores: Float[np.ndarray, "row slot"]
    ) -> Bool[np.ndarray, "row slot"]:
        """Tell which candidates are among the best of those that may be taken first."""
        may_be_first = observation.mask & ~observation.is_deferred
        ranked = np.sort(np.where(may_be_first, scores, -np.inf), axis=1)[:, ::-1]
        worst = ranked[:, min(self._exploration.num_best, scores.shape[1]) - 1, None]
        return may_be_first & (scores >= worst)
