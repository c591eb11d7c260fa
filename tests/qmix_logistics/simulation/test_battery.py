import pytest
from documents import BATTERY
from hypothesis import given
from hypothesis import strategies as st

from qmix_logistics.scenario.fleet import Battery
from qmix_logistics.simulation.battery import charged_wh, charging_time_s

battery = Battery.model_validate(BATTERY)


def test_charging_time_by_hand() -> None:
    """From 20 to 90 Wh: 60 Wh at 400 W take 540 s, 10 Wh at 200 W take 180 s."""
    assert charging_time_s(battery, 20, 90) == pytest.approx(720)


@given(st.floats(0, 100), st.floats(0, 100))
def test_charging_for_the_time_it_takes_reaches_the_level(from_wh: float, to_wh: float) -> None:
    low, high = sorted((from_wh, to_wh))
    assert charged_wh(battery, low, charging_time_s(battery, low, high)) == pytest.approx(high, abs=1e-6)


def test_a_battery_never_holds_more_than_its_capacity() -> None:
    assert charged_wh(battery, 50, 1e6) == pytest.approx(100)
