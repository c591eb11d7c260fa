from __future__ import annotations

import copy
import dataclasses
from pathlib import Path

import numpy as np
import pytest
from documents import battery_scenario, scenario
from observing import kept_epochs, observations_of_a_day
from town import day_of, town

from qmix_logistics.environment.codec import Codec
from qmix_logistics.environment.observation import JointObservation
from qmix_logistics.environment.schema import GROUPS, LIMIT, Feature, assemble
from qmix_logistics.simulation import DecisionEpoch, Simulator, StopKind, compile_site

LOCAL = ("vehicle", "stops", "mask", "columns", "tasks", "neighbours", "neighbour_mask", "is_fallback")


def busy_site(**changes: object):
    return battery_scenario(
        **{"fleet__0__count": 4, "demand__rate_per_h": 400, "network__racks_per_block": 10, "horizon__demand_s": 600}
        | changes
    )


def test_many_epochs_encode_as_each_alone() -> None:
    site, epochs = kept_epochs(busy_site())
    together = Codec(site).encode(epochs, with_state=True)
    for number, epoch in enumerate(epochs):
        alone, rows = Codec(site).encode([epoch], with_state=True), together.epoch == number
        width, heard = alone.mask.shape[1], alone.neighbour_mask.shape[1]
        assert np.array_equal(together.decider[rows], alone.decider)
        assert np.array_equal(together.mask[rows][:, :width], alone.mask) and not together.mask[rows][:, width:].any()
        assert np.array_equal(together.stops[rows][:, :width], alone.stops)
        assert np.array_equal(together.vehicle[rows], alone.vehicle)
        assert np.array_equal(together.neighbours[rows][:, :heard], alone.neighbours)
        assert together.state is not None and alone.state is not None
        assert np.array_equal(together.state.site[number], alone.state.site[0])
        assert np.array_equal(together.state.vehicles[number], alone.state.vehicles[0])


def test_numbers_are_bounded_and_every_candidate_is_legal() -> None:
    site, epochs = kept_epochs(busy_site())
    for epoch in epochs:
        seen = Codec(site).encode([epoch], with_state=True)
        state = seen.state
        assert state is not None
        for values in (seen.vehicle, seen.stops, seen.neighbours, state.vehicles, state.tasks, state.site):
            assert np.isfinite(values).all() and np.abs(values).max(initial=0) <= LIMIT
        for row, columns in enumerate(seen.columns):
            assert epoch.feasible[row, columns[seen.mask[row]]].all()
            assert len(set(columns[seen.mask[row]])) == seen.mask[row].sum() >= 1


def test_every_feature_varies_over_a_day() -> None:
    """A feature that is always the same says nothing, or is wrong."""
    spec = busy_site(horizon__demand_s=3600, network__stations__0__servers=1)
    days = observations_of_a_day(spec)
    states = [seen.state for seen in days if seen.state is not None]
    constant = []
    for group, values in {
        "vehicle": [seen.vehicle for seen in days],
        "stop": [seen.stops[seen.mask] for seen in days],
        "neighbour": [seen.neighbours[seen.neighbour_mask] for seen in days],
        "state_vehicle": [state.vehicles.reshape(-1, state.vehicles.shape[-1]) for state in states],
        "state_task": [state.tasks[state.task_mask] for state in states],
        "state_site": [state.site for state in states],
    }.items():
        spread = np.ptp(np.concatenate(values), axis=0)
        constant += [
            f"{group}.{feature.name}" for feature, width in zip(GROUPS[group], spread, strict=True) if width == 0
        ]
    # One station, so no drop-off is a choice; one task an order, and on board; no parking places, planner, congestion.
    assert set(constant) == {
        "stop.is_drop_off", "stop.is_park", "stop.open_tasks", "stop.is_advised", "stop.delay", "stop.detour",
        "stop.early", "stop.carried_delay", "stop.carried_lateness",
        "vehicle.is_loaded", "vehicle.on_board", "vehicle.room", "vehicle.neighbours", "vehicle.is_advised",
    }  # fmt: skip


