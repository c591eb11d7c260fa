"""Scenarios of many kinds for the tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

WINDOW = {"opens_after_s": {"low_s": 60, "high_s": 300}, "width_s": 300, "is_hard": True}


@st.composite
def scenarios(draw: st.DrawFn) -> dict[str, Any]:
    """Return changes that make different kinds of scenarios."""
    changes: dict[str, Any] = {
        "demand__rate_per_h": draw(st.sampled_from([30, 90])),
        "demand__destination_choice": draw(st.booleans()),
        "demand__mean_tasks_per_order": draw(st.sampled_from([1.0, 2.0])),
        "network__travel_noise": draw(st.sampled_from([None, {"cv": 0.3}])),
        "network__stations": [{"id": f"S{n}", "aisle": n, "service_s": 5.0} for n in (1, 3)],
        "horizon": {"demand_s": 600, "drain_s": 1200},
        "experiment__seed": draw(st.integers(0, 3)),
    }
    if draw(st.booleans()):
        changes["order_classes__0__window"] = WINDOW
    if draw(st.booleans()):
        changes["disruptions"] = {
            "surges": [{"earliest_s": 0, "latest_s": 300, "duration_s": 200, "factor": 3, "probability_pct": 60}],
            "planner_outages": [{"earliest_s": 0, "latest_s": 300, "duration_s": 100}],
        }
    if draw(st.booleans()):
        changes["network__docks"] = [{"id": "D1", "aisle": 2, "servers": 2, "service_s": 4.0}]
        changes["network__customers"] = {"count": 5, "radius_m": 200}
        changes["demand__transports"] = [{"origin": "rack", "destination": "dock"}, {"destination": "customer"}]
    elif draw(st.booleans()):
        changes["network__congestion"] = "segments"
    return changes


def fleet_of(number: int, *, has_breakdowns: bool) -> dict[str, Any]:
    fleet: dict[str, Any] = {"id": "amr", "count": number, "speed_mps": 1.0, "capacity_units": 4}
    if has_breakdowns:
        fleet["breakdowns"] = {"mean_driving_s": 300, "repair_s": 60}
    return fleet
