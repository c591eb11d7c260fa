"""
Two vehicles, three places, one charger: a world small enough for value iteration.

Orders of two classes come at random and wait at the rack; a vehicle that takes one needs an exponential time, then a
quarter of its battery is gone. Charging goes on until the battery is full. Trips take a millisecond. So the state is
what each vehicle does, its battery in quarters, and how many orders of each class wait: a semi-Markov decision process,
whose charging times are cut into phases (Erlang), as theirs alone are not memoryless.
"""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from documents import document
from jaxtyping import Float

from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import DecisionEpoch, Dispatch, Site, StopKind

FULL = 4
"""Battery when full, in tasks; with one left, no task is feasible, as nothing may remain below the reserve."""
EXPRESS, STANDARD, CHARGE, WAIT = range(4)
"""What an idle vehicle may do."""


@dataclass(frozen=True, slots=True)
class TinyFleet:
    """
    The world's numbers.

    Parameters
    ----------
    express_per_s, standard_per_s
        Orders that come.
    weight
        Of an express order; a standard one has 1.
    task_s, charge_s
        Mean time of a task; time to charge for one more.
    phases
        Into which that time is cut.
    max_express, max_standard
        More never wait.
    """

    express_per_s: float = 20 / 3600
    standard_per_s: float = 60 / 3600
    weight: float = 5.0
    task_s: float = 40.0
    charge_s: float = 25.0
    phases: int = 4
    max_express: int = 8
    max_standard: int = 24

    @property
    def num_states(self) -> int:
        """What a vehicle may be doing: idle by battery, at a task by battery after it, charging by phases left."""
        return FULL + (FULL - 1) + self.phases * (FULL - 1)

    def idle(self, battery: int) -> int:
        """Return the state of an idle vehicle."""
        return battery - 1

    def busy(self, battery_after: int) -> int:
        """Return the state of a vehicle at a task."""
        return FULL + battery_after - 1

    def charging(self, phases_left: int) -> int:
        """Return the state of a vehicle that charges."""
        return 2 * FULL - 2 + phases_left

    def scenario(self, folder: Path, **changes: Any) -> ScenarioSpec:
        """Return the same world for the simulator."""
        names = ("rack", "station", "charger")
        _write(folder / "places.csv", [("node", "kind"), *((name, name) for name in names)])
        rows: list[tuple[Any, ...]] = [("from", "to", "distance_m", "travel_time_s")]
        rows += [(a, b, float((a, b) == ("rack", "station")), 1e-3) for a in names for b in names if a != b]
        _write(folder / "trips.csv", rows)
        per_s = self.express_per_s + self.standard_per_s
        battery = {
            "capacity_wh": FULL, "drive_wh_per_m": 1.0, "charging": "free", "reserve_pct": 5, "charge_below_pct": 10,
            "charge_idle_below_pct": 20, "charge_to_pct": 100, "interruptible_above_pct": 100,
            "charging_curve": [{"from_pct": 0, "power_w": 3600 / self.charge_s}],
            "initial": {"low_pct": 100, "high_pct": 100},
        }  # fmt: skip
        share_pct = 100 * self.express_per_s / per_s
        values = {
            "network": {
                "kind": "matrix", "places": str(folder / "places.csv"), "trips": str(folder / "trips.csv"),
                "stations": [{"node": "station", "servers": None}], "chargers": [{"node": "charger", "plugs": 2}],
            },
            "fleet": [{"id": "agv", "count": 2, "speed_mps": 1.0, "battery": battery}],
            "order_classes": [
                {"id": "express", "share_pct": share_pct, "weight": self.weight, "due_s": 300},
                {"id": "standard", "share_pct": 100 - share_pct, "weight": 1.0, "due_s": 300},
            ],
            "demand": {
                "kind": "poisson", "rate_per_h": 3600 * per_s,
                "pick_up_s": {"dist": "exponential", "mean_s": self.task_s},
            },
            "horizon": {"demand_s": 14400, "drain_s": 7200},
            "objective": {"open_order_cost_per_h": 1.0},
        }  # fmt: skip
        return ScenarioSpec.model_validate(document(**values | changes))


@dataclass(frozen=True, slots=True)
class Solution:
    """
    The best that can be done.

    Parameters
    ----------
    world
        Of which world.
    cost_per_h
        Mean cost of open orders, those at a vehicle included, in the long run.
    after
        Relative value of a state in which all idle vehicles have decided, by both vehicles' states and waiting orders.
    """

    world: TinyFleet
    cost_per_h: float
    after: Float[np.ndarray, "vehicle vehicle express standard"]


@functools.cache
def solve(world: TinyFleet, tolerance: float = 1e-7) -> Solution:
    """
    Solve a world by relative value iteration on its uniformised chain (Puterman 1994, Sec. 8.5 and 11.5).

    Parameters
    ----------
    world
        The world.
    tolerance
        Span of the last change, relative to the cost.
    """
    number = world.num_states
    express, standard = np.arange(world.max_express + 1), np.arange(world.max_standard + 1)
    waiting = (world.weight * express[:, None] + standard) / 3600
    task, phase = 1 / world.task_s, world.phases / world.charge_s
    own = np.zeros(number)
    own[world.busy(1) : world.busy(FULL - 1) + 1] = task
    own[world.charging(1) :] = phase
    ends = np.arange(number)
    for battery in range(1, FULL):
        ends[world.busy(battery)] = world.idle(battery)
    for left in range(1, world.phases * (FULL - 1) + 1):
        ends[world.charging(left)] = world.idle(FULL) if left == 1 else world.charging(left - 1)
    total = world.express_per_s + world.standard_per_s + 2 * max(task, phase)
    after = np.zeros((number, number, len(express), len(standard)))
    more_express, more_standard = np.minimum(express + 1, express[-1]), np.minimum(standard + 1, standard[-1])
    while True:
        before = decided(world, after)
        change = (
            waiting
            + world.express_per_s * before[:, :, more_express]
            + world.standard_per_s * before[..., more_standard]
        )
        change += own[:, None, None, None] * before[ends] + own[None, :, None, None] * before[:, ends]
        left = total - world.express_per_s - world.standard_per_s - own[:, None] - own
        update = (change + left[..., None, None] * after) / total
        difference = update - after
        after = update - update[0, 0, 0, 0]
        low, high = difference.min() * total, difference.max() * total
        if high - low < tolerance * high:
            at_vehicles = (world.weight * world.express_per_s + world.standard_per_s) * world.task_s / 3600
            return Solution(world, 3600 * (low + high) / 2 + at_vehicles * 3600, after)


