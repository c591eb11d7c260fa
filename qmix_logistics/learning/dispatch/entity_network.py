"""The agents' network: every vehicle scores its candidate stops with shared weights."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from qmix_logistics.environment.schema import NEIGHBOUR, STOP, VEHICLE
from qmix_logistics.learning.network.decisions import Utilities

IS_ADVISED = [feature.name for feature in STOP].index("is_advised")


@dataclass(frozen=True, slots=True)
class LocalBatch:
    """
    Observations of deciders; numbers follow the codec's schema.

    Parameters
    ----------
    vehicle
        The vehicle itself.
    stops
        The candidates of all rows, one after another, without gaps.
    mask
        Which slots hold one; at least one each.
    neighbours, neighbour_mask
        Vehicles that it hears.
    """

    vehicle: Float[Tensor, "row vehicle_feature"]
    stops: Float[Tensor, "stop stop_feature"]
    mask: Bool[Tensor, "row slot"]
    neighbours: Float[Tensor, "row neighbour neighbour_feature"]
    neighbour_mask: Bool[Tensor, "row neighbour"]


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
    advice_trust
        By how much an advised stop is better than the others before anything is learned, in reward units.
    """

    def __init__(self, hidden: int, advice_trust: float = 0.0) -> None:
        super().__init__()
        self.advice_trust = nn.Parameter(torch.tensor(advice_trust), requires_grad=False)
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
        Return values and advantages.

        Parameters
        ----------
        batch
            Observations; every row has at least one candidate.
        """
        return self.see(batch)[0]

    def see(self, batch: LocalBatch) -> tuple[Utilities, Float[Tensor, "row hidden"], StopFeatures]:
        """
        Return values and advantages, the embeddings of the rows, and those of the candidates.

        Parameters
        ----------
        batch
            Observations; every row has at least one candidate.
        """
        row = batch.mask.nonzero()[:, 0]
        counts = batch.mask.sum(dim=1)
        stops = self.stop(batch.stops)
        neighbours = masked_mean(self.neighbour(batch.neighbours), batch.neighbour_mask)
        largest = torch.segment_reduce(stops, "max", lengths=counts)
        pooled = [batch.vehicle, _mean_by_row(stops, row, counts), largest, neighbours]
        embedding = self.body(torch.cat(pooled, dim=1))
        joint = torch.relu(self.advantage_of_stop(stops) + self.advantage_of_body(embedding).index_select(0, row))
        raw = self.advantage(joint) + self.advice_trust * batch.stops[:, IS_ADVISED, None]
        centred = (raw - _mean_by_row(raw, row, counts).index_select(0, row)).squeeze(-1)
        advantage = centred.new_full(batch.mask.shape, -torch.inf).masked_scatter(batch.mask, centred)
        utilities = Utilities(self.value(embedding).squeeze(-1), advantage)
        return utilities, embedding, StopFeatures(stops, counts)


@dataclass(frozen=True, slots=True)
class StopFeatures:
    """
    Embeddings of candidates; see ``Choices``.

    Parameters
    ----------
    stops
        Those of all rows, one after another.
    counts
        Candidates of each row.
    """

    stops: Float[Tensor, "stop hidden"]
    counts: Int[Tensor, " row"]

    def of(self, slots: Int[Tensor, " row"]) -> Float[Tensor, "row hidden"]:
        """Return the embedding of one candidate a row; see ``Choices``."""
        return self.stops[self._first() + slots]

    def all(self) -> Float[Tensor, "row slot hidden"]:
        """Return the embeddings of all slots, 0 in empty ones; see ``Choices``."""
        filled = torch.arange(int(self.counts.max())) < self.counts[:, None]
        every = self.stops.new_zeros(*filled.shape, self.stops.shape[1])
        every[filled] = self.stops
        return every

    def only(self, kept: Bool[Tensor, " row"]) -> StopFeatures:
        """Return those of some rows; see ``Choices``."""
        return StopFeatures(self.stops[kept.repeat_interleave(self.counts)], self.counts[kept])

    def _first(self) -> Int[Tensor, " row"]:
        return self.counts.cumsum(0) - self.counts


def _mean_by_row(
    values: Float[Tensor, "stop feature"], row: Int[Tensor, " stop"], counts: Int[Tensor, " row"]
) -> Float[Tensor, "row feature"]:
    total = values.new_zeros(len(counts), values.shape[1]).index_add(0, row, values)
    return total / counts[:, None]


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
