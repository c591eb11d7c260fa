"""What all kinds of demand draw alike: classes, stations, handling times, batteries, and where goods lie."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int, Shaped

from qmix_logistics.scenario.demand import OrderClass
from qmix_logistics.scenario.scenario import ScenarioSpec
from qmix_logistics.simulation.day import ORDER, TASK, Day
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
    return racks[np.argsort(site.network.distance_m[np.ix_(stations, racks)].mean(axis=0), kind="stable")]


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


def make_tasks(
    site: Site,
    orders: Shaped[np.ndarray, " order"],
    origins: Int[np.ndarray, " task"],
    load_units: Float[np.ndarray, " task"],
    rng: np.random.Generator,
) -> Shaped[np.ndarray, " task"]:
    """
    Return records of type ``TASK``; all tasks of an order go to the same station.

    Parameters
    ----------
    site
        The site.
    orders
        The orders; each has as many consecutive tasks as it says.
    origins
        Rack of each task.
    load_units
        Load of each task.
    rng
        One number is drawn for each order: its station.
    """
    tasks = np.zeros(len(origins), TASK)
    tasks["order"] = np.repeat(np.arange(len(orders)), orders["num_tasks"])
    tasks["origin"], tasks["load_units"] = origins, load_units
    stations = np.array([station.place for station in site.stations])
    if site.station_choice:
        tasks["destination"] = stations[site.network.distance_m[np.ix_(origins, stations)].argmin(axis=1)]
    else:
        tasks["destination"] = stations[(rng.random(len(orders)) * len(stations)).astype(int)][tasks["order"]]
    return tasks


def make_day(
    spec: ScenarioSpec,
    site: Site,
    key: DayKey,
    label: str,
    orders: Shaped[np.ndarray, " order"],
    tasks: Shaped[np.ndarray, " task"],
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
    """
    seed = spec.experiment.seed
    battery_u = day_stream(seed, key, Purpose.BATTERIES).random(site.fleet.num_vehicles)
    initial = [(b.initial.low_pct, b.initial.high_pct) if b else (100.0, 100.0) for b in site.fleet.battery]
    low_pct, high_pct = np.array(initial).T
    services = [
        quantile(station.service_s, day_stream(seed, key, Purpose.SERVICES, index).random(len(tasks)))
        for index, station in enumerate(spec.network.stations)
    ]
    return Day(
        key=key,
        label=label,
        orders=orders,
        tasks=tasks,
        pick_up_s=quantile(spec.demand.pick_up_s, day_stream(seed, key, Purpose.PICK_UPS).random(len(tasks))),
        service_s=np.stack(services, axis=1),
        initial_battery_pct=low_pct + (high_pct - low_pct) * battery_u,
    )
