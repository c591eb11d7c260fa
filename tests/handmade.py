"""Days and decision epochs made by hand for the tests."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from playing import test_day

from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import Day, DecisionEpoch, Simulator, Site, compile_site


def day_with(
    spec: ScenarioSpec, racks: Sequence[str], release_s: float | np.ndarray = 0.0, loads: Sequence[float] = ()
) -> Day:
    """Return a day of orders of weight 1 with one task each, at these racks, due after 600 s."""
    day, names, number = test_day(spec), compile_site(spec).network.names, len(racks)
    orders, tasks = np.resize(day.orders, number), np.resize(day.tasks, number)
    orders["release_s"], orders["due_s"], orders["weight"] = release_s, np.add(release_s, 600), 1
    orders["first_task"], orders["num_tasks"], tasks["order"] = np.arange(number), 1, np.arange(number)
    tasks["origin"], tasks["load_units"] = [names.index(rack) for rack in racks], loads if len(loads) else 1.0
    tasks["destination"] = names.index("S1")
    handling = {"pick_up_s": np.resize(day.pick_up_s, number), "service_s": np.resize(day.service_s, (number, 1))}
    return dataclasses.replace(day, orders=orders, tasks=tasks, **handling)


def epoch_with(
    spec: ScenarioSpec, racks: Sequence[str], loads: Sequence[float] = (), **fields: Sequence[float]
) -> tuple[Site, DecisionEpoch]:
    """Return the epoch at time 0: every vehicle idle at S1, a task at each rack; fields of the tasks may be set."""
    site = compile_site(spec)
    epoch = Simulator(site).reset(day_with(spec, racks, loads=loads))
    for name, values in fields.items():
        epoch.stops[name][epoch.pick_ups] = values
    return site, epoch


def with_busy(epoch: DecisionEpoch, number: int, free_s: float, free_place: int) -> DecisionEpoch:
    """Make the last decider a busy vehicle that will be free at a time and place."""
    assert epoch.deciders[-1] == number
    vehicle = epoch.snapshot.vehicles[number]
    vehicle["is_available"], vehicle["free_s"], vehicle["free_place"] = False, free_s, free_place
    return dataclasses.replace(epoch, deciders=epoch.deciders[:-1], feasible=epoch.feasible[:-1])
