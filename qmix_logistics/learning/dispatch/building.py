"""Networks and learners from a scenario's settings."""

from __future__ import annotations

import torch

from qmix_logistics.environment.candidates import num_slots
from qmix_logistics.environment.local_features import num_neighbours
from qmix_logistics.environment.state_features import MAX_STATE_TASKS
from qmix_logistics.learning.algorithms import Family, OwnAlgorithm, build_objective, build_team
from qmix_logistics.learning.dispatch.entity_network import UtilityNetwork
from qmix_logistics.learning.dispatch.hindsight import NUM_FEATURES
from qmix_logistics.learning.dispatch.replay_records import Shape
from qmix_logistics.learning.dispatch.state import StateEncoder
from qmix_logistics.learning.learner import Learner, LearnerSettings
from qmix_logistics.learning.network.heads import SharedHeads
from qmix_logistics.learning.network.team_network import TeamNetwork
from qmix_logistics.scenario.policies import Algorithm
from qmix_logistics.scenario.training import Training
from qmix_logistics.simulation import Site


def build_learner(
    algorithm: Algorithm | OwnAlgorithm,
    training: Training,
    seed: int,
    num_vehicles: int = 1,
) -> Learner:
    """
    Return a learner with random weights.

    Parameters
    ----------
    algorithm
        Which.
    training
        Its settings.
    seed
        Of the weights.
    num_vehicles
        Fleet over which a reward unit is spread; see ``reward_unit``.
    """
    settings = LearnerSettings(
        training.learning_rate,
        training.gradient_clip,
        training.polyak,
        training.target_every_updates,
        training.imitation(is_told=False),
        training.imitation(is_told=True),
        training.imitation_margin / num_vehicles,
    )
    objective = build_objective(algorithm, "huber", training.weighting_alpha)
    return Learner(build_network(algorithm, training, seed, num_vehicles), objective, settings)


def build_network(
    algorithm: Algorithm | OwnAlgorithm, training: Training, seed: int, num_vehicles: int = 1
) -> TeamNetwork:
    """
    Return networks with random weights.

    Parameters
    ----------
    algorithm
        Which.
    training
        Their sizes.
    seed
        Of the weights.
    num_vehicles
        Fleet over which a reward unit is spread.
    """
    hidden = training.hidden
    family = Family(
        make_agents=lambda: UtilityNetwork(hidden, training.advice_trust / num_vehicles),
        make_encoder=lambda: StateEncoder(hidden),
        heads=SharedHeads(hidden, hidden, NUM_FEATURES),
        embedding_size=hidden,
        choice_size=hidden,
        hidden=hidden,
        mixer_hidden=training.mixer_hidden,
        adds_state_value=True,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return build_team(algorithm, family)


def replay_shape(site: Site) -> Shape:
    """
    Return the sizes of a scenario's observations and states.

    Parameters
    ----------
    site
        The site.
    """
    return Shape(
        num_slots=num_slots(site),
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
