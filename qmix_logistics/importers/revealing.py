"""Static orders revealed during the day, at a chosen degree of dynamism and urgency."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from qmix_logistics.importers.imported import ImportOptions
from qmix_logistics.importers.instance import StaticInstance, StaticTransport

DEFAULT_URGENCY_S = 0.25
"""Reaction time where none is asked for: this share of the time until the depot closes."""


def reveal_s(
    instance: StaticInstance, transports: Sequence[StaticTransport], options: ImportOptions
) -> tuple[float, ...]:
    """
    Return when each order is revealed; 0 where it is known at the start.

    The degree of dynamism [1]_ is the share of orders that are not known at the start: so many are drawn. Such an order
    is revealed its reaction time [2]_ before the latest moment at which a vehicle could set out from the depot and
    still be in time at both of its ends; the shorter the reaction time, the more urgent it is.

    Parameters
    ----------
    instance
        The instance.
    transports
        Those of its orders that are taken.
    options
        ``dynamism_pct``, ``urgency_s`` (the reaction time) and ``seed``.

    References
    ----------
    .. [1] Lund, Madsen and Rygaard (1996), Vehicle routing problems with varying degrees of dynamism, IMM, DTU.
    .. [2] Larsen, Madsen and Solomon (2002), Partially dynamic vehicle routing, JORS 53(6). There urgency is measured
       from the order's latest begin of service; here the way is taken off, so that no order is revealed too late.
    """
    number = round(options.dynamism_pct / 100 * len(transports))
    dynamic = set(np.random.default_rng(options.seed).permutation(len(transports))[:number].tolist())
    reaction_s = DEFAULT_URGENCY_S * instance.closes_s if options.urgency_s is None else options.urgency_s
    position = {name: (x_m, y_m) for name, x_m, y_m in instance.points}
    depot = instance.points[0][0]

    def way_s(first: str, second: str) -> float:
        return math.dist(position[first], position[second])

    def reveal_one_s(one: StaticTransport) -> float:
        until_s = min(one.pick_up.until_s, instance.closes_s), min(one.drop_off.until_s, instance.closes_s)
        haul_s = one.pick_up.service_s + way_s(one.pick_up.node, one.drop_off.node)
        latest_s = min(until_s[0], until_s[1] - haul_s) - way_s(depot, one.pick_up.node)
        return max(math.floor(latest_s - reaction_s), 0.0)

    return tuple(reveal_one_s(one) if index in dynamic else 0.0 for index, one in enumerate(transports))
