"""A day on which every vehicle is a process of its own, beside the same day inside the simulator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from qmix_logistics.composition.building import build_adviser, world_of
from qmix_logistics.composition.packing import CARD
from qmix_logistics.deployment.board import BoardPolicy, VehicleProcesses, Vehicles, VehiclesInside
from qmix_logistics.deployment.runtime import SCHEMA, WEIGHTS
from qmix_logistics.episode import Policy, play
from qmix_logistics.errors import DeploymentError
from qmix_logistics.evaluation.decision_times import fixed_times
from qmix_logistics.evaluation.kpis import RecordedDay, compute_kpis
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.policies import Baseline
from qmix_logistics.simulation import DayKey, Purpose, Simulator, Split, day_stream


@dataclass(frozen=True, slots=True)
class DeployedDay:
    """
    KPIs of a day, twice.

    Parameters
    ----------
    inside
        With all vehicles in this process, and none lost.
    processes
        With a process for each.
    lost
        Names of the vehicles whose processes were killed.
    """

    inside: Mapping[str, float | None]
    processes: Mapping[str, float | None]
    lost: tuple[str, ...]


def deploy(spec: ScenarioSpec, folder: Path, day: int, num_lost: int = 0, lost_at_s: float = 0.0) -> DeployedDay:
    """
    Play a test day with a process for each vehicle.

    Parameters
    ----------
    spec
        The scenario.
    folder
        An exported policy.
    day
        Number of the test day, from 0.
    num_lost
        How many vehicles' processes are killed, every second one, from the first.
    lost_at_s
        When.

    Raises
    ------
    DeploymentError
        If the folder holds no exported policy, there are fewer vehicles, or they do not start.
    """
    world = world_of(spec.model_dump_json())
    names = world.site.fleet.names
    if num_lost > len(names):
        raise DeploymentError(f"{num_lost} vehicles cannot be lost: the fleet has {len(names)}")
    lost = [*range(0, len(names), 2), *range(1, len(names), 2)][:num_lost]
    entry = _adviser_of(folder)

    def kpis(vehicles: Vehicles, losses: Mapping[int, float]) -> Mapping[str, float | None]:
        adviser: Policy | None = None if entry is None else build_adviser(entry)
        key = DayKey(Split.TEST, day)
        rng = day_stream(spec.experiment.seed, key, Purpose.POLICY)
        policy = BoardPolicy(vehicles, adviser, losses)
        times = fixed_times(spec.decision_time, policy.information)
        played = play(Simulator(world.site), policy, world.demand.realise(key), rng, times)
        return compute_kpis(RecordedDay(played.records, world.site))

    inside = kpis(VehiclesInside(folder, len(names)), {})
    with VehicleProcesses(folder, len(names)) as vehicles:
        processes = kpis(vehicles, dict.fromkeys(lost, lost_at_s))
    return DeployedDay(inside, processes, tuple(names[number] for number in lost))


def _adviser_of(folder: Path) -> Baseline | None:
    """Return the planner whose advice an exported policy expects; None if it decides alone."""
    missing = [name for name in (CARD, SCHEMA, WEIGHTS, "runtime.py") if not (folder / name).is_file()]
    if missing:
        raise DeploymentError(f"{folder} holds no exported policy: {', '.join(missing)} missing; see export --help")
    try:
        card: dict[str, Any] = json.loads((folder / CARD).read_text(encoding="utf-8"))
        if card["adviser"] is None:
            return None
        adviser: Baseline = TypeAdapter(Baseline).validate_python(card["adviser"])
    except (ValueError, KeyError, ValidationError) as error:
        raise DeploymentError(f"{folder / CARD} cannot be read: {error}; export the policy anew") from error
    return adviser