def scrambled(epoch: DecisionEpoch, is_secret_stop: np.ndarray, is_secret_vehicle: np.ndarray) -> DecisionEpoch:
    """Change everything about some stops and vehicles."""
    other = copy.deepcopy(epoch)
    for name, value in (("weight", 99.0), ("due_s", -5.0), ("release_s", -99.0), ("handling_s", 500.0)):
        other.stops[name][is_secret_stop] = value
    vehicles = other.snapshot.vehicles
    vehicles["free_s"][is_secret_vehicle] += 777.0
    vehicles["battery_wh"][is_secret_vehicle] *= 0.5
    vehicles["load_units"][is_secret_vehicle] += 1.0
    return other


def test_scrambling_what_lies_outside_the_information_changes_nothing() -> None:
    spec = busy_site(information__board_range_m=8.0, information__radio_range_m=6.0)
    site, epochs = kept_epochs(spec)
    scrambles = 0
    for epoch in epochs:
        for row, number in enumerate(epoch.deciders):
            alone = dataclasses.replace(epoch, deciders=epoch.deciders[[row]], feasible=epoch.feasible[[row]])
            seen = Codec(site).encode([alone], with_state=True)
            here_m = site.network.position_m[epoch.snapshot.vehicles["place"][number]]
            way_m = np.hypot(*(site.network.position_m[epoch.stops["place"]] - here_m).T)
            is_pick_up = np.zeros(len(epoch.stops), bool)
            is_pick_up[epoch.pick_ups] = True
            heard = set(_heard(seen))
            is_secret_vehicle = np.array([index not in heard | {number} for index in range(site.fleet.num_vehicles)])
            is_secret_stop = is_pick_up & (way_m > 8.0)
            other = Codec(site).encode([scrambled(alone, is_secret_stop, is_secret_vehicle)])
            for name in LOCAL:
                np.testing.assert_array_equal(getattr(seen, name), getattr(other, name), err_msg=name)
            scrambles += is_secret_stop.any() and is_secret_vehicle.any()
    assert scrambles > 5


def _heard(seen: JointObservation) -> list[int]:
    """Numbers of the vehicles that a row hears, told by comparing what is seen with what is true."""
    return [] if not seen.neighbour_mask.any() else [number for number in range(4) if _is_heard(seen, number)]


def _is_heard(seen: JointObservation, number: int) -> bool:
    names = [feature.name for feature in GROUPS["state_vehicle"]]
    assert seen.state is not None
    mine = seen.state.vehicles[0, number, names.index("battery")]
    theirs = seen.neighbours[0][seen.neighbour_mask[0], [f.name for f in GROUPS["neighbour"]].index("battery")]
    return bool(np.isclose(theirs, mine, atol=1e-6).any())


def test_waiting_is_a_fallback_while_there_is_work() -> None:
    for allowed in (False, True):
        site, epochs = kept_epochs(busy_site(candidates__wait_while_pending=allowed))
        for epoch in epochs:
            seen = Codec(site).encode([epoch])
            waits = (seen.columns == epoch.wait) & seen.mask
            has_work = (seen.tasks >= 0).any(axis=1)
            assert np.array_equal(seen.is_fallback & waits, waits & has_work[:, None] & (not allowed))


def test_a_long_list_is_cut_to_the_nearest_and_the_most_urgent() -> None:
    spec = busy_site(candidates__k=6, demand__rate_per_h=2000)
    site, epochs = kept_epochs(spec, 60)
    cuts = 0
    for epoch in epochs:
        seen = Codec(site).encode([epoch])
        for row in np.flatnonzero(seen.is_cut):
            cuts += 1
            assert seen.mask[row].sum() == 6 and not seen.is_fallback[row].any()
            taken = seen.columns[row]
            here = epoch.snapshot.vehicles["place"][seen.decider[row]]
            can = epoch.feasible[row].nonzero()[0]
            can = can[can >= epoch.pick_ups.start]
            arrival_s = site.network.travel_time_s[0, here, epoch.stops["place"][can]]
            assert arrival_s.min() in arrival_s[np.isin(can, taken)]
            assert can[epoch.stops["due_s"][can].argmin()] in taken or epoch.stops["weight"][can].max() > 1
    assert cuts > 10


