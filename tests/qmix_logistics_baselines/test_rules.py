from __future__ import annotations

import math

import numpy as np
import pytest
from documents import battery_scenario, scenario
from handmade import epoch_with
from playing import play_day

from qmix_logistics.environment.estimates import atc_index, work_index, work_times
from qmix_logistics.episode import Policy
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import DecisionEpoch, Site
from qmix_logistics_baselines import rules
from qmix_logistics_baselines.index_policy import IndexPolicy, TaskScore

RACKS = ("R1.1.1", "R2.1.4", "R2.1.1")
"""8.5, 7.5 and 4.5 m from the station, at 1 m/s."""
ONE = scenario(fleet__0__count=1)
ALL_RULES = (
    rules.random_score, rules.fifo_score, rules.nearest_score, rules.earliest_due_date_score, rules.AtcScore(2.0)
)  # fmt: skip


def choices(score: TaskScore, site: Site, epoch: DecisionEpoch, seed: int = 0) -> list[int]:
    """Return the pending task that each decider takes, or -1 for waiting."""
    policy = IndexPolicy(score)
    policy.reset(site, np.random.default_rng(seed))
    columns = policy.decide(epoch).columns
    return [column - epoch.pick_ups.start if column != epoch.wait else -1 for column in columns.tolist()]


def test_nearest_takes_the_shortest_way() -> None:
    assert choices(rules.nearest_score, *epoch_with(ONE, RACKS)) == [2]


def test_nearest_gives_the_task_to_the_nearer_vehicle() -> None:
    """Vehicle 1 stands at the rack: it gets the task, vehicle 0 the other one, although it too is nearer to it."""
    site, epoch = epoch_with(scenario(), ["R2.1.4", "R1.1.1"])
    epoch.snapshot.vehicles["place"][1] = site.network.names.index("R2.1.4")
    assert choices(rules.nearest_score, site, epoch) == [1, 0]


def test_fifo_takes_the_oldest() -> None:
    assert choices(rules.fifo_score, *epoch_with(ONE, RACKS, release_s=[-5.0, -9.0, -1.0])) == [1]


def test_fifo_prefers_the_nearest_of_the_oldest() -> None:
    assert choices(rules.fifo_score, *epoch_with(ONE, RACKS, release_s=[-9.0, -9.0, -1.0])) == [1]


def test_fifo_lets_the_nearer_vehicle_have_the_oldest() -> None:
    site, epoch = epoch_with(scenario(), RACKS, release_s=[-5.0, -9.0, -1.0])
    epoch.snapshot.vehicles["place"][1] = site.network.names.index("R2.1.4")
    assert choices(rules.fifo_score, site, epoch) == [0, 1]


def test_earliest_due_date_takes_what_is_due_first() -> None:
    assert choices(rules.earliest_due_date_score, *epoch_with(ONE, RACKS, due_s=[50.0, 90.0, 60.0])) == [0]


def test_random_draws_by_its_own_generator() -> None:
    taken = [choices(rules.random_score, *epoch_with(ONE, RACKS), seed=seed) for seed in range(40)]
    assert taken == [choices(rules.random_score, *epoch_with(ONE, RACKS), seed=seed) for seed in range(40)]
    assert {task for (task,) in taken} == {0, 1, 2}


def test_atc_index_by_hand() -> None:
    """Weight 2, 10 s: 0.2 an hour each for waiting (1) and for lateness (4, halved every k ln 2 of slack)."""
    slack_s = np.array([-5.0, 0.0, 100 * math.log(2), 200 * math.log(2), np.inf])
    index = atc_index(scenario().objective, np.full(5, 2.0), slack_s, np.full(5, 10.0), 100.0)
    assert index == pytest.approx([0.2 * 5, 0.2 * 5, 0.2 * 3, 0.2 * 2, 0.2])


def test_index_of_pending_tasks_by_hand() -> None:
    """
    Of the task at R2.1.1: 4.5 s there, 10 s pick-up, 4.5 s back, 5 s drop-off.

    The mean task takes 2 x (6 + 10 + 10) / 3 + 15 s: racks lie 6 m from the station on average in its aisle, 4 m more
    in the two others.
    """
    site, epoch = epoch_with(ONE, RACKS)
    times = work_times(site, epoch, epoch.deciders)
    assert times.arrival_s.tolist() == [[8.5, 7.5, 4.5]]
    assert times.task_s.tolist() == [[23.5, 22.5, 19.5]]
    mean_task_s = 2 * 26 / 3 + 15
    expected = [(1 + 4 * math.exp(-(600 - p) / (2 * mean_task_s))) / p for p in (32, 30, 24)]
    assert work_index(site, epoch, times, 2.0)[0] == pytest.approx(expected)


