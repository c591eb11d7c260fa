from __future__ import annotations

from typing import Any

import pytest

from qmix_logistics.environment.schema import STOP
from qmix_logistics_reports.insight.words import FEATURE_GROUPS, grouped, offer_words, stop_key, stop_words

OFFER: dict[str, Any] = {
    "stop": "pick_up", "arrival": 18.2, "delay": 0.0, "detour": 0.0, "slack": 95.0, "age": 30.0, "weight": 2.5,
    "queue": 0.0, "sooner_rivals": 0.0, "battery_after": 0.4, "is_advised": 0.0, "is_deferred": 0,
}  # fmt: skip


def test_every_feature_of_a_stop_says_one_thing() -> None:
    names = [name for group in FEATURE_GROUPS.values() for name in group]
    assert sorted(names) == sorted(feature.name for feature in STOP)


def test_parts_of_one_kind_are_added_up_and_the_largest_comes_first() -> None:
    parts = {"slack": 0.2, "is_late": -0.5, "arrival": 0.1, "index": 0.0}
    assert grouped(parts.items()) == [("the time to spare", pytest.approx(-0.3)), ("the way there", 0.1)]


def test_an_offer_is_told_in_words() -> None:
    assert offer_words(OFFER, has_battery=False) == "18 s away, 95 s to spare, came 30 s ago, weight × 2.5 of the mean"
    late = OFFER | {"slack": -600.0, "queue": 12.0, "sooner_rivals": 1.0986, "is_advised": 1.0, "is_deferred": 1}
    assert offer_words(late, has_battery=True) == (
        "18 s away, 10 min late if done next, came 30 s ago, weight × 2.5 of the mean, queue of 12 s, "
        "2 vehicles could be there sooner, 40 % energy left after it, advised, not while there is something to pick up"
    )
    wait = OFFER | {"stop": "wait", "delay": 7.0, "detour": 3.0}
    assert offer_words(wait, has_battery=False) == "18 s away, traffic + 7 s, by a way 3 s longer"


def test_stops_are_told_and_compared() -> None:
    assert stop_words("pick_up", "R1", 4.0) == "pick up at R1 (order 4)"
    assert stop_words("charge", "C1", float("nan")) == "charge at C1"
    assert stop_key("pick_up", "R1", 3.0) == stop_key("pick_up", "R1", 3)
    assert stop_key("wait", "R1", float("nan")) == stop_key("wait", "R1", None)
