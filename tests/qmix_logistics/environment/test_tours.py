from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from documents import scenario
from observing import epochs_of_a_day
from town import day_of, town

from qmix_logistics.environment.codec import Codec
from qmix_logistics.environment.schema import STOP, VEHICLE
from qmix_logistics.environment.tours import nearest_first
from qmix_logistics.simulation import DROP_OFF, KNOWN_TASK, PICK_UP, DecisionEpoch, Dispatch, Simulator, compile_site

SCALE = {feature.name: feature for feature in STOP}
AT = {feature.name: index for index, feature in enumerate(STOP)}
OF_VEHICLE = {feature.name: index for index, feature in enumerate(VEHICLE)}
ORDERS = """
    order,release_s,from,to,load_units,weight,due_s
    a,0,D,A,4,1,500
    b,0,D,B,2,3,25
    c,0,A,C,1,1,500
"""


def test_a_detour_by_hand(tmp_path: Path) -> None:
    """
    The van stands at D with b on board, 200 m to B; to pick up c at A and take it to C makes nothing late.

    Trips: D-A 10 s, D-B 20 s, D-C 30 s at 10 m/s; drop-offs take no time. With b alone the tour ends after 20 s. To
    pick up a (D to D, then A at 10 s, B at 20 s) costs nothing; c (A at 10 s, B at 20 s, C at 30 s) ends 10 s later.
    """
    spec = town(tmp_path, ORDERS)
    site, simulator = compile_site(spec), Simulator(compile_site(spec))
    epoch = simulator.reset(day_of(spec))
    epoch = simulator.advance(Dispatch(np.array([_column(epoch, PICK_UP, 1)])))
    seen = Codec(site).encode([epoch])
    unit_s = site.mean_task_s
    room = seen.vehicle[0, OF_VEHICLE["room"]]
    assert room == pytest.approx(0.8) and seen.vehicle[0, OF_VEHICLE["on_board"]] == pytest.approx(np.log(2) / 2)

    def values(kind: int, task: int) -> tuple[float, float, float, float]:
        slot = int(np.flatnonzero(seen.columns[0] == _column(epoch, kind, task))[0])
        stop = seen.stops[0, slot]
        return tuple(float(stop[AT[n]]) for n in ("longer_tour", "ride", "carried_delay", "load"))  # type: ignore[return-value]

    assert values(PICK_UP, 0) == pytest.approx((0, 10 / unit_s, 0, 4 / 8), abs=1e-5)
    assert values(PICK_UP, 2) == pytest.approx((10 / unit_s, 30 / unit_s, 0, 1 / 8), abs=1e-5)
    assert values(DROP_OFF, 1) == pytest.approx((0, 20 / unit_s, 0, 0), abs=1e-5)


def _column(epoch: DecisionEpoch, kind: int, task: int) -> int:
    return int(np.flatnonzero((epoch.stops["kind"] == int(kind)) & (epoch.stops["task"] == task))[0])


def test_what_is_on_board_waits_for_a_detour(tmp_path: Path) -> None:
    """Task b, weight 3, due at 25 s, is at B after 20 s; by C first (30 s there, 10 s back) after 40 s, 15 s late."""
    spec = town(tmp_path, ORDERS.replace("c,0,A,C", "c,0,C,D"))
    site, simulator = compile_site(spec), Simulator(compile_site(spec))
    epoch = simulator.reset(day_of(spec))
    epoch = simulator.advance(Dispatch(np.array([_column(epoch, PICK_UP, 1)])))
    seen = Codec(site).encode([epoch])
    stop = seen.stops[0, int(np.flatnonzero(seen.columns[0] == _column(epoch, PICK_UP, 2))[0])]
    unit = site.mean_weight * site.mean_task_s
    assert stop[AT["carried_delay"]] == pytest.approx(min(3 * 20 / unit, 8), rel=1e-4)
    assert stop[AT["carried_lateness"]] == pytest.approx(min(3 * 15 / unit, 8), rel=1e-4)


def test_tours_equal_a_walk_to_the_nearest_again_and_again() -> None:
    site, rng = compile_site(scenario()), np.random.default_rng(1)
    tasks, mask = np.zeros((30, 5), KNOWN_TASK), rng.random((30, 5)) < 0.7
    tasks["destination"] = rng.integers(site.network.num_places, size=(30, 5))
    tasks["mean_drop_off_s"] = rng.uniform(1, 20, (30, 5))
    start, start_s = rng.integers(site.network.num_places, size=30), rng.uniform(0, 100, 30)
    found = nearest_first(site, np.zeros(30, int), start, start_s, tasks, mask)
    for row in range(30):
        here, time_s, left = int(start[row]), float(start_s[row]), mask[row].nonzero()[0].tolist()
        while left:
            way = {n: site.network.travel_time_s[0, here, tasks["destination"][row, n]] for n in left}
            n = min(left, key=way.__getitem__)
            time_s += way[n]
            assert found[row, n] == pytest.approx(time_s)
            time_s, here = time_s + tasks["mean_drop_off_s"][row, n], int(tasks["destination"][row, n])
            left.remove(n)
    assert (found[~mask] == 0).all()


def test_features_of_what_is_on_board_vary_where_several_are() -> None:
    spec = scenario(demand__rate_per_h=300, fleet__0__max_tasks_on_board=3, fleet__0__capacity_units=3)
    seen = [Codec(site).encode([epoch]) for site, epoch in epochs_of_a_day(spec)]
    stops = np.concatenate([each.stops[each.mask] for each in seen])
    for name in ("longer_tour", "ride", "carried_delay", "carried_lateness", "load"):
        assert np.ptp(stops[:, AT[name]]) > 0.1, name
