"""The words around a replay: which day it is, why that one, and how it is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from qmix_logistics.evaluation.contender import Contender
from qmix_logistics.evaluation.shown.choosing import Choice
from qmix_logistics.evaluation.shown.shown_day import ShownDay
from qmix_logistics.evaluation.shown.site_map import SiteMap
from qmix_logistics_reports.numbers import short
from qmix_logistics_reports.replay.payload import Replay

STEPS_S = (10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 4 * 3600.0, 8 * 3600.0)
"""Round times between two ticks of an axis."""


def clock_text(time_s: float) -> str:
    """
    Return a time of the day as hours, minutes and seconds.

    Parameters
    ----------
    time_s
        Since the day began.
    """
    whole = round(time_s)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def time_ticks(end_s: float, most: int = 7) -> list[float]:
    """
    Return round times from 0 to an end.

    Parameters
    ----------
    end_s
        The end.
    most
        How many at most.
    """
    step_s = next((step_s for step_s in STEPS_S if end_s / step_s < most), STEPS_S[-1])
    return [step_s * number for number in range(int(end_s / step_s) + 1)]


def role_of(policy: str, contenders: Sequence[Contender], choice: Choice) -> str:
    """
    Return what a policy is in the comparison.

    Parameters
    ----------
    policy
        Its name.
    contenders
        All policies.
    choice
        What is shown.
    """
    contender = next(c for c in contenders if c.name == policy)
    words = [
        "reference" if policy == choice.against else "",
        "learned" if contender.is_learned else "",
        f"decides on {contender.information} information",
    ]
    return ", ".join(filter(None, words))


def why_this_day(shown: ShownDay) -> str:
    """
    Return which day is shown, and why.

    Parameters
    ----------
    shown
        The day.
    """
    choice = shown.choice
    which = f"Test day {choice.day} ({shown.demanded.label}): of {choice.num_days} days, the one whose"
    if choice.num_days == 1:
        return f"Test day {choice.day} ({shown.demanded.label}), the only one."
    training = ""
    if any(unit.training_seed > 1 for unit in choice.units):
        training = f" Training {choice.training_seed}, whose mean cost is the median one."
    if choice.focus == choice.against:
        return f"{which} cost is the median one.{training}"
    more = f"{short(abs(choice.difference))} {'less' if choice.difference < 0 else 'more'}"
    between = f"between {choice.focus} and {choice.against}"
    return f"{which} cost difference {between} is the median one ({more if choice.difference else 'none'}).{training}"


def window_shown(replay: Replay) -> str:
    """
    Return which part of the day is shown.

    Parameters
    ----------
    replay
        The replay.
    """
    clock = replay.clock
    if replay.is_whole_day:
        return f"The whole day is shown, {clock_text(clock.until_s)} from its beginning until it had ended under all."
    whole = f"{clock_text(replay.day_end_s)} since the day began"
    part = f"Shown from {clock_text(clock.from_s)} to {clock_text(clock.until_s)} of {whole}"
    return f"{part}." if clock.until_s >= replay.day_end_s else f"{part}: the rest would take too much room."


def how_drawn(site_map: SiteMap) -> tuple[str, ...]:
    """
    Return what a reader must know of the drawing.

    Parameters
    ----------
    site_map
        The map.
    """
    if site_map.lanes:
        how = (
            "Vehicles are drawn where they were on their lanes. One that makes way in a deadlock is drawn on a "
            "straight line to where it waits."
        )
    elif site_map.arcs:
        how = (
            "Trips are drawn along the quickest way at constant speed. In this scenario vehicles do not stand in each "
            "other's way; they are drawn through each other."
        )
    else:
        how = "Trips are drawn straight, at constant speed: records hold no bends. Ways on the ground are longer."
    return how, "Vehicles that stand at one place are drawn beside each other."
