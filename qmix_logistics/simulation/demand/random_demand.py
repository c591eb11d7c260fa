"""Poisson arrivals, of constant rate or in steps."""

from __future__ import annotations

import itertools

import numpy as np
from jaxtyping import Float

from qmix_logistics.scenario.demand import PiecewisePoissonDemand, PoissonDemand, RateStep
from qmix_logistics.scenario.scenario import ScenarioSpec
from qmix_logistics.simulation.day import Day
from qmix_logistics.simulation.demand.drawing import draw_classes, make_day, make_orders, make_tasks, racks_by_rank
from qmix_logistics.simulation.randomness import DayKey, Purpose, Split, day_stream
from qmix_logistics.simulation.site import Site


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
        self._racks = racks_by_rank(spec, site)
        popularity = 1.0 / np.arange(1, len(self._racks) + 1) ** demand.popularity_exponent
        self._cumulative = np.cumsum(popularity / popularity.sum())

    def num_days(self, split: Split) -> int | None:
        """Return None: there are as many days as one likes."""
        return None

    def realise(self, key: DayKey) -> Day:
        """Draw a day; see ``DemandModel``."""
        seed, classes = self._spec.experiment.seed, self._spec.order_classes
        release_s = self._arrivals_s(day_stream(seed, key, Purpose.ARRIVALS))
        order_rng, task_rng = day_stream(seed, key, Purpose.ORDERS), day_stream(seed, key, Purpose.TASKS)
        order_class = draw_classes(classes, len(release_s), order_rng)
        num_tasks = order_rng.geometric(1 / self._demand.mean_tasks_per_order, len(release_s))
        orders = make_orders(classes, release_s, order_class, num_tasks)
        ranks = np.searchsorted(self._cumulative, task_rng.random(num_tasks.sum()), side="right")
        load = self._demand.load
        load_units = load.low_units + (load.high_units - load.low_units) * task_rng.random(num_tasks.sum())
        origins = self._racks[ranks.clip(max=len(self._racks) - 1)]
        tasks = make_tasks(self._site, orders, origins, load_units, order_rng)
        label = f"{key.split.name.lower()}-{key.index:03d}"
        return make_day(self._spec, self._site, key, label, orders, tasks)

    def _arrivals_s(self, rng: np.random.Generator) -> Float[np.ndarray, " order"]:
        """Draw the number of arrivals in each step, then their times: independent and uniform, given their number."""
        steps = self._demand.profile if isinstance(self._demand, PiecewisePoissonDemand) else _constant(self._demand)
        bounds_s = [*(step.from_s for step in steps), self._spec.horizon.demand_s]
        times_s = []
        for step, (from_s, to_s) in zip(steps, itertools.pairwise(bounds_s), strict=True):
            number = rng.poisson(step.rate_per_h * (to_s - from_s) / 3600)
            times_s.append(np.sort(rng.uniform(from_s, to_s, number)))
        return np.concatenate(times_s)


def _constant(demand: PoissonDemand) -> tuple[RateStep, ...]:
    return (RateStep(from_s=0.0, rate_per_h=demand.rate_per_h),)
