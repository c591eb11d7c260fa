import pytest
from pydantic import TypeAdapter, ValidationError

from qmix_logistics.scenario.units import Metres, MetresPerSecond, Percent, PerHour, Seconds, WattHours, unit_of


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (Seconds, "2 min", 120.0),
        (Seconds, "1.5h", 5400.0),
        (Seconds, 7, 7.0),
        (Seconds, "7", 7.0),
        (MetresPerSecond, "5.4 km/h", 1.5),
        (Metres, "0.2 km", 200.0),
        (WattHours, "1.2 kWh", 1200.0),
        (PerHour, "2 /min", 120.0),
        (Percent, "35 %", 35.0),
    ],
)
def test_quantity_is_converted_to_the_unit_of_the_field(kind: object, text: object, expected: float) -> None:
    assert TypeAdapter(kind).validate_python(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["2 parsecs", "two", "", "1 2", "km/h"])
def test_unknown_unit_is_refused_and_the_known_ones_are_named(text: str) -> None:
    with pytest.raises(ValidationError, match="units s, sec, min, h, d"):
        TypeAdapter(Seconds).validate_python(text)


def test_unit_in_words_is_that_of_the_longest_ending() -> None:
    assert unit_of("speed_mps") == "metres per second"
    assert unit_of("drive_wh_per_m") == "watt-hours per metre"
    assert unit_of("count") == ""
