"""The agents' network: every vehicle scores its candidate stops with shared weights."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from qmix_logistics.environment.schema import NEIGHBOUR, STOP, VEHICLE


@dataclass(frozen=True, slots=True)
class LocalBatch:
    """
    Observations of deciders; numbers follow the codec's schema.

    Parameters
    ----------
    vehicle
        The vehicle itself.
    stops, mask
        Its candidates, and which slots hold one.
    neighbours, neighbour_mask
        Vehicles that it hears.
    """

    vehicle: Float[Tensor, "row vehicle_feature"]
    stops: Float[Tensor, "row slot stop_feature"]
    mask: Bool[Tensor, "row slot"]
    neighbours: Float[Tensor, "row neighbour neighbour_feature"]
    neighbour_mask: Bool[Tensor, "row neighbour"]


@dataclass(frozen=True, slots=True)
class Utilities:
    """
    What the network says of each row.

    Parameters
    ----------
    value
        Value V(h) of the row, in reward units.
    advantage
        Advantage A(h, stop) of each candidate, of mean 0 over a row's candidates; minus infinity where there is none.
    embedding
        Embedding h.
    """

    value: Float[Tensor, " row"]
    advantage: Float[Tensor, "row slot"]
    embedding: Float[Tensor, "row hidden"]


class UtilityNetwork(nn.Module):
    r"""
    Score candidates by value and advantage, :math:`Q(stop) = V(h) + A(h, stop)`.

    Sets of stops and of neighbours are pooled (Zaheer et al. 2017), so nothing depends on their number. The advantage
    has mean 0 over the candidates (Wang et al. 2016, eq. 9) and its last layer starts at 0, so that a stop never
    tried is worth no more than the others.

    Parameters
    ----------
    hidden
        Width.
    """

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.stop = nn.Sequential(nn.Linear(len(STOP), hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
        self.neighbour = nn.Sequential(nn.Linear(len(NEIGHBOUR), hidden), nn.ReLU())
        self.body = nn.Sequential(nn.Linear(len(VEHICLE) + 3 * hidden, hidden), nn.ReLU())
        self.value = nn.Linear(hidden, 1)
        self.advantage_of_stop = nn.Linear(hidden, hidden)
        self.advantage_of_body = nn.Linear(hidden, hidden, bias=False)
        self.advantage = nn.Linear(hidden, 1, bias=False)
        nn.init.zeros_(self.advantage.weight)

    def forward(self, batch: LocalBatch) -> Utilities:
        """
        Return values, advantages and embeddings.

        Parameters
        ----------
        batch
            Observations; every row has at least one candidate.
        """
        stops = self.stop(batch.stops)
        neighbours = masked_mean(self.neighbour(batch.neighbours), batch.neighbour_mask)
        largest = stops.masked_fill(~batch.mask[..., None], 0.0).amax(dim=1)
        pooled = [batch.vehicle, masked_mean(stops, batch.mask), largest, neighbours]
        embedding = self.body(torch.cat(pooled, dim=1))
        joint = torch.relu(self.advantage_of_stop(stops) + self.advantage_of_body(embedding)[:, None])
        raw = self.advantage(joint).squeeze(-1)
        centred = raw - masked_mean(raw[..., None], batch.mask)
        advantage = centred.masked_fill(~batch.mask, -torch.inf)
        return Utilities(self.value(embedding).squeeze(-1), advantage, embedding)


def masked_mean(
    values: Float[Tensor, "*batch member feature"], mask: Bool[Tensor, "*batch member"]
) -> Float[Tensor, "*batch feature"]:
    """
    Return the mean over the members of a set; 0 for an empty one.

    Parameters
    ----------
    values
        Features of the members.
    mask
        Which members there are.
    """
    weight = mask.to(values.dtype)[..., None]
    return (values * weight).sum(dim=-2) / weight.sum(dim=-2).clamp(min=1.0)
