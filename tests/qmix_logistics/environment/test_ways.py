"""The way is chosen with the stop, where lanes offer several."""

from __future__ import annotations

import numpy as np
import pytest
from documents import scenario
from jaxtyping import Float
from observing import epochs_of_a_day

from qmix_logistics.environment.candidates import QUICKEST, num_slots
from qmix_logistics.environment.codec import Codec
from qmix_logistics.environment.joint_decision import decide_jointly
from qmix_logistics.environment.observation import JointObservation
from qmix_logistics.environment.schema import STOP
from qmix_logistics.scenario import ScenarioSpec

SCALE = {feature.name: feature.scale for feature in STOP}
DELAY, DETOUR = ([feature.name for feature in STOP].index(name) for name in ("delay", "detour"))


@pytest.fixture(scope="module")
def crowded() -> ScenarioSpec:
    return scenario(
        network__num_aisles=5,
        network__one_way_aisles=True,
        network__congestion="segments",
        network__segments={"route_choices": 3, "slowdown": 0.5, "standing_s": 20},
        network__stations=[
            {"id": "S1", "aisle": 1, "bays": 3, "service_s": 12},
            {"id": "S2", "aisle": 5, "bays": 3, "service_s": 12},
        ],
        fleet__0__count=10,
        demand={"kind": "poisson", "rate_per_h": 300, "destination_choice": True},
        candidates={"routed": 2},
    )


def test_each_way_of_the_first_stops_is_a_candidate(crowded: ScenarioSpec) -> None:
    """Beside the simulator's own times: the quickest comes first, what others take longer is their detour."""
    num_chosen = num_delayed = 0
    for site, epoch in epochs_of_a_day(crowded):
        seen = Codec(site).encode([epoch])
        assert seen.mask.shape[1] <= num_slots(site) == site.candidates.k + 2 * 2
        assert epoch.ways is not None
        num_delayed += bool((seen.stops[..., DELAY] > 0).any())
        for row, number in enumerate(seen.decider.tolist()):
            routed = [slot for slot in np.flatnonzero(seen.mask[row]).tolist() if seen.ways[row, slot] != QUICKEST]
            columns = list(dict.fromkeys(seen.columns[row, routed].tolist()))
            assert len(columns) <= 2
            for column in columns:
                slots = [slot for slot in routed if seen.columns[row, slot] == column]
                times_s = np.array(epoch.ways.times_s(number, int(epoch.stops["place"][column])))
                assert sorted(seen.ways[row, slots].tolist()) == list(range(len(times_s)))
                detour_s = times_s[seen.ways[row, slots]] - times_s.min()
                expected = np.minimum(detour_s / SCALE["detour"] / site.mean_task_s, 8.0)
                assert seen.stops[row, slots, DETOUR] == pytest.approx(expected, abs=1e-5)
                assert detour_s[0] == 0 and (np.diff(detour_s) >= 0).all()
                num_chosen += len(slots) > 1
    assert num_chosen > 50 and num_delayed > 50


def test_the_way_that_scores_best_is_taken(crowded: ScenarioSpec) -> None:
    """Whoever likes detours gets the slowest way that is offered; all others go by the quickest."""

    def roundabout(seen: JointObservation) -> Float[np.ndarray, "row slot"]:
        return np.where(seen.mask, seen.stops[..., DETOUR] + (seen.ways != QUICKEST), -np.inf)

    num_detours = 0
    for site, epoch in epochs_of_a_day(crowded):
        (dispatch,), _ = decide_jointly(Codec(site), [epoch], roundabout)
        assert dispatch.routes is not None and epoch.ways is not None
        for number, column, way in zip(epoch.deciders.tolist(), dispatch.columns, dispatch.routes, strict=True):
            place = int(epoch.stops["place"][column])
            times_s = epoch.ways.times_s(number, place) if place >= 0 else [0.0]
            assert times_s[way] in (min(times_s), max(times_s))
            num_detours += times_s[way] > min(times_s)
    assert num_detours > 20


def test_nearest_leaves_no_choice_of_station(crowded: ScenarioSpec) -> None:
    """Of a task on board only the nearest station is a candidate; with ``all``, both are."""
    few = crowded.model_copy(update={"candidates": crowded.candidates.model_copy(update={"facilities": "nearest"})})
    num_chosen = 0
    for site, epoch in epochs_of_a_day(few):
        seen = Codec(site).encode([epoch])
        for row, number in enumerate(seen.decider.tolist()):
            here = int(epoch.snapshot.vehicles["place"][number])
            feasible = np.flatnonzero(epoch.feasible[epoch.deciders == number][0])
            ends = [column for column in feasible.tolist() if column >= epoch.drop_offs.start]
            shown = {int(column) for column in seen.columns[row][seen.mask[row]] if column >= epoch.drop_offs.start}
            if len(ends) > 1:
                arrival_s = site.network.travel_time_s[0, here, epoch.stops["place"][ends]]
                assert shown == {ends[int(arrival_s.argmin())]}
                num_chosen += 1
    assert num_chosen > 20


def test_without_traffic_nothing_is_delayed(crowded: ScenarioSpec) -> None:
    """At the first decision of a day no one is on the lanes."""
    _, epoch = next(epochs_of_a_day(crowded))
    assert epoch.ways is not None
    places = epoch.stops["place"][epoch.pick_ups].tolist()
    assert epoch.ways.delays_s(int(epoch.deciders[0]), places) == pytest.approx([0.0] * len(places), abs=3.0)
