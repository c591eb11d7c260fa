from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qmix_logistics.scenario.network.traffic import Traffic
from qmix_logistics.simulation import DayKey, Split
from qmix_logistics.simulation.travel import TravelTimes

KEY = DayKey(Split.TEST, 0)
RUSH = Traffic.model_validate(
    {"speed_profile": [{"from_s": 0, "factor": 1}, {"from_s": 100, "factor": 0.5}, {"from_s": 200, "factor": 1}]}
)
NOISY = Traffic.model_validate({"travel_noise": {"cv": 0.5, "bin_s": 60}})


def test_a_trip_across_the_steps_of_the_day_is_driven_at_each_steps_speed() -> None:
    times = TravelTimes(RUSH, 1, KEY)
    assert times.time_s(50, 0, 0, 1) == 50
    # 20 s at full speed, then 30 s of way at half speed
    assert times.time_s(50, 80, 0, 1) == pytest.approx(20 + 60)
    # 100 s at half speed cover 50 s of way; then 30 s at full speed
    assert times.time_s(80, 100, 0, 1) == pytest.approx(100 + 30)


@given(st.floats(0, 400), st.floats(0, 100), st.floats(1, 500))
def test_who_sets_out_later_never_arrives_earlier(now_s: float, later_s: float, free_s: float) -> None:
    times = TravelTimes(RUSH, 1, KEY)
    first, second = (start + times.time_s(free_s, start, 0, 1) for start in (now_s, now_s + later_s))
    assert second >= first - 1e-9


def test_noise_preserves_the_mean_and_has_its_coefficient_of_variation() -> None:
    times = TravelTimes(NOISY, 1, KEY)
    factors = np.array([times.time_s(1.0, 60.0 * time_bin, tail, 7) for tail in range(200) for time_bin in range(100)])
    assert factors.mean() == pytest.approx(1.0, abs=4 * 0.5 / np.sqrt(len(factors)))
    assert factors.std() == pytest.approx(0.5, abs=0.03)
    assert np.log(factors).std() == pytest.approx(np.sqrt(np.log1p(0.25)), rel=0.02)


def test_noise_depends_on_trip_stretch_of_time_and_day_and_on_nothing_else() -> None:
    times, again = TravelTimes(NOISY, 1, KEY), TravelTimes(NOISY, 1, KEY)
    once = times.time_s(10, 5, 3, 4)
    times.time_s(10, 500, 8, 9)  # what others do does not matter
    assert times.time_s(10, 55, 3, 4) == again.time_s(10, 5, 3, 4) == once
    others = {
        times.time_s(10, 65, 3, 4),
        times.time_s(10, 5, 4, 3),
        times.time_s(10, 5, 3, 5),
        TravelTimes(NOISY, 2, KEY).time_s(10, 5, 3, 4),
        TravelTimes(NOISY, 1, DayKey(Split.TEST, 1)).time_s(10, 5, 3, 4),
        TravelTimes(NOISY, 1, DayKey(Split.TRAINING, 0)).time_s(10, 5, 3, 4),
    }
    assert len(others | {once}) == 7
