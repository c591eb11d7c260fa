from __future__ import annotations

import pytest

from qmix_logistics_reports.clock import clock_label, clock_ticks


@pytest.mark.parametrize(
    ("until_s", "starts_s", "first", "number"),
    [(2400, 0, [0, 300, 600], 9), (46800, 25200, [3600, 10800, 18000], 7), (3600, 27000, [0, 600, 1200], 7),
     (3600, 27100, [500, 1100, 1700], 6), (86400, 0, [0, 10800, 21600], 9)],
)  # fmt: skip
def test_ticks_are_at_round_times_of_the_clock(
    until_s: float, starts_s: float, first: list[float], number: int
) -> None:
    found = clock_ticks(until_s, starts_s)
    assert (found[:3], len(found)) == (first, number)


@pytest.mark.parametrize(
    ("time_s", "starts_s", "until_s", "label"),
    [(0, 0, 3600, "0:00"), (5400, 25200, 46800, "8:30"), (90, 0, 600, "1:30 min"), (3599.6, 0, 7200, "1:00")],
)
def test_labels(time_s: float, starts_s: float, until_s: float, label: str) -> None:
    assert clock_label(time_s, starts_s, until_s) == label
