"""
Every number that a learned policy sees, by name, with its unit and scale.

Times are counted in the site's mean task times and lengths in its radius, so that a minute in a warehouse and half an
hour in a city look alike. An observation holds the value, so counted, over its scale, clipped to [-LIMIT, LIMIT].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Shaped

from qmix_logistics.simulation import Site

LIMIT = 8.0
"""Bound of all observed numbers; half precision holds them to three digits."""


@dataclass(frozen=True, slots=True)
class Feature:
    """
    One number.

    Parameters
    ----------
    name
        Its name.
    unit
        Unit of the value before scaling: ``s``, ``m``, or empty for shares, counts and flags.
    scale
        What the value is divided by: in mean task times of the site, in radii of the site, or as it is.
    meaning
        What it says.
    """

    name: str
    unit: str
    scale: float
    meaning: str

    def scale_on(self, site: Site) -> float:
        """
        Return what the value is divided by on a site, in its own unit.

        Parameters
        ----------
        site
            The site.
        """
        return self.scale * {"s": site.mean_task_s, "m": site.radius_m, "": 1.0}[self.unit]


VEHICLE = (
    Feature("battery", "", 1.0, "energy over capacity; 1 without a battery"),
    Feature("spare_battery", "", 1.0, "share of energy above the level at which it must charge"),
    Feature("is_charging", "", 1.0, "1 if it is charging and may leave"),
    Feature("is_loaded", "", 1.0, "1 if it carries something"),
    Feature("on_board", "", 2.0, "log(1 + tasks on board)"),
    Feature("room", "", 1.0, "share of its capacity that is free"),
    Feature("x", "m", 1.0, "position across the aisles, from the middle of the site"),
    Feature("y", "m", 1.0, "position along the aisles, from the middle of the site"),
    Feature("visible_tasks", "", 2.0, "log(1 + tasks on its list)"),
    Feature("neighbours", "", 2.0, "log(1 + vehicles that it hears)"),
    Feature("idle_neighbours", "", 2.0, "log(1 + those of them that are available)"),
    Feature("demand_left", "s", 24.0, "time until no more orders come"),
    Feature("is_advised", "", 1.0, "1 if a planner advises one of the stops on its list"),
)
"""The vehicle's own state, and how much it sees."""

STOP = (
    Feature("is_pick_up", "", 1.0, "1 if the stop is a pick-up"),
    Feature("is_drop_off", "", 1.0, "1 if the stop is a drop-off"),
    Feature("is_charge", "", 1.0, "1 if the stop is a charger"),
    Feature("is_park", "", 1.0, "1 if the stop is a parking place"),
    Feature("is_wait", "", 1.0, "1 if the stop is to wait"),
    Feature("arrival", "s", 1.0, "time until it is there, by the shortest way without traffic"),
    Feature("delay", "s", 1.0, "how much later, by the traffic on its way"),
    Feature("detour", "s", 1.0, "how much of that is because the way is not the quickest"),
    Feature("task_time", "s", 1.0, "from there until the task is done, without a queue"),
    Feature("slack", "s", 4.0, "time to spare until due, or until the window closes, if done next"),
    Feature("is_late", "", 1.0, "1 if that is negative"),
    Feature("early", "s", 1.0, "how long before its window opens it would be there, if done next"),
    Feature("age", "s", 4.0, "time since the order came"),
    Feature("weight", "", 2.0, "weight of the order over its open tasks, over the mean weight"),
    Feature("load", "", 1.0, "its load over the free capacity"),
    Feature("open_tasks", "", 2.0, "log of the order's open tasks"),
    Feature("index", "", 2.0, "log of the ATC index, over that of a mean order that is late"),
    Feature("index_gap", "", 1.0, "the same less the largest on the list"),
    Feature("queue", "s", 1.0, "expected wait at the stop's station or charger"),
    Feature("coming", "", 2.0, "vehicles on their way to it"),
    Feature("rival_lead", "s", 1.0, "how much sooner the soonest neighbour could be there; negative: later"),
    Feature("sooner_rivals", "", 2.0, "log(1 + neighbours that could be there sooner)"),
    Feature("longer_tour", "s", 1.0, "how much longer the tour through all on board takes with it"),
    Feature("ride", "s", 1.0, "time until it is dropped off on that tour"),
    Feature("carried_delay", "", 1.0, "delay of what is on board, in mean weights times mean task times"),
    Feature("carried_lateness", "", 1.0, "how much of that is past due"),
    Feature("battery_after", "", 1.0, "share of energy left after it"),
    Feature("is_advised", "", 1.0, "1 if a planner advises it"),
)
"""One candidate stop."""

