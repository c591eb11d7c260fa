"""What a scenario is, in a few figures; and whether all is there that a run of it would need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from qmix_logistics.composition.building import world_of
from qmix_logistics.composition.checking import check_policies
from qmix_logistics.composition.contending import contenders
from qmix_logistics.composition.planning import SAMPLED_DAYS
from qmix_logistics.errors import RunFolderError
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.choosing import reference_of
from qmix_logistics.simulation import DayKey, Split


@dataclass(frozen=True, slots=True)
class ScenarioSummary:
    """
    What a scenario is.

    Parameters
    ----------
    name
        Its name.
    network, num_places
        Kind of the site, and how many places it has.
    fleet, num_vehicles
        Vehicles by class, and in all.
    demand, demand_s
        Kind of demand, and how long orders come.
    orders_a_day, tasks_a_day
        Means of the first test days.
    load_pct
        Work of these tasks, one at a time over mean ways, over the time of the fleet while orders come.
    test_days, validation_days, seed
        Days that are played, and the root of their random numbers.
    policies, learned, reference
        Names of all policies, of those that are trained, and of the one that others are compared with.
    trainings, budget
        How often each is trained, and how long.
    """

    name: str
    network: str
    num_places: int
    fleet: Mapping[str, int]
    num_vehicles: int
    demand: str
    demand_s: float
    orders_a_day: float
    tasks_a_day: float
    load_pct: float
    test_days: int
    validation_days: int
    seed: int
    policies: tuple[str, ...]
    learned: tuple[str, ...]
    reference: str
    trainings: int
    budget: str


def summarise(spec: ScenarioSpec) -> ScenarioSummary:
    """
    Put a scenario together as a run would, and say what it is.

    Parameters
    ----------
    spec
        The scenario.

    Raises
    ------
    QmixLogisticsError
        If something is missing that a run would need.
    """
    world = world_of(spec.model_dump_json())
    days = [world.demand.realise(DayKey(Split.TEST, day)) for day in range(min(world.num_test_days, SAMPLED_DAYS))]
    tasks = float(np.mean([len(day.tasks) for day in days]))
    check_policies(spec)
    recorded_in = spec.decision_time.recorded_in
    if recorded_in is not None and not recorded_in.is_dir():
        raise RunFolderError(f"decision_time.recorded_in names {recorded_in}, which is no run folder")
    num_vehicles = world.site.fleet.num_vehicles
    found = contenders(spec)
    return ScenarioSummary(
        name=spec.name,
        network=spec.network.kind,
        num_places=world.site.network.num_places,
        fleet={vehicle_class.id: vehicle_class.count for vehicle_class in spec.fleet},
        num_vehicles=num_vehicles,
        demand=spec.demand.kind,
        demand_s=spec.horizon.demand_s,
        orders_a_day=float(np.mean([len(day.orders) for day in days])),
        tasks_a_day=tasks,
        load_pct=100 * tasks * world.site.mean_task_s / (num_vehicles * spec.horizon.demand_s),
        test_days=world.num_test_days,
        validation_days=world.num_validation_days,
        seed=spec.experiment.seed,
        policies=tuple(contender.name for contender in found),
        learned=tuple(contender.name for contender in found if contender.has_training),
        reference=reference_of(spec),
        trainings=spec.experiment.training_seeds,
        budget=str(spec.training.budget),
    )
