from __future__ import annotations

import copy
import dataclasses

import numpy as np
import pytest
from documents import battery_scenario, scenario
from observing import kept_epochs
from playing import play_day

from qmix_logistics.environment.codec import Codec
from qmix_logistics.environment.local_view import heard_by, local_view
from qmix_logistics.episode import Policy
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import DecisionEpoch, compile_site
from qmix_logistics_baselines import rules
from qmix_logistics_baselines.index_policy import IndexPolicy
from qmix_logistics_baselines.matching import MatchingPolicy
from qmix_logistics_baselines.on_vehicle import OnVehiclePolicy
from qmix_logistics_baselines.rolling_horizon import RollingHorizonPolicy

NO_ONE = np.zeros(0, int)
SEVERAL = {"fleet__0__max_tasks_on_board": 3, "fleet__0__capacity_units": 3}
SHORT_SIGHTED = {"information__board_range_m": 8.0, "information__radio_range_m": 6.0}
PLANNERS = {
    "atc": lambda: IndexPolicy(rules.AtcScore(2.0)),
    "matching": lambda: MatchingPolicy(2.0, anticipatory=True),
    "routes": lambda: RollingHorizonPolicy(30.0, 12, 5, 60.0),
}


def busy(**changes: object) -> ScenarioSpec:
    return battery_scenario(demand__rate_per_h=500, fleet__0__count=4, **changes)


def test_whom_a_vehicle_hears_is_whom_it_observes() -> None:
    site, epochs = kept_epochs(busy(information__radio_range_m=6.0, information__max_neighbours=2), 60)
    sizes = set()
    for epoch in epochs:
        seen = Codec(site).encode([epoch])
        for row, number in enumerate(epoch.deciders.tolist()):
            heard = heard_by(site, epoch.snapshot.vehicles, epoch.time_s, number)
            assert heard[number] and heard.sum() - 1 == seen.neighbour_mask[row].sum()
            sizes.add(int(heard.sum()))
    assert sizes >= {2, 3}


def test_what_a_vehicle_sees_of_the_board_is_what_its_list_can_hold() -> None:
    site, epochs = kept_epochs(busy(information__board_range_m=8.0, candidates__k=200), 60)
    for epoch in epochs:
        seen = Codec(site).encode([epoch])
        for row in range(epoch.num_deciders):
            view = local_view(site, epoch, row, NO_ONE)
            mine = view.columns[view.epoch.feasible[view.row].nonzero()[0]]
            assert set(mine.tolist()) == set(seen.columns[row, seen.mask[row]].tolist())
            assert np.array_equal(view.epoch.stops, epoch.stops[view.columns])
            assert view.epoch.deciders[view.row] == epoch.deciders[row]


def scrambled(epoch: DecisionEpoch, is_secret_stop: np.ndarray, is_secret_vehicle: np.ndarray) -> DecisionEpoch:
    """Change everything about some stops and vehicles, and let those who decide be able to do everything."""
    other = copy.deepcopy(epoch)
    for name, value in (("weight", 99.0), ("due_s", -5.0), ("release_s", -99.0), ("handling_s", 500.0)):
        other.stops[name][is_secret_stop] = value
    vehicles = other.snapshot.vehicles
    for name, value in (("free_s", 9e9), ("battery_wh", 1.0), ("load_units", 7.0), ("free_place", 3)):
        vehicles[name][is_secret_vehicle] = value
    vehicles["is_available"][is_secret_vehicle] ^= True
    other.feasible[is_secret_vehicle[other.deciders]] = True
    return other


@pytest.mark.parametrize("name", PLANNERS)
def test_scrambling_what_a_vehicle_does_not_know_changes_no_decision_of_its_planner(name: str) -> None:
    spec = scenario(demand__rate_per_h=500, fleet__0__count=4, **SHORT_SIGHTED, **(SEVERAL if name == "routes" else {}))
    site, epochs = kept_epochs(spec, 60)
    scrambles = 0
    for epoch in epochs:
        for row, number in enumerate(epoch.deciders.tolist()):
            vehicles = epoch.snapshot.vehicles
            is_secret_vehicle = ~heard_by(site, vehicles, epoch.time_s, number)
            here_m = site.network.position_m[vehicles["place"][number]]
            is_secret_stop = np.hypot(*(site.network.position_m[epoch.stops["place"]] - here_m).T) > 8.0
            is_secret_stop[: epoch.pick_ups.start] = is_secret_stop[epoch.drop_offs.start :] = False
            chosen = []
            for shown in (epoch, scrambled(epoch, is_secret_stop, is_secret_vehicle)):
                alone = dataclasses.replace(shown, deciders=shown.deciders[[row]], feasible=shown.feasible[[row]])
                policy = OnVehiclePolicy(PLANNERS[name])
                policy.reset(site, np.random.default_rng(0))
                chosen.append(int(policy.decide(alone).columns[0]))
            assert chosen[0] == chosen[1]
            scrambles += bool(is_secret_stop.any() and is_secret_vehicle.any())
    assert scrambles > 5


@pytest.mark.parametrize("name", PLANNERS)
def test_vehicles_that_know_everything_decide_as_a_centre_would(name: str) -> None:
    """Where one decides at a time; those who decide together claim one after the other."""
    site, epochs = kept_epochs(busy(information__max_neighbours=8), 60)
    alone = [epoch for epoch in epochs if epoch.num_deciders == 1]
    central: Policy = PLANNERS[name]()
    on_vehicle = OnVehiclePolicy(PLANNERS[name])
    for policy in (central, on_vehicle):
        policy.reset(site, np.random.default_rng(0))
    for epoch in alone:
        if name == "routes":  # each vehicle has a plan of its own, the centre one for all
            central.reset(site, np.random.default_rng(0))
            on_vehicle.reset(site, np.random.default_rng(0))
        assert central.decide(epoch).columns.tolist() == on_vehicle.decide(epoch).columns.tolist()
    assert len(alone) > 20


@pytest.mark.parametrize("name", PLANNERS)
def test_planners_on_vehicles_never_choose_what_is_not_allowed(name: str) -> None:
    spec = battery_scenario(demand__rate_per_h=300, fleet__0__count=4, **SHORT_SIGHTED)
    records = play_day(spec, OnVehiclePolicy(PLANNERS[name])).records
    assert records.mask_violations == 0
    assert sum(order.done_s is not None for order in records.orders) > 50


def test_planners_on_vehicles_go_on_in_an_outage() -> None:
    """Away all day, a central matching serves no one; on the vehicles it serves all."""
    always = [{"earliest_s": 0, "latest_s": 0, "duration_s": 3000}]
    spec = scenario(disruptions__planner_outages=always)
    site = compile_site(spec)
    assert site.fleet.num_vehicles == 2
    central, mine = (
        play_day(spec, policy).records for policy in (PLANNERS["matching"](), OnVehiclePolicy(PLANNERS["matching"]))
    )
    done = [sum(order.done_s is not None for order in records.orders) for records in (central, mine)]
    assert done[0] == 0 and done[1] == len(mine.orders)
