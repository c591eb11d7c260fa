from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qmix_logistics_reports.numbers import short, signed_pct, ticks, written


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (0, 3, "0"),
        (3.14159, 3, "3.14"),
        (-3.14159, 4, "−3.142"),
        (0.00123456, 3, "0.00123"),
        (1234567.0, 3, "1,234,567"),
        (99.95, 2, "100"),
        (12, 3, "12.0"),
        (None, 3, "–"),
        (math.nan, 3, "–"),
        (math.inf, 3, "–"),
    ],
)
def test_short(value: float | None, digits: int, expected: str) -> None:
    assert short(value, digits) == expected


@pytest.mark.parametrize(
    ("share", "digits", "expected"),
    [
        (-0.051, 1, "−5.1 %"),
        (0.051, 1, "+5.1 %"),
        (0.0, 1, "0.0 %"),
        (-0.0001, 1, "0.0 %"),
        (0.25, 0, "+25 %"),
        (2.0284, 1, "+203 %"),
        (-18.835, 1, "−1,884 %"),
        (math.nan, 1, "–"),
    ],
)
def test_signed_pct(share: float, digits: int, expected: str) -> None:
    assert signed_pct(share, digits) == expected


@pytest.mark.parametrize(
    ("low", "high", "number", "expected"),
    [
        (0, 10, 5, [0, 2, 4, 6, 8, 10]),
        (0, 1, 4, [0, 0.25, 0.5, 0.75, 1]),
        (-0.13, 0.13, 6, [-0.1, -0.05, 0, 0.05, 0.1]),
        (7, 7, 5, [7]),
    ],
)
def test_ticks(low: float, high: float, number: int, expected: list[float]) -> None:
    assert ticks(low, high, number) == pytest.approx(expected)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(2, 10))
def test_ticks_lie_within_are_evenly_spaced_and_not_too_many(low: float, width: float, number: int) -> None:
    found, slack = ticks(low, low + width, number), 1e-6 * (abs(low) + width)
    assert 1 <= len(found) <= number + 1
    assert low - slack <= min(found) <= max(found) <= low + width + slack
    steps = [after - before for before, after in pairwise(found)]
    assert all(step == pytest.approx(steps[0], abs=slack) for step in steps)


@pytest.mark.parametrize(
    ("value", "form", "expected"),
    [
        (3.14159, "short:3", "3.14"),
        (-0.051, "signed_pct:1", "−5.1 %"),
        (-0.051, "pct:1", "5.1 %"),
        (-3.14159, "size:2", "3.1"),
        (3.14159, "signed:2", "+3.1"),
        (-3.14159, "signed:2", "−3.1"),
        (0.0, "signed:3", "0"),
        (12345.0, "count", "12,345"),
        (math.nan, "count", "–"),
        (None, "pct:1", "–"),
    ],
)
def test_forms(value: float | None, form: str, expected: str) -> None:
    assert written(value, form) == expected


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ValueError, match="roman is no form of a number"):
        written(1.0, "roman")
