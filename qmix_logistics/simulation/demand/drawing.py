"""What all kinds of demand draw alike: classes, stations, handling times, batteries, and where goods lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Shaped

from qmix_logistics.scenario.demand import OrderClass
from qmix_logistics.scenario.layout import handovers
from qmix_logistics.scenario.scenario import ScenarioSpec
from qmix_logistics.simulation.day import ORDER, WINDOW, Day
from qmix_logistics.simulation.demand.mishaps import draw_mishaps
from qmix_logistics.simulation.distributions import quantile
from qmix_logistics.simulation.network import PlaceKind
from qmix_logistics.simulation.randomness import DayKey, Purpose, day_stream, site_stream
from qmix_logistics.simulation.site import Site


def racks_by_rank(spec: ScenarioSpec, site: Site) -> Int[np.ndarray, " rack"]:
    """
    Return the racks in the order in which the most popular goods are put into them.

    Parameters
    ----------
    spec
        The scenario; ``demand.slotting`` says whether the nearest come first.
    site
        The site.
    """
    racks = site.network.places(PlaceKind.RACK)
    if spec.demand.slotting == "random":
        return site_stream(spec.experiment.seed).permutation(racks)
    stations = np.array([station.place for station in site.stations])
    ways_m = site.network.distance_m.min(axis=0)[np.ix_(stations, racks)]
    return racks[np.argsort(ways_m.mean(axis=0), kind="stable")]


def make_orders(
    classes: Sequence[OrderClass],
    release_s: Float[np.ndarray, " order"],
    order_class: Int[np.ndarray, " order"],
    num_tasks: Int[np.ndarray, " order"],
) -> Shaped[np.ndarray, " order"]:
    """
    Return records of type ``ORDER``.

    Parameters
    ----------
    classes
        The scenario's classes.
    release_s
        When each order comes in, rising.
    order_class
        Class of each order.
    num_tasks
        Tasks of each order, at least 1.
    """
    orders = np.zeros(len(release_s), ORDER)
    orders["release_s"], orders["order_class"], orders["num_tasks"] = release_s, order_class, num_tasks
    due_s = np.array([order_class.due_s for order_class in classes])[order_class]
    per_task_s = np.array([order_class.due_per_task_s for order_class in classes])[order_class]
    orders["due_s"] = release_s + due_s + per_task_s * (num_tasks - 1)
    orders["weight"] = np.array([order_class.weight for order_class in classes])[order_class]
    orders["is_declinable"] = np.array([order_class.is_declinable for order_class in classes])[order_class]
    orders["first_task"] = np.concatenate([[0], np.cumsum(num_tasks)[:-1]]) if len(orders) else 0
    return orders


def draw_classes(classes: Sequence[OrderClass], num_orders: int, rng: np.random.Generator) -> Int[np.ndarray, " order"]:
    """
    Draw the class of each order by the classes' shares.

    Parameters
    ----------
    classes
        The scenario's classes.
    num_orders
        How many.
    rng
        One number is drawn for each order.
    """
    shares = np.cumsum([order_class.share_pct for order_class in classes])
    return np.searchsorted(shares / shares[-1], rng.random(num_orders), side="right").clip(max=len(classes) - 1)


def draw_windows(
    classes: Sequence[OrderClass], orders: Shaped[np.ndarray, " order"], rng: np.random.Generator
) -> Shaped[np.ndarray, " order"] | None:
    """
    Draw when goods of each order may be dropped off, and let orders with a window be due when it closes.

    Parameters
    ----------
    classes
        The scenario's classes.
    orders
        The orders; changed.
    rng
        One number is drawn for each order.

    Returns
    -------
    A record of type ``WINDOW`` for each order; None where no class has windows.
    """
    if all(order_class.window is None for order_class in classes):
        return None
    windows, u = open_windows(len(orders)), rng.random(len(orders))
    for index, order_class in enumerate(classes):
        window, chosen = order_class.window, orders["order_class"] == index
        if window is None:
            continue
        low_s, high_s = window.opens_after_s.low_s, window.opens_after_s.high_s
        windows["drop_off_from_s"][chosen] = orders["release_s"][chosen] + low_s + (high_s - low_s) * u[chosen]
        orders["due_s"][chosen] = windows["drop_off_from_s"][chosen] + window.width_s
        if window.is_hard:
            windows["drop_off_until_s"][chosen] = orders["due_s"][chosen]
    return windows


def open_windows(number: int) -> Shaped[np.ndarray, " any"]:
    """
    Return windows that are always open.

    Parameters
    ----------
    number
        How many.
    """
    windows = np.zeros(number, WINDOW)
    windows["pick_up_until_s"] = windows["drop_off_until_s"] = np.inf
    return windows


def mean_drop_off_s(spec: ScenarioSpec, site: Site) -> Float[np.ndarray, " place"]:
    """
    Return the mean time of a drop-off at each place.

    Parameters
    ----------
    spec
        The scenario.
    site
        The site.
    """
    mean_s = np.full(site.network.num_places, spec.demand.drop_off_s.mean_s)
    mean_s[[station.place for station in site.stations]] = [station.mean_service_s for station in site.stations]
    return mean_s


def make_day(
    spec: ScenarioSpec,
    site: Site,
    key: DayKey,
    label: str,
    orders: Shaped[np.ndarray, " order"],
    tasks: Shaped[np.ndarray, " task"],
    **more: Any,
) -> Day:
    """
    Return a day: its orders, and the random numbers that its tasks and vehicles will meet.

    Parameters
    ----------
    spec
        The scenario.
    site
        The site.
    key, label
        Which day.
    orders, tasks
        Its demand.
    **more
        Fields of the day that are not drawn here: ``choices``, ``windows``, ``more_loads``; or instead of what is.
    """
    seed, number = spec.experiment.seed, len(tasks)
    battery_u = day_stream(seed, key, Purpose.BATTERIES).random(site.fleet.num_vehicles)
    initial = [(b.initial.low_pct, b.initial.high_pct) if b else (100.0, 100.0) for b in site.fleet.battery]
    low_pct, high_pct = np.array(initial).T
    services = [
        quantile(rules.service_s, day_stream(seed, key, Purpose.SERVICES, index).random(number))
        for index, (_, _, rules) in enumerate(handovers(spec.network))
    ]
    drawn = {
        "pick_up_s": quantile(spec.demand.pick_up_s, day_stream(seed, key, Purpose.PICK_UPS).random(number)),
        "drop_off_s": quantile(spec.demand.drop_off_s, day_stream(seed, key, Purpose.DROP_OFFS).random(number)),
        "service_s": np.stack(services, axis=1) if services else np.zeros((number, 0)),
        "initial_battery_pct": low_pct + (high_pct - low_pct) * battery_u,
        "mishaps": draw_mishaps(spec, key),
    }
    return Day(seed=seed, key=key, label=label, orders=orders, tasks=tasks, **(drawn | more))