def test_the_way_to_a_task_may_count_more_than_the_task() -> None:
    """
    Without lateness the index is weight over time: 0.68 / 24 s (4.5 s there) is less than 1 / 32 s (8.5 s there).

    With the way counting three times it is 0.68 / 33 s and 1 / 49 s: the near one wins. Due times see the clock.
    """
    spec = scenario(fleet__0__count=1, objective__late_order_cost_per_h=0.0)
    weights = {"weight": [1.0, 0.1, 0.68]}
    assert choices(rules.AtcScore(2.0), *epoch_with(spec, RACKS, **weights)) == [0]
    assert choices(rules.AtcScore(2.0, 3.0), *epoch_with(spec, RACKS, **weights)) == [2]
    site, epoch = epoch_with(ONE, RACKS)
    times, mean_task_s = work_times(site, epoch, epoch.deciders), 2 * 26 / 3 + 15
    expected = [
        (1 + 4 * math.exp(-(600 - p) / (2 * mean_task_s))) / (p + 2 * there_s)
        for p, there_s in ((32, 8.5), (30, 7.5), (24, 4.5))
    ]
    assert work_index(site, epoch, times, 2.0, 3.0)[0] == pytest.approx(expected)


def test_tasks_on_board_share_their_time() -> None:
    """With three on board the way counts three times, as above; with room for hundreds it counts 8 times."""
    weights = {"weight": [1.0, 0.1, 0.68]}
    one = scenario(fleet__0__count=1, objective__late_order_cost_per_h=0.0)
    for most, factor in ((3, 3.0), (500, 8.0)):
        several = {"fleet__0__max_tasks_on_board": most, "fleet__0__capacity_units": most}
        spec = scenario(fleet__0__count=1, objective__late_order_cost_per_h=0.0, **several)
        found, expected = (
            work_index(site, epoch, work_times(site, epoch, epoch.deciders), 2.0, weight)
            for weight, (site, epoch) in ((1.0, epoch_with(spec, RACKS)), (factor, epoch_with(one, RACKS)))
        )
        assert found == pytest.approx(expected)
        assert choices(rules.AtcScore(2.0), *epoch_with(spec, RACKS, **weights)) == [2]


def test_atc_takes_the_highest_index() -> None:
    """
    Indices: 1/24 (1 + 4 e^-8.9), nearly 0.042, for the nearest; 1/32 (1 + 4), over 0.156, for the late one.

    With lateness for free it is the weighted shortest time: the nearest, unless another weighs more.
    """
    late = {"due_s": [20.0, 600.0, 600.0]}
    assert choices(rules.AtcScore(2.0), *epoch_with(ONE, RACKS, **late)) == [0]
    spec = scenario(fleet__0__count=1, objective__late_order_cost_per_h=0.0)
    assert choices(rules.AtcScore(2.0), *epoch_with(spec, RACKS, **late)) == [2]
    assert choices(rules.AtcScore(2.0), *epoch_with(spec, RACKS, weight=[1.0, 1.3, 1.0])) == [1]  # 1.3/30 > 1/24
    assert choices(rules.AtcScore(2.0), *epoch_with(spec, RACKS, weight=[1.0, 1.2, 1.0])) == [2]  # 1.2/30 < 1/24


def test_atc_weighs_an_order_by_its_open_tasks() -> None:
    site, epoch = epoch_with(ONE, ["R2.1.1", "R2.1.2"], weight=[4.0, 4.0])
    epoch.snapshot.open_tasks[0] = 3
    assert choices(rules.AtcScore(2.0), site, epoch) == [1]


@pytest.mark.parametrize("score", ALL_RULES)
def test_no_rule_takes_what_is_too_heavy(score: TaskScore) -> None:
    assert choices(score, *epoch_with(scenario(), RACKS, loads=[2.0, 1.0, 2.0])) in ([1, -1], [-1, 1])


@pytest.mark.parametrize("score", ALL_RULES)
@pytest.mark.parametrize("spec", [scenario(), battery_scenario(demand__destination_choice=True, fleet__0__count=4)])
def test_every_rule_plays_a_day_within_the_mask(score: TaskScore, spec: ScenarioSpec) -> None:
    policy: Policy = IndexPolicy(score)
    records = play_day(spec, policy).records
    assert (records.mask_violations, records.strandings) == (0, 0)
    assert any(order.done_s is not None for order in records.orders)
