"""Why a vehicle chose as it did: utilities of what it was offered, and which features of stops made the difference."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from qmix_logistics.environment.joint_decision import NO_SLOT
from qmix_logistics.environment.observation import JointObservation
from qmix_logistics.learning.dispatch.entity_network import LocalBatch, UtilityNetwork
from qmix_logistics.learning.dispatch.mixing import slopes
from qmix_logistics.learning.dispatch.scorers import seen_by
from qmix_logistics.learning.dispatch.state import StateBatch
from qmix_logistics.learning.network.decisions import Decisions, Team, Utilities
from qmix_logistics.learning.network.grouping import Grouping
from qmix_logistics.learning.network.team_network import TeamNetwork

STEPS = 32
"""Points on the path between two stops at which gradients are taken."""


@torch.no_grad()
def utilities_of(network: UtilityNetwork, observation: JointObservation) -> Float[np.ndarray, "row slot"]:
    """
    Return the utility of every candidate, in reward units; not a number where there is none.

    Parameters
    ----------
    network
        The agents' network.
    observation
        What the deciders see.
    """
    found: Utilities = network(seen_by(observation))
    values = (found.value[:, None] + found.advantage).numpy().astype(float)
    return np.where(observation.mask, values, np.nan)


def mixing_weights(
    agents: UtilityNetwork,
    mixing: TeamNetwork,
    observation: JointObservation,
    slots: Int[np.ndarray, " row"],
    hindsight: Float[np.ndarray, " hindsight_feature"],
) -> Float[np.ndarray, " row"] | None:
    """
    Return the weight of each decider's utility in the value of the team, as in training: of those who had a choice.

    Parameters
    ----------
    agents
        The agents' network.
    mixing
        The mixer, and the encoder of the state.
    observation
        What the deciders of one epoch see, with the global state.
    slots
        Slot that each was granted.
    hindsight
        What training knew of the orders to come.

    Returns
    -------
    Weights, not a number for those who had no choice; None where the mixer has no such weights.
    """
    enters = observation.has_choice & (slots != NO_SLOT)
    weights = np.full(len(slots), np.nan)
    if not enters.any():
        return weights
    with torch.no_grad():
        utilities, embedding, stops = agents.see(seen_by(observation))
    kept = torch.from_numpy(enters)
    state = _state(observation)
    team = Team(
        Grouping(torch.zeros(len(slots), dtype=torch.long), 1),
        lambda: embedding,
        lambda: mixing.encoder(state),
        torch.from_numpy(hindsight.astype(np.float32))[None],
    )
    decisions = Decisions(utilities, team, stops).only(kept)
    found = slopes(mixing, decisions, torch.from_numpy(slots.astype(np.int64))[kept])
    if found is None:
        return None
    weights[enters] = found.numpy()
    return weights


def influences(
    network: UtilityNetwork, observation: JointObservation, row: int, chosen: int, other: int
) -> Float[np.ndarray, " stop_feature"]:
    r"""
    Return how much each feature adds to the lead of one stop over another, by integrated gradients [1]_.

    The path leads straight from the other stop's features to those of the chosen one: at its beginning both are the
    same stop and the lead is 0, at its end it is the lead that decided. So the parts add up to the lead,

    .. math:: (x_f - x'_f) \int_0^1 \frac{\partial}{\partial x_f} \big(A(x' + \alpha (x - x')) - A(x')\big) d\alpha ,

    up to the error of the midpoint rule with ``STEPS`` points. What both stops share, such as the vehicle's battery,
    adds nothing by itself. Stops of two kinds are joined by a path through stops that do not exist.

    Parameters
    ----------
    network
        The agents' network.
    observation
        What the deciders see.
    row
        Whose choice.
    chosen, other
        Slots of the two stops.

    References
    ----------
    .. [1] Sundararajan et al. (2017), Axiomatic attribution for deep networks, ICML, eq. 1 and Prop. 1.
    """
    seen = torch.from_numpy(observation.stops[row][observation.mask[row]])
    mask = torch.from_numpy(observation.mask[row])
    position = torch.cumsum(mask, 0) - 1
    first, second = int(position[chosen]), int(position[other])
    start, end = seen[second], seen[first]
    shares = (torch.arange(STEPS) + 0.5) / STEPS
    path = (start + shares[:, None] * (end - start)).requires_grad_(True)
    stops = seen.repeat(STEPS, 1, 1)
    stops = torch.cat([stops[:, :first], path[:, None], stops[:, first + 1 :]], dim=1)
    batch = LocalBatch(
        vehicle=torch.from_numpy(observation.vehicle[row]).repeat(STEPS, 1),
        stops=stops.flatten(0, 1),
        mask=mask.repeat(STEPS, 1),
        neighbours=torch.from_numpy(observation.neighbours[row]).repeat(STEPS, 1, 1),
        neighbour_mask=torch.from_numpy(observation.neighbour_mask[row]).repeat(STEPS, 1),
    )
    advantage = network(batch).advantage
    lead: Tensor = advantage[:, chosen] - advantage[:, other]
    (gradient,) = torch.autograd.grad(lead.sum(), path)
    return ((end - start) * gradient.mean(dim=0)).detach().numpy().astype(float)


def _state(observation: JointObservation) -> StateBatch:
    state = observation.state
    assert state is not None, "the state was asked for"
    return StateBatch(
        vehicles=torch.from_numpy(state.vehicles),
        tasks=torch.from_numpy(state.tasks),
        task_mask=torch.from_numpy(state.task_mask),
        site=torch.from_numpy(state.site),
    )
