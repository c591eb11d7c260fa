from __future__ import annotations

import itertools

import numpy as np
import pytest
from documents import battery_scenario, scenario
from handmade import epoch_with, with_busy
from playing import play_day

from qmix_logistics.environment.estimates import work_index, work_times
from qmix_logistics.simulation import DecisionEpoch, Site
from qmix_logistics_baselines.matching import MatchingPolicy, busy_vehicles, may_take

MIXED = scenario(
    fleet=[
        {"id": "small", "count": 1, "speed_mps": 1.0},
        {"id": "large", "count": 3, "speed_mps": 0.7, "capacity_units": 2.0},
    ]
)


def tasks_taken(site: Site, epoch: DecisionEpoch, *, anticipatory: bool) -> list[int]:
    policy = MatchingPolicy(2.0, anticipatory=anticipatory)
    policy.reset(site, np.random.default_rng(0))
    columns = policy.decide(epoch).columns - epoch.pick_ups.start
    return np.where((columns >= 0) & (columns < epoch.num_pending), columns, -1).tolist()


def brute_force(values: np.ndarray) -> float:
    """Highest sum of values over all ways to give workers different jobs, or none."""
    jobs = [*range(values.shape[1]), *[-1] * len(values)]
    ways = set(itertools.permutations(jobs, len(values)))
    return max(sum(values[w, job] for w, job in enumerate(way) if job >= 0) for way in ways)


def drawn_epoch(seed: int) -> tuple[Site, DecisionEpoch]:
    """Five tasks and four vehicles anywhere, two of them busy for a while; some tasks are too heavy for one of them."""
    rng = np.random.default_rng(seed)
    racks = [f"R{aisle}.1.{rack}" for aisle, rack in zip(rng.integers(1, 4, 5), rng.integers(1, 5, 5), strict=True)]
    fields = {"weight": rng.integers(1, 5, 5), "due_s": rng.integers(-100, 300, 5)}
    site, epoch = epoch_with(MIXED, racks, loads=[1, *rng.integers(1, 3, 4)], **fields)
    epoch.snapshot.vehicles["place"] = rng.integers(0, site.network.num_places, 4)
    for number in (3, 2):
        epoch = with_busy(epoch, number, rng.uniform(0, 40), int(rng.integers(0, site.network.num_places)))
    return site, epoch


def values_of(site: Site, epoch: DecisionEpoch, vehicles: np.ndarray) -> np.ndarray:
    index = work_index(site, epoch, work_times(site, epoch, vehicles), 2.0)
    return np.where(may_take(site, epoch, vehicles), index, -np.inf)


@pytest.mark.parametrize("seed", range(20))
def test_myopic_equals_brute_force(seed: int) -> None:
    site, epoch = drawn_epoch(seed)
    taken, values = tasks_taken(site, epoch, anticipatory=False), values_of(site, epoch, epoch.deciders)
    got = sum(values[row, task] for row, task in enumerate(taken) if task >= 0)
    assert got == pytest.approx(brute_force(values), rel=1e-5)


@pytest.mark.parametrize("seed", range(20))
def test_anticipatory_equals_brute_force_over_the_whole_fleet(seed: int) -> None:
    """What the deciders take can be completed, by the busy vehicles, to the best matching of all."""
    site, epoch = drawn_epoch(seed)
    taken = tasks_taken(site, epoch, anticipatory=True)
    values = values_of(site, epoch, np.concatenate([epoch.deciders, busy_vehicles(site, epoch)]))
    assert values.shape == (4, 5)
    rest = np.delete(values[epoch.num_deciders :], [task for task in taken if task >= 0], axis=1)
    got = sum(values[row, task] for row, task in enumerate(taken) if task >= 0) + brute_force(rest)
    assert got == pytest.approx(brute_force(values), rel=1e-5)


def test_anticipation_matters_now_and_then() -> None:
    epochs = [drawn_epoch(seed) for seed in range(20)]
    assert any(tasks_taken(*e, anticipatory=True) != tasks_taken(*e, anticipatory=False) for e in epochs)


@pytest.mark.parametrize(("free_s", "expected"), [(2.0, -1), (20.0, 0)])
def test_a_task_is_left_for_a_busy_vehicle_that_is_there_sooner(free_s: float, expected: int) -> None:
    """The decider needs 11.5 s to the rack; the busy vehicle will be free right there, after 2 s or after 20 s."""
    site, epoch = epoch_with(scenario(), ["R1.1.4"])
    epoch = with_busy(epoch, 1, free_s, site.network.names.index("R1.1.4"))
    assert tasks_taken(site, epoch, anticipatory=True) == [expected]
    assert tasks_taken(site, epoch, anticipatory=False) == [0]


def test_a_task_is_not_left_for_a_busy_vehicle_that_must_charge_or_cannot_carry_it() -> None:
    for spec, loads in ((battery_scenario(), ()), (scenario(fleet__0__capacity_units=2.0), (2.0,))):
        site, epoch = epoch_with(spec, ["R1.1.4"], loads=loads)
        epoch = with_busy(epoch, 1, 2.0, site.network.names.index("R1.1.4"))
        assert tasks_taken(site, epoch, anticipatory=True) == [-1]
        epoch.snapshot.vehicles["battery_wh"][1] = 1.0
        site.fleet.capacity_units[1] = 1.0
        assert tasks_taken(site, epoch, anticipatory=True) == [0]


@pytest.mark.parametrize("anticipatory", [False, True])
def test_a_day_is_played_within_the_mask_and_the_same_twice(anticipatory: bool) -> None:
    spec = battery_scenario(demand__destination_choice=True, fleet__0__count=3, demand__rate_per_h=200)
    first, second = (play_day(spec, MatchingPolicy(3.0, anticipatory=anticipatory)).records for _ in range(2))
    assert (first.mask_violations, first.strandings) == (0, 0)
    assert first == second