def decided(world: TinyFleet, after: np.ndarray) -> np.ndarray:
    """Return the value of every state before idle vehicles decide; whoever decides first may be either."""
    first, second = (_decide(world, _decide(world, after, axis), 1 - axis) for axis in (0, 1))
    return np.minimum(first, second)


def _decide(world: TinyFleet, after: np.ndarray, axis: int) -> np.ndarray:
    """Let one vehicle decide, if it is idle."""
    moved = np.moveaxis(after, axis, 0)
    best = moved.copy()
    for battery in range(1, FULL + 1):
        options = choices(world, moved, battery)
        best[world.idle(battery)] = np.min(options, axis=0)
    return np.moveaxis(best, 0, axis)


def choices(world: TinyFleet, moved: np.ndarray, battery: int) -> np.ndarray:
    """Return the value of what an idle vehicle may do, by ``EXPRESS`` to ``WAIT``; infinite where it may not."""
    options = np.full((4, *moved.shape[1:]), np.inf)
    if battery >= 2:
        served = moved[world.busy(battery - 1)]
        options[EXPRESS, :, 1:] = served[:, :-1]
        options[STANDARD, :, :, 1:] = served[:, :, :-1]
    if battery < FULL:
        options[CHARGE] = moved[world.charging(world.phases * (FULL - battery))]
    has_work = np.isfinite(options[:2]).any(axis=0)
    options[WAIT] = np.where(has_work, np.inf, moved[world.idle(battery)])
    return options


class OptimalPolicy:
    """
    Plays the solution in the simulator; see ``Policy``.

    Parameters
    ----------
    solution
        The solution.
    """

    information = "global"
    num_cut_off = 0

    def __init__(self, solution: Solution) -> None:
        self._solution, self._world = solution, solution.world

    def reset(self, site: Site, rng: np.random.Generator) -> None:
        pass

    def decide(self, epoch: DecisionEpoch) -> Dispatch:
        states = [self._state(epoch, number) for number in range(2)]
        columns = epoch.pick_ups.start + np.argsort(epoch.stops["release_s"][epoch.pick_ups], kind="stable")
        lines = [
            [int(c) for c in columns if (epoch.stops["weight"][c] > 1) == is_express] for is_express in (True, False)
        ]
        counts = [min(len(lines[0]), self._world.max_express), min(len(lines[1]), self._world.max_standard)]
        orders = [epoch.deciders.tolist()] if epoch.num_deciders == 1 else [[0, 1], [1, 0]]
        value, plan = min((self._plan(states, counts, order) for order in orders), key=lambda pair: pair[0])
        assert np.isfinite(value)
        return Dispatch(np.array([self._column(epoch, plan[number], lines) for number in epoch.deciders.tolist()]))

    decide_in_outage = decide

    def _plan(self, states: list[int], counts: list[int], order: list[int]) -> tuple[float, dict[int, int]]:
        """Return the best value, and what each does, if they decide in this order."""
        if not order:
            return float(self._solution.after[states[0], states[1], counts[0], counts[1]]), {}
        world, number = self._world, order[0]
        battery, best = states[number] + 1, (np.inf, {number: WAIT})
        can_work = battery >= 2 and sum(counts) > 0
        for action in range(4):
            after, left = list(states), list(counts)
            if action in (EXPRESS, STANDARD):
                if battery < 2 or not counts[action]:
                    continue
                after[number] = world.busy(battery - 1)
                left[action] -= 1
            elif action == CHARGE:
                if battery == FULL:
                    continue
                after[number] = world.charging(world.phases * (FULL - battery))
            elif can_work:
                continue
            value, rest = self._plan(after, left, order[1:])
            if value < best[0]:
                best = (value, {number: action, **rest})
        return best

    def _column(self, epoch: DecisionEpoch, action: int, lines: list[list[int]]) -> int:
        if action == WAIT:
            return epoch.wait
        return lines[action].pop(0) if action != CHARGE else 0

    def _state(self, epoch: DecisionEpoch, number: int) -> int:
        world, vehicle, now_s = self._world, epoch.snapshot.vehicles[number], epoch.time_s
        battery_wh = float(vehicle["battery_wh"] - vehicle["drain_w"] * (now_s - vehicle["since_s"]) / 3600)
        if number in epoch.deciders.tolist() or vehicle["is_available"]:
            return world.idle(round(battery_wh))
        if vehicle["stop_kind"] == StopKind.CHARGE:
            left = int(np.ceil((FULL - battery_wh) * world.phases - 1e-6))
            return world.charging(min(max(left, 1), world.phases * (FULL - 1)))
        return world.busy(round(battery_wh) - (1 if vehicle["stop_kind"] == StopKind.PICK_UP else 0))


def _write(path: Path, rows: list[tuple[Any, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
