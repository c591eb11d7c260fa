"""Stops and features in words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

FEATURE_GROUPS: Mapping[str, tuple[str, ...]] = {
    "the kind of stop": ("is_pick_up", "is_drop_off", "is_charge", "is_park", "is_wait"),
    "the way there": ("arrival",),
    "traffic on the way": ("delay", "detour"),
    "the time of the task": ("task_time",),
    "the time to spare": ("slack", "is_late", "early"),
    "how long the order has waited": ("age",),
    "the order's weight": ("weight", "open_tasks"),
    "its load": ("load",),
    "what is on board": ("longer_tour", "ride", "carried_delay", "carried_lateness"),
    "the urgency index (ATC)": ("index", "index_gap"),
    "the queue at its end": ("queue", "coming"),
    "other vehicles near it": ("rival_lead", "sooner_rivals"),
    "the energy left": ("battery_after",),
    "the planner's advice": ("is_advised",),
}
"""Features of a stop that say the same kind of thing, by what they say."""
KINDS = {"pick_up": "pick-up", "drop_off": "drop-off", "charge": "charging", "park": "parking", "wait": "waiting"}
VERBS = {"pick_up": "pick up", "drop_off": "hand over", "charge": "charge", "park": "park", "wait": "wait"}
LITTLE_S = 0.5


def grouped(parts: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    """
    Return values of features added up by what they say, the largest first.

    Parameters
    ----------
    parts
        Name of a feature, and its value.
    """
    known = dict(parts)
    sums = {words: math.fsum(known.get(name, 0.0) for name in names) for words, names in FEATURE_GROUPS.items()}
    return sorted(((words, value) for words, value in sums.items() if value), key=lambda pair: -abs(pair[1]))


def stop_words(stop: str, target: str, order: Any = None) -> str:
    """
    Return what a vehicle is to do.

    Parameters
    ----------
    stop, target
        Kind and place of a stop.
    order
        Number of its order, if it has one.
    """
    number = "" if order is None or (isinstance(order, float) and math.isnan(order)) else f" (order {int(order)})"
    return f"{VERBS[stop]} at {target}{number}"


def stop_key(stop: Any, target: Any, task: Any) -> tuple[Any, Any, int]:
    """
    Return what makes two stops the same.

    Parameters
    ----------
    stop, target, task
        Cells of a table; a task may be missing.
    """
    return stop, target, -1 if task is None or task != task else int(task)


def offer_words(offer: Mapping[str, Any], *, has_battery: bool) -> str:
    """
    Return what a vehicle sees of a stop that it is offered.

    Parameters
    ----------
    offer
        A row of ``offers.csv``.
    has_battery
        Whether vehicles have batteries.
    """
    words = [f"{offer['arrival']:.0f} s away"]
    if offer["delay"] > LITTLE_S:
        words.append(f"traffic + {offer['delay']:.0f} s")
    if offer["detour"] > LITTLE_S:
        words.append(f"by a way {offer['detour']:.0f} s longer")
    if offer["stop"] in ("pick_up", "drop_off"):
        slack_s = offer["slack"]
        words.append(f"{_time(slack_s)} to spare" if slack_s >= 0 else f"{_time(-slack_s)} late if done next")
        words.append(f"came {_time(offer['age'])} ago")
        words.append(f"weight × {offer['weight']:.2g} of the mean")
    if offer["queue"] > LITTLE_S:
        words.append(f"queue of {offer['queue']:.0f} s")
    rivals = round(math.expm1(offer["sooner_rivals"]))
    if rivals > 0:
        words.append(f"{rivals} vehicle{'s' if rivals > 1 else ''} could be there sooner")
    if has_battery:
        words.append(f"{100 * offer['battery_after']:.0f} % energy left after it")
    if offer["is_advised"]:
        words.append("advised")
    if offer["is_deferred"]:
        words.append("not while there is something to pick up")
    return ", ".join(words)


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
