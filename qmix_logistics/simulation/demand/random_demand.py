"""Poisson arrivals, of constant rate or in steps."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from jaxtyping import Float, Shaped

from qmix_logistics.scenario.demand import LoadRange, PiecewisePoissonDemand, PoissonDemand, RateStep
from qmix_logistics.scenario.scenario import ScenarioSpec
from qmix_logistics.simulation.day import Day, Span
from qmix_logistics.simulation.demand.drawing import draw_classes, draw_windows, make_day, make_orders, racks_by_rank
from qmix_logistics.simulation.demand.mishaps import draw_surges
from qmix_logistics.simulation.demand.transports import choices_of, legs_of, make_tasks
from qmix_logistics.simulation.randomness import DayKey, Purpose, Split, day_stream
from qmix_logistics.simulation.site import Site, places_of


class RandomDemandModel:
    """
    Days drawn from a Poisson process.

    Parameters
    ----------
    spec
        The scenario.
    demand
        Its demand.
    site
        The site.
    """

    def __init__(self, spec: ScenarioSpec, demand: PoissonDemand | PiecewisePoissonDemand, site: Site) -> None:
        self._spec, self._demand, self._site = spec, demand, site
        first = demand.transports[0].origin
        assert first is not None  # the scenario says so
        self._origins = racks_by_rank(spec, site) if first == "rack" else places_of(site.network, first)
        self._legs = legs_of(spec, site, [transport.destination for transport in demand.transports])
        popularity = 1.0 / np.arange(1, len(self._origins) + 1) ** demand.popularity_exponent
        self._cumulative = np.cumsum(popularity / popularity.sum())

    def num_days(self, split: Split) -> int | None:
        """Return None: there are as many days as one likes."""
        return None

    def realise(self, key: DayKey) -> Day:
        """Draw a day; see ``DemandModel``."""
        seed, classes = self._spec.experiment.seed, self._spec.order_classes
        release_s = self._arrivals_s(key, day_stream(seed, key, Purpose.ARRIVALS))
        order_rng, task_rng = day_stream(seed, key, Purpose.ORDERS), day_stream(seed, key, Purpose.TASKS)
        order_class = draw_classes(classes, len(release_s), order_rng)
        num_goods = order_rng.geometric(1 / self._demand.mean_tasks_per_order, len(release_s))
        orders = make_orders(classes, release_s, order_class, num_goods)
        ranks = np.searchsorted(self._cumulative, task_rng.random(num_goods.sum()), side="right")
        loads = np.stack([_uniform(load, task_rng.random(num_goods.sum())) for load in self._demand.loads], axis=1)
        origins = self._origins[ranks.clip(max=len(self._origins) - 1)]
        windows = draw_windows(classes, orders, day_stream(seed, key, Purpose.WINDOWS))
        tasks = make_tasks(self._spec, self._site, orders, origins, loads[:, 0], self._legs, order_rng)
        more_loads = np.repeat(loads[:, 1:], len(self._legs), axis=0) if loads.shape[1] > 1 else None
        label = f"{key.split.name.lower()}-{key.index:03d}"
        return make_day(
            self._spec, self._site, key, label, orders, tasks, choices=choices_of(self._legs), more_loads=more_loads,
            windows=None if windows is None else _of_last_leg(windows[tasks["order"]], len(self._legs)),
        )  # fmt: skip

    def _arrivals_s(self, key: DayKey, rng: np.random.Generator) -> Float[np.ndarray, " order"]:
        """Draw the number of arrivals in each step, then their times: independent and uniform, given their number."""
        steps = self._demand.profile if isinstance(self._demand, PiecewisePoissonDemand) else _constant(self._demand)
        bounds_s = [*(step.from_s for step in steps), self._spec.horizon.demand_s]
        rates = [
            (from_s, to_s, step.rate_per_h) for step, (from_s, to_s) in zip(steps, pairwise(bounds_s), strict=True)
        ]
        times_s = []
        for from_s, to_s, rate_per_h in _with_surges(rates, draw_surges(self._spec, key)):
            number = rng.poisson(rate_per_h * (to_s - from_s) / 3600)
            times_s.append(np.sort(rng.uniform(from_s, to_s, number)))
        return np.concatenate(times_s)


def _constant(demand: PoissonDemand) -> tuple[RateStep, ...]:
    return (RateStep(from_s=0.0, rate_per_h=demand.rate_per_h),)


def _uniform(load: LoadRange, u: Float[np.ndarray, " good"]) -> Float[np.ndarray, " good"]:
    return load.low_units + (load.high_units - load.low_units) * u


def _of_last_leg(windows: Shaped[np.ndarray, " task"], num_legs: int) -> Shaped[np.ndarray, " task"]:
    """Let a window hold for the last leg of an order's way only."""
    by_leg = windows.reshape(-1, num_legs)
    by_leg["drop_off_from_s"][:, :-1], by_leg["drop_off_until_s"][:, :-1] = 0.0, np.inf
    return by_leg.reshape(-1)


def _with_surges(
    rates: list[tuple[float, float, float]], surges: list[tuple[Span, float]]
) -> list[tuple[float, float, float]]:
    """Cut stretches of constant rate at the ends of surges, and multiply the rates within."""
    for span, factor in surges:
        cut = []
        for from_s, to_s, rate_per_h in rates:
            ends_s = sorted({from_s, to_s, *(t for t in (span.from_s, span.until_s) if from_s < t < to_s)})
            for start_s, end_s in pairwise(ends_s):
                is_within = span.from_s <= start_s < span.until_s
                cut.append((start_s, end_s, rate_per_h * factor if is_within else rate_per_h))
        rates = cut
    return rates