def test_a_missing_feature_is_noticed() -> None:
    site, features = compile_site(busy_site()), (Feature("a", "", 2.0, ""), Feature("b", "", 0.1, ""))
    values = {"a": np.array([3.0]), "b": np.array([5.0])}
    np.testing.assert_array_equal(assemble(site, features, (1,), values), [[1.5, 8.0]])
    with pytest.raises(KeyError, match="b"):
        assemble(site, features, (1,), {"a": np.array([3.0])})


def test_times_are_counted_in_task_times_and_lengths_in_radii() -> None:
    """On a site twice as large, driven at twice the speed, vehicles see the same."""
    site = compile_site(busy_site())
    features = (Feature("a", "s", 2.0, ""), Feature("b", "m", 0.5, ""))
    values = {"a": np.array([site.mean_task_s]), "b": np.array([site.radius_m])}
    np.testing.assert_allclose(assemble(site, features, (1,), values), [[0.5, 2.0]])
    assert site.radius_m == pytest.approx(np.sqrt(np.mean(np.sum(site.network.position_m**2, axis=1))))


def test_a_task_in_the_global_state_takes_as_long_as_it_takes_those_who_may_do_it() -> None:
    """The first class may not drive there: its way is endless, that of the second is not."""
    classes = [{"id": "fenced", "count": 1, "speed_mps": 1.0}, {"id": "amr", "count": 1, "speed_mps": 1.0}]
    site, epochs = kept_epochs(battery_scenario(fleet=classes), 20)
    plain = Codec(site).encode(epochs, with_state=True).state
    times_s = site.network.travel_time_s.copy()
    times_s[0] = 1e7
    fenced = dataclasses.replace(site, network=dataclasses.replace(site.network, travel_time_s=times_s))
    found = Codec(fenced).encode(epochs, with_state=True).state
    assert plain is not None and found is not None and plain.task_mask.any()
    assert np.array_equal(found.tasks, plain.tasks)


def test_a_site_without_stations_has_no_queue_in_its_state(tmp_path: Path) -> None:
    points = [{"node": name, "x_m": 100.0 * index, "y_m": 0.0} for index, name in enumerate("DABC")]
    changes = {"network": {"kind": "points", "points": points}, "fleet__0__home": ["D"]}
    spec = town(tmp_path, "order,from,to\n1,A,B", **changes)
    site = compile_site(spec)
    assert not site.stations
    state = Codec(site).encode([Simulator(site).reset(day_of(spec))], with_state=True).state
    assert state is not None and np.isfinite(state.site).all()


def test_waiting_stays_on_a_list_that_parking_places_fill() -> None:
    """Thirty of them, two dozen slots, no work: the nearest of each kind is on the list, the others by way."""
    places = [{"id": f"P{number}", "aisle": 1 + number % 3, "offset_m": 1.0 + number // 3} for number in range(30)]
    spec = scenario(network__parking=places, network__racks_per_block=12, demand__rate_per_h=6)
    site, epochs = kept_epochs(spec, 12)
    is_idle = [epoch for epoch in epochs if epoch.num_pending == 0 and epoch.feasible[:, epoch.wait].all()]
    assert is_idle
    for epoch in is_idle:
        observation = Codec(site).encode([epoch])
        kinds = epoch.stops["kind"][observation.columns]
        assert (kinds[observation.mask] == int(StopKind.WAIT)).sum() == len(observation.mask)
        here = epoch.snapshot.vehicles["place"][epoch.deciders]
        way_s = site.network.travel_time_s[0, here[:, None], epoch.stops["place"][observation.columns]]
        parking = epoch.feasible[:, : epoch.wait]
        nearest_s = np.where(
            parking, site.network.travel_time_s[0][here][:, epoch.stops["place"][: epoch.wait]], np.inf
        )
        offered = np.where(observation.mask & (kinds == int(StopKind.PARK)), way_s, np.inf)
        assert np.array_equal(offered.min(axis=1), nearest_s.min(axis=1))
