"""What only shows when the parts of a scenario are put together."""

from __future__ import annotations

import importlib.util
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from qmix_logistics.errors import Problem, ScenarioError
from qmix_logistics.scenario.check_places import check_places
from qmix_logistics.scenario.custom_code import check_class
from qmix_logistics.scenario.demand import PiecewisePoissonDemand, PoissonDemand, TraceDemand
from qmix_logistics.scenario.layout import build_layout, facilities
from qmix_logistics.scenario.network import WarehouseNetwork
from qmix_logistics.scenario.network.facilities import Spot
from qmix_logistics.scenario.policies import CustomPolicy, LearnedPolicy, RollingHorizonPolicy, policy_name
from qmix_logistics.scenario.positions import FieldPath
from qmix_logistics.scenario.trace import OrderLine
from qmix_logistics.scenario.trace_days import load_order_lines, split_days

Finding = tuple[FieldPath, str] | Problem
Parts = Mapping[str, Any]


def check(parts: Parts) -> Iterator[Finding]:
    """
    Yield what is wrong with a scenario whose parts are sound in themselves.

    Parameters
    ----------
    parts
        Those top-level parts that are sound; checks that need a missing one are left out.

    Yields
    ------
    The field's path and a sentence; or a whole problem where it lies in another file.
    """
    if "network" in parts:
        yield from _check_network(parts)
    if "fleet" in parts:
        yield from _check_fleet(parts)
    if "order_classes" in parts:
        yield from _check_order_classes(parts["order_classes"])
    if "demand" in parts:
        yield from _check_demand(parts)
    if "experiment" in parts and isinstance(parts.get("demand"), TraceDemand):
        yield from _check_replications(parts["demand"], parts["experiment"].replications)
    if "policies" in parts:
        yield from _check_policies(parts)
        yield from _check_pyvrp(parts)
        yield from _check_files_of_policies(parts["policies"])
    if {"report", "experiment"} <= parts.keys():
        yield from _check_hindsight(parts)
    if {"report", "policies"} <= parts.keys():
        yield from _check_replay(parts)
    if "report" in parts and importlib.util.find_spec("pyarrow") is None:
        message = "is parquet, which needs the package pyarrow: pip install 'qmix-logistics[parquet]', or use csv"
        yield from ((("report", f), message) for f in ("records", "tables") if getattr(parts["report"], f) == "parquet")


def _check_replay(parts: Parts) -> Iterator[Finding]:
    names = [policy_name(policy) for policy in parts["policies"]]
    for index, name in enumerate(parts["report"].replay_policies):
        if name not in names:
            message = f"'{name}' is no policy here; expected some of {', '.join(names)}"
            yield ("report", "replay_policies", index), message


def _check_pyvrp(parts: Parts) -> Iterator[Finding]:
    is_there = importlib.util.find_spec("pyvrp") is not None
    is_lifo = any(vehicle_class.unloading == "lifo" for vehicle_class in parts.get("fleet", ()))
    for index, entry in enumerate(parts["policies"]):
        if not isinstance(entry, RollingHorizonPolicy) or entry.solver != "pyvrp":
            continue
        if not is_there:
            message = "is pyvrp, which is not installed: pip install 'qmix-logistics[pyvrp]', or use ortools"
            yield ("policies", index, "solver"), message
        if is_lifo:
            yield ("policies", index, "solver"), "is pyvrp, which cannot unload last in, first out; use ortools"


def _check_files_of_policies(policies: Iterable[Any]) -> Iterator[Finding]:
    for index, policy in enumerate(policies):
        entries = [((), policy), *(((name,), getattr(policy, name, None)) for name in ("adviser", "teacher"))]
        for place, entry in entries:
            if isinstance(entry, CustomPolicy):
                for found in check_class(entry.folder, entry.policy_class):
                    yield found if isinstance(found, Problem) else (("policies", index, *place, "policy_class"), found)
        if isinstance(policy, LearnedPolicy) and policy.weights_in is not None and not policy.weights_in.is_dir():
            yield ("policies", index, "weights_in"), f"'{policy.weights_in}' is no folder; expected a trained policy's"


