"""Learners from settings."""

from __future__ import annotations

import torch
from torch import nn

from qmix_logistics.environment.outside.team_environment import TeamSpec
from qmix_logistics.errors import TeamError
from qmix_logistics.learning.algorithms import Family, OwnAlgorithm, build_objective, build_team
from qmix_logistics.learning.episodes.flat_network import FlatNetwork
from qmix_logistics.learning.learner import Learner, LearnerSettings
from qmix_logistics.learning.network.heads import FixedHeads
from qmix_logistics.scenario.policies import Algorithm
from qmix_logistics.scenario.team_training import TeamTraining


def build_learner(algorithm: Algorithm | OwnAlgorithm, spec: TeamSpec, training: TeamTraining, seed: int) -> Learner:
    """
    Return a learner with random weights.

    Parameters
    ----------
    algorithm
        Which.
    spec
        Sizes of the environment.
    training
        Settings.
    seed
        Of the weights.
    """
    state_size = spec.state_size or spec.num_agents * spec.observation_size
    family = Family(
        make_agents=lambda: build_agents(spec, training),
        make_encoder=nn.Identity,
        heads=FixedHeads(spec.num_agents, state_size, training.hyper_hidden, training.mixer_hidden),
        embedding_size=training.hidden,
        choice_size=spec.num_agents * spec.num_actions,
        hidden=training.joint_hidden,
        mixer_hidden=training.mixer_hidden,
        adds_state_value=False,
    )
    settings = LearnerSettings(
        training.learning_rate, training.gradient_clip, training.polyak, training.target_every_updates
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = build_team(algorithm, family).to(device_of(training))
    return Learner(network, build_objective(algorithm, training.loss, training.weighting_alpha), settings)


def device_of(training: TeamTraining) -> torch.device:
    """
    Return where gradient steps are taken.

    Parameters
    ----------
    training
        Settings.

    Raises
    ------
    TeamError
        If a GPU is asked for and there is none.
    """
    has_gpu = torch.cuda.is_available()
    if training.device == "cuda" and not has_gpu:
        raise TeamError("device=cuda, but torch sees no GPU; use device=auto or device=cpu")
    return torch.device("cuda" if has_gpu and training.device != "cpu" else "cpu")


def build_agents(spec: TeamSpec, training: TeamTraining) -> FlatNetwork:
    """
    Return agents with random weights from torch's generator.

    Parameters
    ----------
    spec
        Sizes of the environment.
    training
        Settings.
    """
    return FlatNetwork(
        spec.observation_size,
        spec.num_actions,
        spec.num_agents,
        training.hidden,
        is_recurrent=training.recurrent,
        shares_parameters=training.shares_parameters,
        sees_agent_id=training.sees_agent_id,
        sees_last_action=training.sees_last_action,
    )
