from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from qmix_logistics_reports.figures.axes import apart, name_width


def test_labels_that_would_overlap_are_moved_apart_and_others_stay() -> None:
    assert apart([100.0, 20.0, 102.0], 15, 0, 300) == [100.0, 20.0, 115.0]


def test_labels_stay_within_their_bounds() -> None:
    assert apart([98.0, 99.0, 100.0], 10, 0, 100) == [80.0, 90.0, 100.0]


@given(st.lists(st.floats(0, 200), min_size=1, max_size=12))
def test_no_two_labels_overlap(heights: list[float]) -> None:
    placed = sorted(apart(heights, 15, 0, 200))
    assert all(after - before >= 15 - 1e-9 for before, after in pairwise(placed))
    assert placed[0] >= -1e-9


def test_longer_names_get_more_room() -> None:
    assert name_width([], 50) == 50
    assert name_width(["a" * 30]) > name_width(["a" * 20]) > 20 * 8
