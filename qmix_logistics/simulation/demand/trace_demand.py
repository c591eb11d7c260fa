"""Days of a recorded trace, and new training days drawn from recorded ones."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qmix_logistics.scenario.demand import TraceDemand
from qmix_logistics.scenario.scenario import ScenarioSpec
from qmix_logistics.scenario.trace import OrderLine
from qmix_logistics.scenario.trace_days import split_days
from qmix_logistics.simulation.day import Day
from qmix_logistics.simulation.demand.drawing import draw_classes, draw_windows, make_day, make_orders, racks_by_rank
from qmix_logistics.simulation.demand.transports import choices_of, legs_of, make_tasks
from qmix_logistics.simulation.randomness import DayKey, Purpose, Split, day_stream
from qmix_logistics.simulation.site import Site

JITTER_S = 900.0
"""A resampled order comes within this time of when it came."""


@dataclass(frozen=True, slots=True)
class _Order:
    """One recorded order: when it came, and the rack and load of each of its tasks."""

    time_s: float
    origins: tuple[int, ...]
    load_units: tuple[float, ...]


class TraceDemandModel:
    """
    Validation and test days as recorded; training days as recorded, or resampled from recorded training days.

    A resampled day takes the number of orders of a random training day and draws that many orders, with
    replacement, from all training days; each comes at its own time of day, moved by up to 15 minutes.

    Parameters
    ----------
    spec
        The scenario.
    demand
        Its demand.
    site
        The site.
    lines
        The order lines.
    """

    def __init__(self, spec: ScenarioSpec, demand: TraceDemand, site: Site, lines: Sequence[OrderLine]) -> None:
        self._spec, self._demand, self._site = spec, demand, site
        days = split_days(demand, lines)
        self._legs = legs_of(spec, site, ["station"])
        self._dates = {Split.TRAINING: days.training, Split.VALIDATION: days.validation, Split.TEST: days.test}
        rack_of_sku = _slot(lines, set(days.training), racks_by_rank(spec, site))
        capacity_units = float(site.fleet.capacity_units.max())
        self._orders = _orders_by_date(lines, demand, rack_of_sku, capacity_units, spec.horizon.demand_s)
        self._pool = [order for date in days.training for order in self._orders[date]]

    def num_days(self, split: Split) -> int | None:
        """Return how many days a split has; see ``DemandModel``."""
        return None if split is Split.TRAINING and self._demand.resample else len(self._dates[split])

    def realise(self, key: DayKey) -> Day:
        """Return a recorded day, or a resampled one; see ``DemandModel``."""
        if key.split is Split.TRAINING and self._demand.resample:
            return self._day(key, f"resampled-{key.index:03d}", self._resample(key))
        dates = self._dates[key.split]
        date = dates[key.index % len(dates)]
        return self._day(key, date.isoformat(), self._orders[date])

    def _resample(self, key: DayKey) -> list[_Order]:
        rng = day_stream(self._spec.experiment.seed, key, Purpose.RESAMPLING)
        dates = self._dates[Split.TRAINING]
        number = len(self._orders[dates[int(rng.integers(len(dates)))]])
        chosen = [self._pool[index] for index in rng.integers(len(self._pool), size=number)]
        last_s = np.nextafter(self._spec.horizon.demand_s, 0.0)
        times_s = np.array([order.time_s for order in chosen]) + rng.uniform(-JITTER_S, JITTER_S, number)
        moved = [
            _Order(float(t), o.origins, o.load_units) for t, o in zip(times_s.clip(0, last_s), chosen, strict=True)
        ]
        return sorted(moved, key=lambda order: order.time_s)

    def _day(self, key: DayKey, label: str, recorded: Sequence[_Order]) -> Day:
        rng = day_stream(self._spec.experiment.seed, key, Purpose.ORDERS)
        order_class = draw_classes(self._spec.order_classes, len(recorded), rng)
        release_s = np.array([order.time_s for order in recorded])
        num_tasks = np.array([len(order.origins) for order in recorded])
        orders = make_orders(self._spec.order_classes, release_s, order_class, num_tasks)
        origins = np.array([origin for order in recorded for origin in order.origins])
        load_units = np.array([load for order in recorded for load in order.load_units])
        windows = draw_windows(
            self._spec.order_classes, orders, day_stream(self._spec.experiment.seed, key, Purpose.WINDOWS)
        )
        tasks = make_tasks(self._spec, self._site, orders, origins, load_units, self._legs, rng)
        of_tasks = None if windows is None else windows[tasks["order"]]
        return make_day(
            self._spec, self._site, key, label, orders, tasks, choices=choices_of(self._legs), windows=of_tasks
        )


def _slot(lines: Sequence[OrderLine], training: set[datetime.date], racks: np.ndarray) -> Mapping[str, int]:
    """Put goods into racks, the most popular of the training days first; unknown goods come last, by name."""
    popularity = Counter(line.sku for line in lines if line.date in training)
    skus = sorted({line.sku for line in lines}, key=lambda sku: (-popularity[sku], sku))
    return {sku: int(racks[rank * len(racks) // len(skus)]) for rank, sku in enumerate(skus)}


def _orders_by_date(
    lines: Sequence[OrderLine],
    demand: TraceDemand,
    rack_of_sku: Mapping[str, int],
    capacity_units: float,
    demand_s: float,
) -> Mapping[datetime.date, list[_Order]]:
    grouped: dict[tuple[datetime.date, str], list[OrderLine]] = defaultdict(list)
    for line in lines:
        grouped[line.date, line.order_id].append(line)
    arrivals_s = {key: min(line.time_s for line in order_lines) for key, order_lines in grouped.items()}
    orders: dict[datetime.date, list[_Order]] = defaultdict(list)
    loads: dict[float, list[float]] = {}
    last_s = float(np.nextafter(demand_s, 0.0))
    for date, order_id in sorted(grouped, key=lambda key: (arrivals_s[key], key)):
        tasks = [
            (rack_of_sku[line.sku], load_units)
            for line in grouped.pop((date, order_id))  # files have millions of lines
            for load_units in loads.get(line.qty)
            or loads.setdefault(line.qty, _split(line.qty * demand.load_units_per_piece, capacity_units))
        ]
        time_s = arrivals_s[date, order_id] - demand.day_starts_s
        origins, load_units = zip(*tasks, strict=True)
        orders[date].append(_Order(min(time_s, last_s), origins, load_units))
    return orders


def _split(load_units: float, capacity_units: float) -> list[float]:
    """Split a line that no vehicle can carry at once into equal tasks."""
    number = max(1, int(np.ceil(load_units / capacity_units - 1e-9)))
    return [load_units / number] * number