def _check_hindsight(parts: Parts) -> Iterator[Finding]:
    if parts["report"].records == "none" and parts["experiment"].hindsight_moves:
        message = "needs the records of what policies did; set report.records to csv or parquet, or this to 0"
        yield ("experiment", "hindsight_moves"), message


def _check_network(parts: Parts) -> Iterator[Finding]:
    network = parts["network"]
    spots = [(field, index, spot) for _, field, all_ in facilities(network) for index, spot in enumerate(all_)]
    repeated = _repeated(spot.id for _, _, spot in spots)
    is_sound = True
    for field, index, spot in spots:
        if spot.id in repeated:
            name = "id" if isinstance(network, WarehouseNetwork) else "node"
            yield ("network", field, index, name), f"'{spot.id}' names several facilities; give each its own {name}"
            is_sound = False
        if isinstance(network, WarehouseNetwork) and isinstance(spot, Spot) and spot.aisle > network.num_aisles:
            message = f"is {spot.aisle}; expected 1 to {network.num_aisles}, the number of aisles"
            yield ("network", field, index, "aisle"), message
            is_sound = False
    if is_sound:
        yield from _check_layout(parts)


def _check_layout(parts: Parts) -> Iterator[Finding]:
    try:
        yield from check_places(parts, build_layout(parts["network"]))
    except ScenarioError as error:
        yield from error.problems


def _check_fleet(parts: Parts) -> Iterator[Finding]:
    fleet = parts["fleet"]
    yield from _check_unique("fleet", "id", [vehicle_class.id for vehicle_class in fleet])
    network = parts.get("network")
    for index, vehicle_class in enumerate(fleet):
        if vehicle_class.battery and network is not None and not network.chargers:
            yield ("fleet", index, "battery"), "needs a charger; add one to network.chargers, or leave the battery out"
    num_units = len(fleet[0].capacities_units)
    for index, vehicle_class in enumerate(fleet):
        if len(vehicle_class.capacities_units) != num_units:
            message = f"has {len(vehicle_class.capacities_units)} numbers; expected {num_units}, as the first class"
            yield ("fleet", index, "capacity_units"), message
            return
    yield from _check_loads(parts, num_units)


def _check_loads(parts: Parts, num_units: int) -> Iterator[Finding]:
    demand = parts.get("demand")
    if not isinstance(demand, PoissonDemand | PiecewisePoissonDemand):
        return
    if len(demand.loads) != num_units:
        yield ("demand", "load"), f"has {len(demand.loads)} units; expected {num_units}, as fleet capacity_units"
        return
    for unit, load in enumerate(demand.loads):
        largest = max(vehicle_class.capacities_units[unit] for vehicle_class in parts["fleet"])
        if load.high_units > largest:
            message = f"is {load.high_units:g}; no vehicle carries more than {largest:g} (fleet capacity_units)"
            place = (unit,) if isinstance(demand.load, tuple) else ()
            yield ("demand", "load", *place, "high_units"), message


def _check_order_classes(classes: Any) -> Iterator[Finding]:
    yield from _check_unique("order_classes", "id", [order_class.id for order_class in classes])
    total = math.fsum(order_class.share_pct for order_class in classes)
    if abs(total - 100) > 1e-6:
        yield ("order_classes",), f"have share_pct that sum to {total:g}; expected 100"


def _check_demand(parts: Parts) -> Iterator[Finding]:
    demand, horizon = parts["demand"], parts.get("horizon")
    if isinstance(demand, TraceDemand):
        yield from _check_trace(demand, horizon)
    elif isinstance(demand, PiecewisePoissonDemand) and horizon is not None:
        for index, step in enumerate(demand.profile):
            if step.from_s >= horizon.demand_s:
                message = f"is {step.from_s:g}; expected less than horizon.demand_s, {horizon.demand_s:g}"
                yield ("demand", "profile", index, "from_s"), message


