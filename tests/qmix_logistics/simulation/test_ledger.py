import math

import numpy as np
import pytest
from documents import scenario
from hypothesis import given
from hypothesis import strategies as st
from playing import NEAREST

from qmix_logistics.composition import build_demand
from qmix_logistics.scenario.operations import Objective
from qmix_logistics.simulation import DayKey, Simulator, Split, compile_site
from qmix_logistics.simulation.ledger import Ledger

OBJECTIVE = Objective(open_order_cost_per_h=3600.0, late_order_cost_per_h=7200.0)


def test_an_order_costs_its_weight_while_open_and_more_once_late() -> None:
    """Weight 2, open for 10 s at 1 per second, the last 4 s at 2 per second on top: 2 * (10 + 8)."""
    ledger = Ledger(OBJECTIVE, None)
    ledger.open_order(5.0, 0, weight=2.0, due_s=11.0)
    ledger.close_order(15.0, 0, due_s=11.0)
    assert ledger.cut(20.0).cost == pytest.approx(36.0)


def test_an_order_closed_before_it_is_due_never_costs_the_late_rate() -> None:
    ledger = Ledger(OBJECTIVE, None)
    ledger.open_order(0.0, 0, weight=1.0, due_s=100.0)
    ledger.close_order(10.0, 0, due_s=100.0)
    assert ledger.cut(200.0).cost == pytest.approx(10.0)


def test_discounted_cost_of_a_constant_rate_is_the_integral_of_the_exponential() -> None:
    ledger = Ledger(OBJECTIVE, 50.0)
    ledger.add_rate(0.0, 3.0)
    assert ledger.cut(20.0).discounted_cost == pytest.approx(3 * 50 * (1 - math.exp(-20 / 50)))


def test_a_lump_sum_is_discounted_to_the_beginning_of_the_interval() -> None:
    ledger = Ledger(OBJECTIVE, 50.0)
    ledger.cut(10.0)
    ledger.charge(35.0, 2.0)
    assert ledger.cut(60.0).discounted_cost == pytest.approx(2 * math.exp(-25 / 50))


@given(
    st.lists(st.tuples(st.floats(0.01, 100), st.floats(-1, 5)), min_size=1, max_size=8),
    st.lists(st.floats(0.0, 1.0), max_size=5),
)
def test_splitting_an_interval_changes_no_return(steps: list[tuple[float, float]], splits: list[float]) -> None:
    """R = R1 + exp(-t1 / tau) R2 for any split, so forced epochs leave learning targets as they are."""
    end_s = sum(step for step, _ in steps)
    whole, split = Ledger(OBJECTIVE, 40.0), Ledger(OBJECTIVE, 40.0)
    cuts, time_s = sorted(share * end_s for share in splits), 0.0
    total, passed_s = 0.0, 0.0
    for length_s, rate in steps:
        for ledger in (whole, split):
            ledger.add_rate(time_s, rate)
        while cuts and cuts[0] <= time_s + length_s:
            interval = split.cut(cuts.pop(0))
            total += math.exp(-passed_s / 40.0) * interval.discounted_cost
            passed_s += interval.elapsed_s
        time_s += length_s
    total += math.exp(-passed_s / 40.0) * split.cut(end_s).discounted_cost
    assert total == pytest.approx(whole.cut(end_s).discounted_cost, rel=1e-9, abs=1e-9)


def test_a_shadow_price_is_in_the_discounted_cost_alone() -> None:
    """A rate of 2 and a shadow of 3, from 10 to 30 s, without discount: 40 is paid, 100 is learned from."""
    ledger = Ledger(Objective(), None)
    ledger.add_rate(10.0, 2.0, 3.0)
    ledger.add_rate(30.0, -2.0, -3.0)
    interval = ledger.cut(50.0)
    assert (interval.cost, interval.discounted_cost) == (40.0, 100.0)


def test_travel_that_should_seem_dearer_changes_no_cost_of_a_day() -> None:
    """With 0.1 a kilometre, a weight of 11 adds one cost unit a kilometre to what is learned from."""
    spec = scenario()
    site, day = compile_site(spec), build_demand(spec, compile_site(spec)).realise(DayKey(Split.TEST, 0))
    totals = []
    for weight in (1.0, 11.0):
        simulator, learned_from = Simulator(site, travel_weight=weight), 0.0
        NEAREST.reset(site, np.random.default_rng(0))
        epoch = simulator.reset(day)
        while epoch.end is None:
            epoch = simulator.advance(NEAREST.decide(epoch))
            learned_from += epoch.interval.discounted_cost
        records = simulator.records()
        way_km = sum(segment.distance_m for segment in records.segments) / 1000
        totals.append((records.total_cost, learned_from, way_km))
    assert totals[0][0] == totals[1][0] == pytest.approx(totals[0][1])
    assert totals[1][1] == pytest.approx(totals[0][1] + totals[0][2])
