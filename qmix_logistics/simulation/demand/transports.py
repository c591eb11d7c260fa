"""Tasks of orders: where each begins and ends, and which waits for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, Shaped

from qmix_logistics.scenario.demand import Places
from qmix_logistics.scenario.scenario import ScenarioSpec
from qmix_logistics.simulation.day import FIXED, NO_TASK, TASK
from qmix_logistics.simulation.demand.drawing import mean_drop_off_s
from qmix_logistics.simulation.network import PlaceKind
from qmix_logistics.simulation.site import Site, places_of


class Leg(NamedTuple):
    """One leg of an order's way: the places among which it ends, and whether vehicles choose."""

    ends: Int[np.ndarray, " place"]
    is_choice: bool


def legs_of(spec: ScenarioSpec, site: Site, destinations: Sequence[Places]) -> tuple[Leg, ...]:
    """
    Return the legs of an order's way.

    Parameters
    ----------
    spec
        The scenario; it says whether vehicles choose among stations or docks.
    site
        The site.
    destinations
        Where each leg ends.
    """
    ends = [places_of(site.network, places) for places in destinations]
    may_choose = (int(PlaceKind.STATION), int(PlaceKind.DOCK))
    return tuple(
        Leg(
            places,
            spec.demand.destination_choice
            and len(places) > 1
            and bool(np.isin(site.network.kinds[places], may_choose).all()),
        )
        for places in ends
    )


def make_tasks(
    spec: ScenarioSpec,
    site: Site,
    orders: Shaped[np.ndarray, " order"],
    origins: Int[np.ndarray, " good"],
    load_units: Float[np.ndarray, " good"],
    legs: Sequence[Leg],
    rng: np.random.Generator,
) -> Shaped[np.ndarray, " task"]:
    """
    Return records of type ``TASK``: one task for each of an order's goods and each leg of its way.

    All goods of an order end at the same place, unless vehicles choose.

    Parameters
    ----------
    spec
        The scenario.
    site
        The site.
    orders
        The orders, each with as many consecutive goods as ``num_tasks`` says; then changed to count tasks.
    origins
        Where each of the goods lies.
    load_units
        Its load.
    legs
        The legs of its way; one after the other.
    rng
        One number is drawn for each order and leg: where it ends.
    """
    num_legs, num_goods = len(legs), len(origins)
    distance_m, handling_s = site.network.distance_m.min(axis=0), mean_drop_off_s(spec, site)
    order_of_good = np.repeat(np.arange(len(orders)), orders["num_tasks"])
    tasks = np.zeros((num_goods, num_legs), TASK)
    tasks["order"], tasks["load_units"] = order_of_good[:, None], load_units[:, None]
    tasks["after"], tasks["mean_pick_up_s"] = NO_TASK, spec.demand.pick_up_s.mean_s
    begins = origins
    for number, leg in enumerate(legs):
        if leg.is_choice:
            drawn = leg.ends[distance_m[np.ix_(begins, leg.ends)].argmin(axis=1)]
        else:
            drawn = _draw_ends(leg.ends, len(orders), rng)[order_of_good]
            drawn = _not_where_it_begins(drawn, begins, leg.ends)
        tasks["origin"][:, number], tasks["destination"][:, number] = begins, drawn
        tasks["choice"][:, number] = number if leg.is_choice else FIXED
        tasks["mean_drop_off_s"][:, number] = handling_s[drawn]
        begins = drawn
    tasks["after"][:, 1:] = (np.arange(num_goods) * num_legs)[:, None] + np.arange(num_legs - 1)
    orders["num_tasks"] *= num_legs
    orders["first_task"] *= num_legs
    return tasks.reshape(-1)


def choices_of(legs: Sequence[Leg]) -> tuple[Int[np.ndarray, " place"], ...]:
    """
    Return the sets of places among which legs may end, by number of leg.

    Parameters
    ----------
    legs
        The legs.
    """
    return tuple(leg.ends for leg in legs) if any(leg.is_choice for leg in legs) else ()


def _draw_ends(ends: Int[np.ndarray, " place"], num_orders: int, rng: np.random.Generator) -> Int[np.ndarray, " order"]:
    return ends[(rng.random(num_orders) * len(ends)).astype(int)]


def _not_where_it_begins(
    drawn: Int[np.ndarray, " good"], begins: Int[np.ndarray, " good"], ends: Int[np.ndarray, " place"]
) -> Int[np.ndarray, " good"]:
    """Take the next place where goods would end where they begin."""
    position = {place: index for index, place in enumerate(ends.tolist())}
    moved = drawn.copy()
    for index in np.flatnonzero(drawn == begins).tolist():
        moved[index] = ends[(position[int(drawn[index])] + 1) % len(ends)]
    return moved
