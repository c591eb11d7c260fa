"""What each algorithm is: a mixer, an objective, and sometimes a second team."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from torch import nn

from qmix_logistics.learning.mixers import (
    AdditiveMixer,
    DuplexMixer,
    IndependentMixer,
    JointValue,
    Mixer,
    MonotonicMixer,
    UnrestrictedMixer,
)
from qmix_logistics.learning.network.heads import Heads
from qmix_logistics.learning.network.team_network import TeamNetwork
from qmix_logistics.learning.objectives import Measure, Objective, TemporalDifference, Transformation, Weighted
from qmix_logistics.scenario.policies import Algorithm


@dataclass(frozen=True, slots=True)
class Family:
    """
    A kind of agents, and what joins them.

    Parameters
    ----------
    make_agents, make_encoder
        Return new networks with random weights.
    heads
        Make the weights of mixers.
    embedding_size, choice_size
        Length of an agent's embedding, and of a choice's features.
    hidden, mixer_hidden
        Width of the joint values, and of the monotonic mixing layer.
    adds_state_value
        Whether VDN adds a value of the state.
    """

    make_agents: Callable[[], nn.Module]
    make_encoder: Callable[[], nn.Module]
    heads: Heads
    embedding_size: int
    choice_size: int
    hidden: int
    mixer_hidden: int
    adds_state_value: bool


@dataclass(frozen=True, slots=True)
class OwnAlgorithm:
    """
    An algorithm that is not one of ours: how utilities are joined, and what is minimised.

    Parameters
    ----------
    make_mixer
        Returns a new mixer; the family's heads make its weights, for vehicles as for teams of fixed size.
    make_objective
        Returns the objective, given how errors count.
    has_central_value
        Whether there is a second team whose mixer is not restricted, for objectives that need one.
    """

    make_mixer: Callable[[Family], Mixer]
    make_objective: Callable[[Measure], Objective] = TemporalDifference
    has_central_value: bool = False


def build_team(algorithm: Algorithm | OwnAlgorithm, family: Family) -> TeamNetwork:
    """
    Return the networks of an algorithm, with random weights from torch's generator.

    Parameters
    ----------
    algorithm
        Which.
    family
        Of which agents.
    """
    agents, encoder = family.make_agents(), family.make_encoder()
    mixer = algorithm.make_mixer(family) if isinstance(algorithm, OwnAlgorithm) else _mixer(algorithm, family)
    has_central_value = (
        algorithm.has_central_value if isinstance(algorithm, OwnAlgorithm) else algorithm in ("cw_qmix", "ow_qmix")
    )
    if has_central_value:
        own, own_encoder = family.make_agents(), family.make_encoder()
        central = TeamNetwork(own, own_encoder, UnrestrictedMixer(family.heads, family.hidden))
        return TeamNetwork(agents, encoder, mixer, central)
    return TeamNetwork(agents, encoder, mixer)


def build_objective(algorithm: Algorithm | OwnAlgorithm, measure: Measure, alpha: float) -> Objective:
    """
    Return what an algorithm minimises.

    Parameters
    ----------
    algorithm
        Which.
    measure
        How temporal-difference errors count.
    alpha
        Of weighted QMIX.
    """
    if isinstance(algorithm, OwnAlgorithm):
        return algorithm.make_objective(measure)
    match algorithm:
        case "iql" | "vdn" | "qmix" | "qplex":
            return TemporalDifference(measure)
        case "qtran_base" | "qtran_alt":
            return Transformation(measure, is_alternative=algorithm == "qtran_alt")
        case "cw_qmix" | "ow_qmix":
            return Weighted(measure, alpha, is_central=algorithm == "cw_qmix")
    assert_never(algorithm)


def _mixer(algorithm: Algorithm, family: Family) -> Mixer:
    heads = family.heads
    match algorithm:
        case "iql":
            return IndependentMixer()
        case "vdn":
            return AdditiveMixer(heads if family.adds_state_value else None)
        case "qmix" | "cw_qmix" | "ow_qmix":
            return MonotonicMixer(heads, family.mixer_hidden)
        case "qplex":
            return DuplexMixer(heads, family.choice_size)
        case "qtran_base" | "qtran_alt":
            return JointValue(heads, family.embedding_size, family.choice_size, family.hidden)
    assert_never(algorithm)
