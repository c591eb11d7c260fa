"""Order lines of an imaginary shop, so that the project ships no one's data."""

from __future__ import annotations

import datetime

import numpy as np

from qmix_logistics.scenario.demand import SyntheticTrace
from qmix_logistics.scenario.trace import OrderLine

FIRST_DAY = datetime.date(2026, 1, 5)
OPENS_S = 8 * 3600.0
CLOSES_S = 18 * 3600.0
LINES_SIGMA = 0.95
"""Standard deviation of the logarithm of the lines of an order; UCI February 2011: quartiles 6, 15, 29."""
QTY_SIGMA = 1.3
"""Standard deviation of the logarithm of a line's quantity; UCI February 2011: quartiles 1, 3, 11."""
MEDIAN_QTY = 3.0


def generate_order_lines(spec: SyntheticTrace) -> tuple[OrderLine, ...]:
    """
    Generate the order lines of a shop that is closed on Sundays.

    Arrivals within a day have a symmetric triangular density over the opening hours; the number of orders is Poisson
    around a mean that varies from day to day with a coefficient of variation of 0.2.

    Parameters
    ----------
    spec
        Seed and shape.

    Returns
    -------
    Lines ordered by date, then time.
    """
    rng = np.random.default_rng(np.random.SeedSequence(spec.seed, spawn_key=(2026,)))
    popularity = 1.0 / np.arange(1, spec.num_skus + 1) ** spec.zipf_exponent
    popularity /= popularity.sum()
    skus = rng.permutation(spec.num_skus)
    lines: list[OrderLine] = []
    for date in _open_days(spec.num_days):
        num_orders = max(1, int(rng.poisson(spec.orders_per_day * rng.gamma(25.0, 1 / 25.0))))
        times_s = np.sort(rng.triangular(OPENS_S, (OPENS_S + CLOSES_S) / 2, CLOSES_S, num_orders))
        for index, time_s in enumerate(np.floor(times_s / 60.0) * 60.0):
            num_lines = max(1, round(spec.median_lines_per_order * float(np.exp(LINES_SIGMA * rng.standard_normal()))))
            chosen = np.unique(rng.choice(spec.num_skus, size=num_lines, p=popularity))
            quantities = np.maximum(1, np.rint(MEDIAN_QTY * np.exp(QTY_SIGMA * rng.standard_normal(len(chosen)))))
            order_id = f"{date:%Y%m%d}-{index:04d}"
            lines += [
                OrderLine(date, float(time_s), order_id, f"SKU{skus[sku]:05d}", float(qty))
                for sku, qty in zip(chosen, quantities, strict=True)
            ]
    return tuple(lines)


def _open_days(num_days: int) -> list[datetime.date]:
    days: list[datetime.date] = []
    day = FIRST_DAY
    while len(days) < num_days:
        if day.weekday() != 6:
            days.append(day)
        day += datetime.timedelta(days=1)
    return days
