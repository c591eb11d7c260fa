from __future__ import annotations

import numpy as np
import pytest
from documents import battery_scenario, scenario
from playing import test_day

from qmix_logistics.composition import build_baseline
from qmix_logistics.environment.codec import Codec
from qmix_logistics.environment.schema import STATE_VEHICLE
from qmix_logistics.learning.dispatch.building import replay_shape
from qmix_logistics.learning.dispatch.entity_network import IS_ADVISED
from qmix_logistics.learning.dispatch.replay import Replay
from qmix_logistics.learning.dispatch.replay_records import DrawnDecisions
from qmix_logistics.learning.dispatch.rollout import BatchRollout
from qmix_logistics.learning.dispatch.sample import DispatchSample
from qmix_logistics.learning.dispatch.scorers import atc_scores
from qmix_logistics.scenario.policies import RulePolicy
from qmix_logistics.simulation import Simulator, compile_site

TAU_S = 120.0


def remembered(potential: float) -> DrawnDecisions:
    """Play a day that ends, and return decisions with what came of them until the end."""
    spec = battery_scenario(demand__rate_per_h=60, horizon__drain_s=7200)
    site = compile_site(spec)
    replay = Replay(replay_shape(site), 2**22)
    simulator = Simulator(site, discount_time_constant_s=TAU_S, is_recording=False)
    BatchRollout([simulator], Codec(site), TAU_S, 1.0, battery_potential=potential).play(
        [test_day(spec)], atc_scores, replay
    )
    return replay.sample(200, TAU_S, 1e9, np.random.default_rng(0))


def test_a_potential_shifts_each_return_by_its_value_at_the_start() -> None:
    """
    Ng et al. (1999), eq. 3: the value of a shaped problem is that of the plain one less the potential.

    Whatever is chosen: so no choice looks better for it.
    """
    plain, shaped = remembered(0.0), remembered(5.0)
    assert np.array_equal(plain.numbers, shaped.numbers) and (plain.discounts == 0).all()
    battery = plain.epochs["state_vehicles"][..., [f.name for f in STATE_VEHICLE].index("battery")]
    expected = -5.0 * battery.astype(float).mean(axis=1)
    assert shaped.returns - plain.returns == pytest.approx(expected, abs=5e-3)
    assert np.ptp(expected) > 0.1


def test_a_teacher_is_reached_in_an_outage_of_the_planner() -> None:
    outage = {"earliest_s": 0, "duration_s": 1500}
    spec = scenario(disruptions={"planner_outages": [outage]}, horizon={"demand_s": 600, "drain_s": 900})
    site = compile_site(spec)
    replay, simulator = Replay(replay_shape(site), 2**22), Simulator(site, is_recording=False)
    teacher = build_baseline(RulePolicy(kind="fifo"))
    BatchRollout([simulator], Codec(site), TAU_S, 1.0, [], [teacher]).play([test_day(spec)], atc_scores, replay)
    assert (replay.sample(200, TAU_S, 1e9, np.random.default_rng(0)).rows["shown"] >= 0).any()


def test_an_adviser_shows_what_it_advises() -> None:
    spec = scenario(horizon={"demand_s": 600, "drain_s": 900})
    site = compile_site(spec)
    replay, simulator = Replay(replay_shape(site), 2**22), Simulator(site, is_recording=False)
    planner = build_baseline(RulePolicy(kind="fifo"))
    BatchRollout([simulator], Codec(site), TAU_S, 1.0, [planner]).play([test_day(spec)], atc_scores, replay)
    drawn = replay.sample(200, TAU_S, 1e9, np.random.default_rng(0))
    assert (drawn.rows["shown"] == drawn.rows["stops"][..., IS_ADVISED].argmax(axis=1)).all()
    assert DispatchSample(drawn).is_told.all()


def test_who_is_told_one_thing_and_shown_another_does_not_know_what_is_shown() -> None:
    spec = scenario(horizon={"demand_s": 600, "drain_s": 900})
    site = compile_site(spec)
    replay, simulator = Replay(replay_shape(site), 2**22), Simulator(site, is_recording=False)
    planner, teacher = build_baseline(RulePolicy(kind="fifo")), build_baseline(RulePolicy(kind="nearest"))
    BatchRollout([simulator], Codec(site), TAU_S, 1.0, [planner], [teacher]).play([test_day(spec)], atc_scores, replay)
    drawn = replay.sample(200, TAU_S, 1e9, np.random.default_rng(0))
    stops, shown = drawn.rows["stops"], drawn.rows["shown"].astype(int)
    told = stops[..., IS_ADVISED].argmax(axis=1)
    is_told, is_shown = stops[..., IS_ADVISED].any(axis=1), shown >= 0
    assert (is_told & is_shown & (told != shown)).any()
    assert DispatchSample(drawn).is_told.numpy().tolist() == (is_told & is_shown & (told == shown)).tolist()
