"""Crowded warehouses for the tests: at random, and watched at every decision."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from documents import scenario
from playing import FIFO, NEAREST, RANDOM, AnyFeasible, Watching, test_day

from qmix_logistics.episode import Policy, play
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import DayRecords, DecisionEpoch, Simulator, compile_site


def play_watched(spec: ScenarioSpec, policy: Policy) -> DayRecords:
    """Play a day, and check the lanes at every decision."""
    simulator = Simulator(compile_site(spec))

    def watch(_: DecisionEpoch) -> None:
        check_lanes(simulator)

    return play(simulator, Watching(policy, watch), test_day(spec), np.random.default_rng(0)).records


def check_lanes(simulator: Simulator) -> None:
    """Assert that lanes hold no more than they can, in order, and that no one waits in a circle."""
    traffic, now = simulator._traffic, simulator._env.now
    assert traffic is not None
    for lane in traffic.lanes:
        assert len(lane.riders) <= lane.segment.capacity
        positions_m = lane.positions_m(now)
        assert positions_m == pytest.approx(sorted(positions_m), abs=1e-6)
        assert all(0 <= at_m <= lane.segment.length_m + 1e-6 for at_m in positions_m)
        assert all(rider.lane is lane for rider in lane.riders)
    for rider in traffic._blocked.values():
        chain, at = [], rider
        while at is not None and at not in chain:
            chain.append(at)
            at = traffic._waits_for(at)  # type: ignore[assignment]
        assert at is None, "vehicles wait for each other in a circle"


def random_site(rng: random.Random, sizes: Sequence[int], hours: float) -> tuple[ScenarioSpec, Policy]:
    """Return a crowded warehouse at random, and a policy."""
    num_aisles, num_vehicles = rng.choice([2, 3, 4, 6, 8]), rng.choice(sizes)
    stations = [
        {"id": f"S{n}", "aisle": rng.randint(1, num_aisles), "servers": rng.choice([1, 2, 4]),
         "service_s": rng.choice([5.0, 12.0]), "bays": rng.choice([None, 2, 4, 8])}
        for n in range(rng.randint(1, 3))
    ]  # fmt: skip
    fleet: dict[str, Any] = {"id": "amr", "count": num_vehicles, "speed_mps": 1.4, "capacity_units": 3,
                             "max_tasks_on_board": rng.choice([1, 3])}  # fmt: skip
    if rng.random() < 0.5:
        fleet["breakdowns"] = {"mean_driving_s": 1800, "repair_s": 120}
    spec = scenario(
        network__num_aisles=num_aisles,
        network__num_blocks=rng.choice([1, 2, 3]),
        network__racks_per_block=rng.choice([4, 8, 12]),
        network__stations=stations,
        network__parking=[{"id": "P1", "aisle": 1, "side": "back"}] if rng.random() < 0.5 else [],
        network__one_way_aisles=rng.random() < 0.5,
        network__two_lane_aisles=rng.random() < 0.5,
        network__congestion="segments",
        network__segments={
            "spacing_m": rng.choice([1.0, 1.5]),
            "route_choices": rng.choice([1, 3]),
        },
        fleet=[fleet],
        demand__rate_per_h=15 * num_vehicles,
        demand__destination_choice=rng.random() < 0.5,
        horizon={"demand_s": 3600 * hours, "drain_s": 8 * 3600},
    )
    return spec, rng.choice([NEAREST, FIFO, RANDOM, AnyFeasible()])