def _check_trace(demand: TraceDemand, horizon: Any) -> Iterator[Finding]:
    if demand.path is not None and not demand.path.is_file():
        yield ("demand", "path"), f"'{demand.path}' is no file; expected a CSV of order lines, or no path at all"
        return
    try:
        lines = load_order_lines(demand)
    except ScenarioError as error:
        yield from error.problems
        return
    try:
        split_days(demand, lines)
    except ValueError as error:
        yield ("demand", "test_days"), str(error)
    if horizon is not None:
        yield from _check_opening(demand, lines, horizon.demand_s)


def _check_opening(demand: TraceDemand, lines: tuple[OrderLine, ...], demand_s: float) -> Iterator[Finding]:
    outside = [line for line in lines if not 0 <= line.time_s - demand.day_starts_s < demand_s]
    if outside:
        times = sorted(line.time_s / 3600 for line in lines)
        message = (
            f"and horizon.demand_s leave {len(outside)} order lines outside the day; lines come between "
            f"{times[0]:.2f} h and {times[-1]:.2f} h. Start the day earlier or make demand_s longer"
        )
        yield ("demand", "day_starts_s"), message


def _check_replications(demand: TraceDemand, replications: int | None) -> Iterator[Finding]:
    available = demand.test_days if isinstance(demand.test_days, int) else len(set(demand.test_days))
    if replications is not None and replications > available:
        message = f"is {replications}, but the trace has {available} test days (demand.test_days); ask for fewer"
        yield ("experiment", "replications"), message


def _check_policies(parts: Parts) -> Iterator[Finding]:
    names = [policy_name(policy) for policy in parts["policies"]]
    yield from _check_unique("policies", "name", names)
    trained = {
        policy_name(policy): policy.kind
        for policy in parts["policies"]
        if isinstance(policy, LearnedPolicy) and policy.weights_of is None and policy.weights_in is None
    }
    planners = {policy_name(policy): policy for policy in parts["policies"] if not isinstance(policy, LearnedPolicy)}
    for index, policy in enumerate(parts["policies"]):
        if not isinstance(policy, LearnedPolicy):
            continue
        if policy.weights_of is not None and policy.weights_in is not None:
            yield ("policies", index, "weights_in"), "goes against weights_of; give one of them"
        if policy.weights_of is not None and trained.get(policy.weights_of) != policy.kind:
            same = [name for name, kind in trained.items() if kind == policy.kind]
            expected = f"expected one of {', '.join(same)}" if same else "there is none; leave it out"
            message = f"'{policy.weights_of}' is no {policy.kind} policy with a training of its own; {expected}"
            yield ("policies", index, "weights_of"), message
        for field in ("adviser", "teacher"):
            named = getattr(policy, field)
            if isinstance(named, str) and named not in ("auto", *planners):
                message = f"'{named}' is no policy here that does not learn; expected auto, {', '.join(planners)}"
                yield ("policies", index, field), message
        adviser = planners.get(policy.adviser) if isinstance(policy.adviser, str) else policy.adviser
        if policy.information == "advised" and policy.adviser is None:
            yield ("policies", index, "adviser"), "is missing, but vehicles are to be advised; name a planner, or auto"
        if policy.information != "advised" and adviser is not None and adviser.information != "local":
            message = "sees everything, but the policy decides on local information; write information: local for it"
            yield ("policies", index, "adviser"), message
    experiment = parts.get("experiment")
    reference = experiment.reference if experiment is not None else None
    if reference is not None and reference not in names:
        yield ("experiment", "reference"), f"'{reference}' is no policy here; expected one of {', '.join(names)}"


def _check_unique(section: str, field: str, names: list[str]) -> Iterator[Finding]:
    repeated = _repeated(names)
    for index, name in enumerate(names):
        if name in repeated:
            yield (section, index, field), f"'{name}' is used more than once; give each its own {field}"


def _repeated(names: Iterable[str]) -> set[str]:
    return {name for name, count in Counter(names).items() if count > 1}
