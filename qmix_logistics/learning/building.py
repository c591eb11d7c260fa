"""Networks from a scenario's settings."""

from __future__ import annotations

from typing import assert_never

import torch

from qmix_logistics.environment.local_features import num_neighbours
from qmix_logistics.environment.state_features import MAX_STATE_TASKS
from qmix_logistics.learning.learner import TeamNetwork
from qmix_logistics.learning.mixers import AdditiveMixer, IndependentMixer, Mixer, MonotonicMixer
from qmix_logistics.learning.replay import Shape
from qmix_logistics.learning.utility_network import UtilityNetwork
from qmix_logistics.scenario.policies import Algorithm
from qmix_logistics.scenario.training import Training
from qmix_logistics.simulation import Site


def build_network(algorithm: Algorithm, training: Training, seed: int) -> TeamNetwork:
    """
    Return a network with random weights.

    Parameters
    ----------
    algorithm
        Which mixer.
    training
        Its sizes.
    seed
        Of the weights.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        utilities = UtilityNetwork(training.hidden)
        return TeamNetwork(utilities, _build_mixer(algorithm, training))


def replay_shape(site: Site) -> Shape:
    """
    Return the sizes of a scenario's observations and states.

    Parameters
    ----------
    site
        The site.
    """
    return Shape(
        num_slots=site.candidates.k,
        num_neighbours=num_neighbours(site),
        num_vehicles=site.fleet.num_vehicles,
        num_tasks=MAX_STATE_TASKS,
    )


def reward_unit(site: Site, time_constant_s: float) -> float:
    """
    Return the cost that counts as a reward of -1: one mean order for each vehicle, open for the time constant.

    Parameters
    ----------
    site
        The site.
    time_constant_s
        Of the discount.
    """
    objective = site.objective
    rate_per_h = objective.open_order_cost_per_h or objective.late_order_cost_per_h or 1.0
    return site.mean_weight * rate_per_h * time_constant_s / 3600 * site.fleet.num_vehicles


def _build_mixer(algorithm: Algorithm, training: Training) -> Mixer:
    match algorithm:
        case "iql":
            return IndependentMixer()
        case "vdn":
            return AdditiveMixer(training.hidden)
        case "qmix":
            return MonotonicMixer(training.hidden, training.hidden, training.mixer_hidden)
    assert_never(algorithm)
