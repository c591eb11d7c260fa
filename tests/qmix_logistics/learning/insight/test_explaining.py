from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
import torch
from documents import battery_scenario
from observing import observations_of_a_day
from playing import test_day
from torch import Tensor

from qmix_logistics.environment.joint_decision import grant_slots
from qmix_logistics.environment.observation import JointObservation
from qmix_logistics.environment.schema import STOP
from qmix_logistics.learning.dispatch.building import build_network
from qmix_logistics.learning.dispatch.entity_network import UtilityNetwork
from qmix_logistics.learning.dispatch.hindsight import NUM_FEATURES, Hindsight
from qmix_logistics.learning.dispatch.scorers import seen_by
from qmix_logistics.learning.dispatch.state import StateBatch
from qmix_logistics.learning.insight.explaining import influences, mixing_weights, utilities_of
from qmix_logistics.learning.network.decisions import Decisions, Team, Utilities
from qmix_logistics.learning.network.grouping import Grouping
from qmix_logistics.learning.network.team_network import TeamNetwork
from qmix_logistics.scenario.policies import Algorithm
from qmix_logistics.simulation import compile_site

SPEC = battery_scenario(
    fleet__0__count=4, demand__rate_per_h=240, horizon={"demand_s": 600, "drain_s": 600}, training={"hidden": 16}
)
ALGORITHMS = get_args(Algorithm)
WITHOUT_WEIGHTS = ("iql", "qtran_base", "qtran_alt")


@pytest.fixture(scope="module")
def observations() -> list[JointObservation]:
    """Observations in which several vehicles decide, or one among many stops."""
    seen = observations_of_a_day(SPEC)
    return [each for each in seen if len(each.decider) > 1 or each.mask.sum() > 4][:30]


def agents(seed: int = 0) -> UtilityNetwork:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = UtilityNetwork(16)
        torch.nn.init.normal_(network.advantage.weight)
    return network.requires_grad_(False)


def slots_of(network: UtilityNetwork, observation: JointObservation) -> np.ndarray:
    scores = network(seen_by(observation)).advantage.numpy()
    return grant_slots(scores, observation.tasks, observation.is_fallback, observation.epoch)


def value_of_team(mixing: TeamNetwork, observation: JointObservation, slots: np.ndarray, more: Tensor) -> float:
    """Return Q_tot with so much more utility for each decider, from the mixer itself."""
    network, state = agents(), observation.state
    assert state is not None
    utilities, embedding, stops = network.see(seen_by(observation))
    encoded = StateBatch(
        *(torch.from_numpy(part) for part in (state.vehicles, state.tasks, state.task_mask, state.site))
    )
    team = Team(
        Grouping(torch.zeros(len(slots), dtype=torch.long), 1),
        lambda: embedding,
        lambda: mixing.encoder(encoded),
        torch.zeros(1, NUM_FEATURES),
    )
    decisions = Decisions(Utilities(utilities.value + more, utilities.advantage), team, stops)
    with torch.no_grad():
        return float(mixing.mixer(decisions, torch.from_numpy(slots)).sum())


@pytest.mark.parametrize("algorithm", [name for name in ALGORITHMS if name not in WITHOUT_WEIGHTS])
def test_mixing_weights_are_the_slopes_of_the_team_value(
    algorithm: Algorithm, observations: list[JointObservation]
) -> None:
    """Against differences of the mixer's own value, one vehicle at a time."""
    mixing, network = build_network(algorithm, SPEC.training, 3), agents()
    compared = 0
    for observation in observations:
        slots = slots_of(network, observation)
        if not (observation.has_choice & (slots >= 0)).all():
            continue
        weights = mixing_weights(network, mixing, observation, slots, np.zeros(NUM_FEATURES))
        assert weights is not None
        for row in range(len(slots)):
            step = torch.zeros(len(slots))
            step[row] = 0.05
            up, down = (value_of_team(mixing, observation, slots, sign * step) for sign in (1, -1))
            assert weights[row] == pytest.approx((up - down) / 0.1, abs=3e-3)
            compared += 1
        if algorithm == "vdn":
            assert weights.tolist() == [1.0] * len(slots)
    assert compared > 20


@pytest.mark.parametrize("algorithm", WITHOUT_WEIGHTS)
def test_values_that_do_not_come_from_utilities_have_no_weights(
    algorithm: Algorithm, observations: list[JointObservation]
) -> None:
    mixing, network = build_network(algorithm, SPEC.training, 3), agents()
    observation = next(each for each in observations if each.has_choice.any())
    slots = slots_of(network, observation)
    assert mixing_weights(network, mixing, observation, slots, np.zeros(NUM_FEATURES)) is None


def test_who_had_no_choice_has_no_weight(observations: list[JointObservation]) -> None:
    mixing, network = build_network("qmix", SPEC.training, 3), agents()
    found = 0
    for observation in observations_of_a_day(SPEC):
        slots = slots_of(network, observation)
        hindsight = Hindsight(compile_site(SPEC), test_day(SPEC), 120.0).after(0.0)
        weights = mixing_weights(network, mixing, observation, slots, hindsight)
        assert weights is not None
        assert (np.isnan(weights) == ~(observation.has_choice & (slots >= 0))).all()
        found += int(np.isnan(weights).sum())
    assert found


def test_influences_add_up_to_the_lead(observations: list[JointObservation]) -> None:
    """Completeness of integrated gradients, up to the error of the midpoint rule."""
    network, compared = agents(), 0
    for observation in observations:
        utilities = utilities_of(network, observation)
        for row in range(len(observation.decider)):
            slots = np.flatnonzero(observation.mask[row])
            if len(slots) < 2:
                continue
            chosen, other = slots[np.argsort(-utilities[row, slots])[:2]].tolist()
            parts = influences(network, observation, row, chosen, other)
            lead = utilities[row, chosen] - utilities[row, other]
            assert parts.sum() == pytest.approx(lead, abs=0.02 + 0.02 * abs(lead))
            same = observation.stops[row, chosen] == observation.stops[row, other]
            assert (parts[same] == 0).all()
            compared += 1
    assert compared > 20


def test_a_stop_leads_over_itself_by_nothing(observations: list[JointObservation]) -> None:
    observation = observations[0]
    assert influences(agents(), observation, 0, 0, 0).tolist() == [0.0] * len(STOP)


def test_utilities_are_what_the_network_says(observations: list[JointObservation]) -> None:
    network, observation = agents(), observations[0]
    found = network(seen_by(observation))
    utilities = utilities_of(network, observation)
    assert np.isnan(utilities[~observation.mask]).all()
    expected = (found.value[:, None] + found.advantage).numpy()[observation.mask]
    assert utilities[observation.mask] == pytest.approx(expected)
