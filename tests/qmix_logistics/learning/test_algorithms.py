from __future__ import annotations

import dataclasses

import pytest
import torch

from qmix_logistics.environment.outside.registry import make_environments
from qmix_logistics.learning.algorithms import Family, OwnAlgorithm
from qmix_logistics.learning.dispatch.building import build_network
from qmix_logistics.learning.episodes.trainer import TeamTrainer
from qmix_logistics.learning.mixers import AdditiveMixer, Mixer, MonotonicMixer
from qmix_logistics.learning.objectives import Weighted
from qmix_logistics.scenario.policies import Algorithm
from qmix_logistics.scenario.team_training import TeamTraining
from qmix_logistics.scenario.training import Training

TRAINING = TeamTraining(steps=200, explore_last=1.0, evaluate_every_steps=100, evaluation_episodes=1)


def additive(family: Family) -> Mixer:
    return AdditiveMixer(family.heads if family.adds_state_value else None)


def monotonic(family: Family) -> Mixer:
    return MonotonicMixer(family.heads, family.mixer_hidden)


VDN, QMIX = OwnAlgorithm(additive), OwnAlgorithm(monotonic)
OW_QMIX = OwnAlgorithm(monotonic, lambda measure: Weighted(measure, 0.5, is_central=False), has_central_value=True)


def trained(algorithm: Algorithm | OwnAlgorithm) -> TeamTrainer:
    games = (make_environments("game:two-step", number, {}) for number in (TRAINING.envs, 1))
    trainer = TeamTrainer(*games, algorithm, TRAINING.model_copy(update={"weighting_alpha": 0.5}), seed=1)
    while trainer.progress < 1:
        trainer.train_round()
    return trainer


@pytest.mark.parametrize(("own", "ours"), [(VDN, "vdn"), (QMIX, "qmix"), (OW_QMIX, "ow_qmix")])
def test_an_own_algorithm_made_of_our_parts_is_ours_number_by_number(own: OwnAlgorithm, ours: Algorithm) -> None:
    mine, theirs = trained(own), trained(ours)
    assert [dataclasses.asdict(point) for point in mine.curve] == [dataclasses.asdict(point) for point in theirs.curve]
    weights = theirs.learner.network.state_dict()
    assert all(torch.equal(value, weights[name]) for name, value in mine.learner.network.state_dict().items())


@pytest.mark.parametrize(("own", "ours"), [(VDN, "vdn"), (QMIX, "qmix"), (OW_QMIX, "ow_qmix")])
def test_an_own_algorithm_has_our_networks_on_a_site_too(own: OwnAlgorithm, ours: Algorithm) -> None:
    mine, theirs = (build_network(each, Training(), seed=3).state_dict() for each in (own, ours))
    assert list(mine) == list(theirs)
    assert all(torch.equal(value, theirs[name]) for name, value in mine.items())