NEIGHBOUR = (
    Feature("dx", "m", 1.0, "its position relative to the vehicle's, across"),
    Feature("dy", "m", 1.0, "and along the aisles"),
    Feature("free_dx", "m", 1.0, "where it will be free, relative to the vehicle's position, across"),
    Feature("free_dy", "m", 1.0, "and along the aisles"),
    Feature("free_in", "s", 1.0, "time until it is free"),
    Feature("is_available", "", 1.0, "1 if it is free now"),
    Feature("is_loaded", "", 1.0, "1 if it carries a task"),
    Feature("on_board", "", 2.0, "log(1 + tasks on board)"),
    Feature("is_charging", "", 1.0, "1 if it charges or is on its way to"),
    Feature("battery", "", 1.0, "energy over capacity"),
)
"""One neighbour that the vehicle hears."""

STATE_VEHICLE = (
    Feature("is_available", "", 1.0, "1 if it is free now"),
    Feature("is_deciding", "", 1.0, "1 if it decides now"),
    Feature("is_empty_bound", "", 1.0, "1 if it is on its way to a pick-up"),
    Feature("is_loaded", "", 1.0, "1 if it carries a task"),
    Feature("on_board", "", 2.0, "log(1 + tasks on board)"),
    Feature("is_charging", "", 1.0, "1 if it charges or is on its way to"),
    Feature("free_in", "s", 1.0, "time until it is free"),
    Feature("free_x", "m", 1.0, "where, across the aisles"),
    Feature("free_y", "m", 1.0, "and along the aisles"),
    Feature("battery", "", 1.0, "energy over capacity"),
)
"""One vehicle, as the mixing network sees it."""

STATE_TASK = (
    Feature("age", "s", 4.0, "time since the order came"),
    Feature("slack", "s", 4.0, "time until due, less the time of the task itself"),
    Feature("is_late", "", 1.0, "1 if that is negative"),
    Feature("weight", "", 2.0, "weight of the order over its open tasks, over the mean weight"),
    Feature("task_time", "s", 1.0, "from pick-up until done"),
    Feature("x", "m", 1.0, "where it starts, across the aisles"),
    Feature("y", "m", 1.0, "and along the aisles"),
)
"""One pending task, as the mixing network sees it."""

STATE_SITE = (
    Feature("pending", "", 10.0, "pending tasks for each vehicle"),
    Feature(
        "pending_weight", "", 10.0, "their weight (of the order over its open tasks), over the mean, for each vehicle"
    ),
    Feature("late_weight", "", 10.0, "that of those that will be late"),
    Feature("available", "", 1.0, "share of vehicles that are free"),
    Feature("queue", "s", 1.0, "expected wait at the stations, mean"),
    Feature("demand_left", "s", 24.0, "time until no more orders come"),
    Feature("time", "s", 48.0, "time since the day began"),
)
"""The whole site, as the mixing network sees it."""

GROUPS: Mapping[str, tuple[Feature, ...]] = {
    "vehicle": VEHICLE,
    "stop": STOP,
    "neighbour": NEIGHBOUR,
    "state_vehicle": STATE_VEHICLE,
    "state_task": STATE_TASK,
    "state_site": STATE_SITE,
}
"""All groups by name."""


def assemble(
    site: Site,
    features: Sequence[Feature],
    shape: tuple[int, ...],
    values: Mapping[str, Shaped[np.ndarray, "*#shape"]],
) -> Float[np.ndarray, "*shape feature"]:
    """
    Return scaled and clipped features in the order of their schema.

    Parameters
    ----------
    site
        The site, whose mean task time and radius scale them.
    features
        The schema.
    shape
        Shape of each value, without the feature axis.
    values
        Unscaled values by name; they may broadcast to ``shape``.

    Raises
    ------
    KeyError
        If a value is missing.
    """
    planes = np.empty((len(features), *shape), np.float32)
    for plane, feature in zip(planes, features, strict=True):
        np.multiply(values[feature.name], 1.0 / feature.scale_on(site), out=plane, casting="unsafe")
    np.clip(planes, -LIMIT, LIMIT, out=planes)
    return np.ascontiguousarray(np.moveaxis(planes, 0, -1))
