from __future__ import annotations

import torch

from qmix_logistics.environment.schema import NEIGHBOUR, STOP, VEHICLE
from qmix_logistics.learning.dispatch.entity_network import LocalBatch, UtilityNetwork


def network() -> UtilityNetwork:
    """A network whose advantages are not 0."""
    torch.manual_seed(0)
    made = UtilityNetwork(16)
    torch.nn.init.normal_(made.advantage.weight)
    return made


def batch(num_stops: list[int], num_slots: int = 6, num_neighbours: int = 3) -> LocalBatch:
    num_rows = len(num_stops)
    mask = torch.arange(num_slots) < torch.tensor(num_stops)[:, None]
    return LocalBatch(
        vehicle=torch.randn(num_rows, len(VEHICLE)),
        stops=torch.randn(sum(num_stops), len(STOP)),
        mask=mask,
        neighbours=torch.randn(num_rows, num_neighbours, len(NEIGHBOUR)),
        neighbour_mask=torch.rand(num_rows, num_neighbours) < 0.5,
    )


def test_all_stops_are_worth_the_same_at_first() -> None:
    """What was never tried must not look best: Q(stop) = V + A, and A begins at 0."""
    advantage = UtilityNetwork(16)(batch([3, 6])).advantage
    assert advantage[0].tolist() == [0.0] * 3 + [-torch.inf] * 3
    assert advantage[1].tolist() == [0.0] * 6


def test_advantages_have_mean_0_over_the_candidates() -> None:
    """Wang et al. (2016), eq. 9."""
    seen = batch([2, 5, 1])
    advantage = network()(seen).advantage
    assert (advantage == -torch.inf).eq(~seen.mask).all()
    means = advantage.masked_fill(~seen.mask, 0.0).sum(dim=1)
    torch.testing.assert_close(means, torch.zeros(3), atol=1e-5, rtol=0)


def test_a_row_depends_on_nothing_but_itself() -> None:
    made, seen = network(), batch([4, 2])
    alone = LocalBatch(seen.vehicle[:1], seen.stops[:4], seen.mask[:1], seen.neighbours[:1], seen.neighbour_mask[:1])
    together, single = made(seen), made(alone)
    torch.testing.assert_close(together.value[:1], single.value)
    torch.testing.assert_close(together.advantage[:1], single.advantage)


def test_scores_follow_the_candidates_when_these_are_reordered() -> None:
    made, seen = network(), batch([5])
    order = torch.randperm(5)
    shuffled = LocalBatch(seen.vehicle, seen.stops[order], seen.mask, seen.neighbours, seen.neighbour_mask)
    torch.testing.assert_close(made(seen).advantage[0, :5][order], made(shuffled).advantage[0, :5])


def test_neighbours_out_of_range_do_not_matter() -> None:
    made, seen = network(), batch([3, 3])
    noise = torch.where(seen.neighbour_mask[..., None], seen.neighbours, torch.randn_like(seen.neighbours))
    other = LocalBatch(seen.vehicle, seen.stops, seen.mask, noise, seen.neighbour_mask)
    torch.testing.assert_close(made(seen).advantage, made(other).advantage)
